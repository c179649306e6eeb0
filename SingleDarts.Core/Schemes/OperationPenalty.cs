using SingleDarts.Core.Optimizers;
using SingleDarts.Core.Runtime;
using SingleDarts.Core.Spaces;
using SingleDarts.Core.Supernets;
using static TorchSharp.torch;

namespace SingleDarts.Core.Schemes;

/// <summary>c · Σ |α| over chosen operations of all edges and kinds of cells (CDARTS), with a weight c that moves with the epoch.</summary>
/// <param name="Operations">Names of the operations; each stands in a cell of the space.</param>
public sealed record OperationPenalty(IReadOnlyList<string> Operations) : IPenalty
{
    /// <summary>c.</summary>
    /// <value>Constant 1.</value>
    public Schedule Weight { get; init; } = Schedule.Constant(1);

    /// <summary>Whether the mean stands in place of the sum.</summary>
    /// <value>False.</value>
    public bool TakesMean { get; init; }

    /// <inheritdoc/>
    public string Name => $"L1 {(TakesMean ? "mean" : "sum")} of {string.Join(", ", Operations)}";

    /// <inheritdoc/>
    /// <exception cref="ArgumentException">An operation stands in no cell.</exception>
    public Tensor Penalty(ArchitectureParameters architecture, EpochPosition position)
    {
        ArgumentNullException.ThrowIfNull(architecture);
        using var scope = NewDisposeScope();
        string[] known = [.. architecture.Cells.SelectMany(cell => cell.Operations.Select(operation => operation.Name)).Distinct()];
        if (Operations.Count == 0 || Operations.Except(known).Any())
            throw new ArgumentException(
                $"The operations '{string.Join("', '", Operations)}' are to be penalised; expected some of {string.Join(", ", known)}.");
        Tensor chosen = cat([.. architecture.Cells.SelectMany(cell => Columns(cell).Select(k => architecture[cell.Name].select(1, k)))]);
        Tensor sizes = chosen.abs();
        return (TakesMean ? sizes.mean() : sizes.sum()).Times(Weight.At(position)).MoveToOuterDisposeScope();
    }

    private IEnumerable<int> Columns(CellSpecification cell) =>
        Enumerable.Range(0, cell.Operations.Count).Where(k => Operations.Contains(cell.Operations[k].Name));
}
