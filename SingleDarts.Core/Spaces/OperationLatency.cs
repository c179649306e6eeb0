namespace SingleDarts.Core.Spaces;

/// <summary>What an operation takes: a row of a <see cref="LatencyTable"/>.</summary>
/// <param name="Operation">Name of the operation.</param>
/// <param name="Seconds">What one call for one batch or sample takes, 0 or more.</param>
/// <param name="Channels">Channels of the place that it was measured at; null for every place without a row of its own.</param>
/// <param name="Stride">Stride of that place; null with <paramref name="Channels"/>.</param>
public sealed record OperationLatency(string Operation, double Seconds, long? Channels = null, int? Stride = null);
