using SingleDarts.Core.Data;
using static TorchSharp.torch;

namespace SingleDarts.Core.Schemes;

/// <summary>Which samples of a data set feed the weights and which feed the architecture parameters.</summary>
/// <param name="WeightSamples">Indices that the weights are trained on; one epoch passes over all of them once.</param>
/// <param name="ArchitectureSamples">
/// Indices that α's batches are drawn from, or <see langword="null"/> if α moves with the very batch of the weights
/// (single-level).
/// </param>
/// <param name="Sampling">How α's batches are drawn.</param>
public sealed record SampleAllocation(
    IReadOnlyList<long> WeightSamples,
    IReadOnlyList<long>? ArchitectureSamples = null,
    ArchitectureSampling Sampling = ArchitectureSampling.WithReplacement)
{
    /// <summary>Two random parts of all samples: the first for the weights, the rest for α.</summary>
    /// <param name="samples">Number of samples, N.</param>
    /// <param name="portion">Share of the weights' part, within (0, 1).</param>
    /// <param name="generator">CPU generator.</param>
    /// <param name="sampling">How α's batches are drawn.</param>
    /// <exception cref="ArgumentOutOfRangeException">The portion is outside (0, 1), or leaves a part empty.</exception>
    public static SampleAllocation Split(
        long samples, double portion, Generator generator, ArchitectureSampling sampling = ArchitectureSampling.WithReplacement)
    {
        var (weights, architecture) = portion is > 0 and < 1 ? SampleOrder.Split(samples, portion, generator) : ([], []);
        return weights.Length > 0 && architecture.Length > 0 ? new SampleAllocation(weights, architecture, sampling)
            : throw new ArgumentOutOfRangeException(
                nameof(portion), portion, $"The portion must be within (0, 1) and leave samples on both sides of {samples}.");
    }
}
