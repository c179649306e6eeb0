using SingleDarts.Core.Operations;
using static TorchSharp.torch;

namespace SingleDarts.Core.Supernets;

/// <summary>How a supernet is built.</summary>
public sealed record SupernetOptions
{
    /// <summary>Seed of weights and α.</summary>
    public long Seed { get; init; }

    /// <summary>Device; the CPU if <see langword="null"/>.</summary>
    public Device? Device { get; init; }

    /// <summary>Floating type of weights and α.</summary>
    public ScalarType DataType { get; init; } = ScalarType.Float32;

    /// <summary>How the searched cells are computed.</summary>
    public CellExecution Execution { get; init; } = CellExecution.Merged;

    /// <summary>
    /// Floating type in which merged cells compute and keep their convolutions; that of the weights if <see langword="null"/>.
    /// <see cref="ScalarType.BFloat16"/> halves their memory and is faster if the processor has instructions for it. Everything
    /// between convolutions stays as it is. The gradient of α is a sum of many terms of both signs and suffers most: see
    /// docs/explanation/performance.md for its error, and test a search before relying on it.
    /// </summary>
    public ScalarType? ConvolutionType { get; init; }

    /// <summary>
    /// Whether batch normalisations of candidate operations learn scale and shift. False, as in DARTS and NAS-Bench-201: a scale
    /// would undo the operation weight.
    /// </summary>
    public bool Affine { get; init; }

    /// <summary>
    /// Whether batch normalisations of candidate operations keep running statistics. False, as in later scripts of NAS-Bench-201:
    /// evaluation then normalises with the statistics of the batch. The search itself is the same either way.
    /// </summary>
    public bool TrackRunningStatistics { get; init; }

    /// <summary>What stands around the mixture on every edge, the innermost first.</summary>
    public IReadOnlyList<IEdgeDecorator> EdgeDecorators { get; init; } = [];

    /// <summary>A place of a candidate or a preprocessing, with batch normalisations as these options say.</summary>
    /// <param name="place">Channels and stride.</param>
    internal OperationContext Adapt(OperationContext place) =>
        place with { Affine = Affine, TrackRunningStatistics = TrackRunningStatistics };
}
