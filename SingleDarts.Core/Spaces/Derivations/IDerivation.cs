using SingleDarts.Core.Genotypes;

namespace SingleDarts.Core.Spaces;

/// <summary>A rule that turns architecture parameters into a discrete cell.</summary>
public interface IDerivation
{
    /// <summary>Name of the rule in run records.</summary>
    string Name { get; }

    /// <summary>Error messages for a kind of cell that the rule cannot derive; empty by default. A search asks before it starts.</summary>
    /// <param name="cell">The kind: its edges and candidates.</param>
    IEnumerable<string> Faults(CellSpecification cell) => [];

    /// <summary>Derives one kind of cell. Only candidates that <see cref="CellSpecification.IsAllowed"/> admits may be chosen.</summary>
    /// <param name="cell">The kind: its edges and candidates.</param>
    /// <param name="snapshot">Its parameters, [edges, operations].</param>
    CellGenotype Derive(CellSpecification cell, CellSnapshot snapshot);
}
