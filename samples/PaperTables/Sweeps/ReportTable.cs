namespace PaperTables.Sweeps;

/// <summary>A table of text with sentences below it.</summary>
/// <param name="Title">Heading.</param>
/// <param name="Head">Names of the columns.</param>
/// <param name="Rows">Text of the cells; empty if there is no number.</param>
/// <param name="Notes">Sentences.</param>
internal sealed record ReportTable(string Title, IReadOnlyList<string> Head, IReadOnlyList<IReadOnlyList<string>> Rows,
    IReadOnlyList<string> Notes);
