namespace Benchmarks;

/// <summary>One thing that is tried on a device.</summary>
/// <param name="Name">What is tried.</param>
/// <param name="Run">Tries it and says what was measured. Throws <see cref="CheckSkippedException"/> if the device cannot be asked for it,
/// and anything else if it failed.</param>
internal sealed record DeviceCheck(string Name, Func<CheckedDevice, string> Run)
{
    /// <summary>All checks, from the simplest to the one that fills the memory.</summary>
    public static IReadOnlyList<DeviceCheck> All { get; } =
        [.. KernelChecks.All, .. ParityChecks.All, .. SchemeChecks.All, .. DataChecks.All, .. RunChecks.All, .. CostChecks.All];
}
