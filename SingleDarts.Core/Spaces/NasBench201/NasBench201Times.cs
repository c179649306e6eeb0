namespace SingleDarts.Core.Spaces;

/// <summary>What the evaluations behind a column of accuracies take.</summary>
/// <param name="IsPerEpoch">Whether the seconds are those of an epoch.</param>
/// <param name="Seconds">Of every cell, at its number (<see cref="NasBench201Genotypes.IndexOf"/>).</param>
internal sealed record NasBench201Times(bool IsPerEpoch, double[] Seconds);
