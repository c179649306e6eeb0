namespace SingleDarts.Core.Genotypes;

/// <summary>One operation of a discrete cell and the node that it reads.</summary>
/// <param name="Operation">Name of the operation, that of a candidate of the space.</param>
/// <param name="Source">Number of the node read; the cell's inputs come first.</param>
public sealed record Gene(string Operation, int Source)
{
    /// <summary>The gene as in a genotype: <c>operation~source</c>.</summary>
    public override string ToString() => $"{Operation}~{Source}";

    /// <summary>Whether a name of an operation or of a cell can stand in a genotype's text.</summary>
    internal static bool IsName(string? name) =>
        !string.IsNullOrEmpty(name) && name.All(c => char.IsAsciiLetterOrDigit(c) || c is '_' or '-' or '.');
}
