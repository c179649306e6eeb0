namespace SingleDarts.Core.Search;

/// <summary>A search cannot be run as it is described. Thrown before any work; lists every fault that was found.</summary>
public sealed class InvalidSearchException : ArgumentException
{
    /// <summary>Makes the exception.</summary>
    /// <param name="faults">Sentences that name what was found, what was expected and the remedy.</param>
    public InvalidSearchException(IReadOnlyList<string> faults)
        : base($"The search cannot be run ({faults.Count} fault{(faults.Count == 1 ? "" : "s")}):\n- {string.Join("\n- ", faults)}") =>
        Faults = faults;

    /// <summary>Every fault.</summary>
    public IReadOnlyList<string> Faults { get; }
}
