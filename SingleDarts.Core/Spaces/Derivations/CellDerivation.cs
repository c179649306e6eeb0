using SingleDarts.Core.Genotypes;
using SingleDarts.Core.Runtime;

namespace SingleDarts.Core.Spaces;

/// <summary>A rule that turns the architecture parameters of one kind of cell into a discrete cell, one kind after the other.</summary>
public abstract record CellDerivation : IDerivation
{
    /// <inheritdoc/>
    public abstract string Name { get; }

    /// <summary>Error messages for a kind of cell that the rule cannot derive; empty by default.</summary>
    /// <param name="cell">The kind: its edges and candidates.</param>
    public virtual IEnumerable<string> Faults(CellSpecification cell) => [];

    /// <inheritdoc/>
    public IEnumerable<string> Faults(SearchSpace space) => Given.NotNull(space).Cells.SelectMany(cell => Faults(cell));

    /// <summary>Derives one kind of cell. Only candidates of <see cref="CellSpecification.Derivable"/> may be chosen.</summary>
    /// <param name="cell">The kind: its edges and candidates.</param>
    /// <param name="snapshot">Its parameters, [edges, operations].</param>
    public abstract CellGenotype Derive(CellSpecification cell, CellSnapshot snapshot);

    /// <inheritdoc/>
    public Genotype Derive(DerivationContext context) => new(
        Given.NotNull(context).Space.Cells.ToDictionary(cell => cell.Name, cell => Derive(cell, context.Snapshot[cell.Name]) ??
            throw new InvalidOperationException($"The derivation '{Name}' gives null for cell '{cell.Name}'; expected a cell.")));
}
