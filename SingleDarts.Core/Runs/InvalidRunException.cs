namespace SingleDarts.Core.Runs;

/// <summary>A search or a training cannot be run with its settings. Thrown before any work; lists every fault that was found.</summary>
public sealed class InvalidRunException : ArgumentException
{
    internal InvalidRunException(string kind, IReadOnlyList<string> faults)
        : base($"The {kind} cannot be run ({faults.Count} fault{(faults.Count == 1 ? "" : "s")}):\n- {string.Join("\n- ", faults)}") =>
        Faults = faults;

    /// <summary>Every fault: what was found, what was expected, and the remedy.</summary>
    public IReadOnlyList<string> Faults { get; }
}
