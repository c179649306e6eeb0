namespace PaperTables.Figures;

/// <summary>A search that a figure needs ended without a genotype.</summary>
internal sealed class SearchFailedException(string message, int exitCode) : Exception(message)
{
    /// <summary>What the search ended with.</summary>
    public int ExitCode { get; } = exitCode;
}
