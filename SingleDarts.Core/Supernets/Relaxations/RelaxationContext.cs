using SingleDarts.Core.Optimizers;
using SingleDarts.Core.Spaces;
using static TorchSharp.torch;

namespace SingleDarts.Core.Supernets;

/// <summary>The moment at which a relaxation is evaluated, and for what.</summary>
/// <param name="Cell">The kind of cell.</param>
/// <param name="Position">The moment of the search; schedules are taken at it.</param>
/// <param name="Generator">CPU generator of this moment, seeded from run, epoch and step.</param>
public sealed record RelaxationContext(CellSpecification Cell, EpochPosition Position, Generator Generator)
{
    private static readonly IReadOnlyDictionary<string, Tensor> None = new Dictionary<string, Tensor>();

    /// <summary>The further parameters of the kind of cell by name (<see cref="IRelaxation.FurtherParameters"/>).</summary>
    public IReadOnlyDictionary<string, Tensor> Parameters { get; init; } = None;

    /// <summary>Share of the search that is done, 0 to 1; of the stage if the search has stages.</summary>
    public double Progress => Position.Progress;
}
