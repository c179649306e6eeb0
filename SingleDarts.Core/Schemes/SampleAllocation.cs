namespace SingleDarts.Core.Schemes;

/// <summary>Which samples of a data set feed the weights and which feed the architecture parameters.</summary>
/// <param name="WeightSamples">Indices that the weights are trained on; one epoch passes over all of them once.</param>
/// <param name="ArchitectureSamples">
/// Indices that α's batches are drawn from, or <see langword="null"/> where α moves with the very batch of the weights
/// (single-level).
/// </param>
/// <param name="Sampling">How α's batches are drawn.</param>
public sealed record SampleAllocation(
    IReadOnlyList<long> WeightSamples,
    IReadOnlyList<long>? ArchitectureSamples = null,
    ArchitectureSampling Sampling = ArchitectureSampling.WithReplacement);
