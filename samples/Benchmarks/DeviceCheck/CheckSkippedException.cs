namespace Benchmarks;

/// <summary>A check that has no meaning on the device; the message says why.</summary>
internal sealed class CheckSkippedException(string reason) : Exception(reason);
