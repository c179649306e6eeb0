namespace PaperTables.Sweeps.Definitions;

/// <summary>A question that the report answers from the numbers.</summary>
/// <param name="Kind"><see cref="Beats"/>, <see cref="Collapses"/> or <see cref="Steadiest"/>.</param>
/// <param name="Names">The rows, or for <see cref="Steadiest"/> the methods, that it is about.</param>
internal sealed record DefinitionVerdict(string Kind, IReadOnlyList<string> Names)
{
    public const string Beats = "beats", Collapses = "collapses", Steadiest = "steadiest";
}
