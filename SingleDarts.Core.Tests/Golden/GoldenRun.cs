namespace SingleDarts.Core.Tests.Golden;

/// <summary>The numbers of a run that a change of the code's shape must leave bit for bit as they are.</summary>
/// <param name="Losses">Mean losses of each epoch: of w and of α in a search, of training and test in a training.</param>
/// <param name="Genotype">The derived genotype, empty in a training.</param>
/// <param name="State">SHA-256 over the sorted hashes of the last checkpoint's tensors, so that their names may change: weights, α,
/// buffers and the state of the optimisers.</param>
internal sealed record GoldenRun(IReadOnlyList<double[]> Losses, string Genotype, string State);
