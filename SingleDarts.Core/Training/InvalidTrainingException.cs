namespace SingleDarts.Core.Training;

/// <summary>A training cannot be run as it is described. Thrown before any work; lists every fault that was found.</summary>
public sealed class InvalidTrainingException : ArgumentException
{
    /// <summary>Makes the exception.</summary>
    /// <param name="faults">Sentences that name what was found, what was expected and the remedy.</param>
    public InvalidTrainingException(IReadOnlyList<string> faults)
        : base($"The training cannot be run ({faults.Count} fault{(faults.Count == 1 ? "" : "s")}):\n- {string.Join("\n- ", faults)}") =>
        Faults = faults;

    /// <summary>Every fault.</summary>
    public IReadOnlyList<string> Faults { get; }
}
