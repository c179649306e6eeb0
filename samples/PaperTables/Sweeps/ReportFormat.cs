using System.Text;
using SingleDarts.Core.Runtime;

namespace PaperTables.Sweeps;

/// <summary>Tables as text, Markdown, CSV or LaTeX.</summary>
internal static class ReportFormat
{
    public static readonly string[] Names = ["text", "markdown", "csv", "latex"];

    public static string Write(string format, IEnumerable<ReportTable> tables) =>
        Quoted.Escape(string.Join("\n", tables.Select(table => format switch
        {
            "markdown" => Markdown(table),
            "csv" => Csv(table),
            "latex" => Latex(table),
            _ => Text(table),
        })));

    public static string EscapeMarkdown(string text) => Each(text, c => c switch
    {
        '\\' or '|' or '*' or '_' or '`' or '[' or ']' or '#' or '~' => $"\\{c}",
        '<' => "&lt;",
        '>' => "&gt;",
        '&' => "&amp;",
        '\n' or '\r' => " ",
        _ => null,
    });

    public static string EscapeLatex(string text) => Each(text, c => c switch
    {
        '\\' => @"\textbackslash{}",
        '~' => @"\textasciitilde{}",
        '^' => @"\textasciicircum{}",
        '<' => @"\textless{}",
        '>' => @"\textgreater{}",
        '|' => @"\textbar{}",
        '&' or '%' or '$' or '#' or '_' or '{' or '}' => $"\\{c}",
        '±' => @"$\pm$",
        '−' => "$-$",
        'α' => @"$\alpha$",
        '\n' or '\r' => " ",
        _ => null,
    });

    private static string Text(ReportTable table)
    {
        IReadOnlyList<string>[] lines = [table.Head, .. table.Rows];
        int[] widths = [.. table.Head.Select((_, column) => lines.Max(line => line[column].Length))];
        var text = new StringBuilder(table.Title).Append("\n\n");
        foreach (IReadOnlyList<string> line in lines)
            text.Append(string.Join("  ", line.Select((cell, column) => cell.PadRight(widths[column]))).TrimEnd()).Append('\n');
        return Notes(text, table, "", note => note);
    }

    private static string Markdown(ReportTable table)
    {
        var text = new StringBuilder($"## {EscapeMarkdown(table.Title)}\n\n");
        IReadOnlyList<string>[] lines = [table.Head, [.. table.Head.Select(_ => "---")], .. table.Rows];
        foreach (IReadOnlyList<string> line in lines)
            text.Append("| ").Append(string.Join(" | ", line.Select(cell => cell == "---" ? cell : EscapeMarkdown(cell)))).Append(" |\n");
        return Notes(text, table, "- ", EscapeMarkdown);
    }

    /// <summary>The table's name is the first column; notes are left out, so that programs can read it.</summary>
    private static string Csv(ReportTable table)
    {
        var text = new StringBuilder();
        IEnumerable<string>[] lines = [["table", .. table.Head], .. table.Rows.Select(row => row.Prepend(table.Title))];
        foreach (IEnumerable<string> line in lines)
            text.Append(string.Join(",", line.Select(PaperTables.Csv.Escape))).Append("\r\n");
        return text.ToString();
    }

    private static string Latex(ReportTable table)
    {
        var text = new StringBuilder(
            $"\\begin{{table}}\n\\caption{{{EscapeLatex(table.Title)}}}\n" +
            $"\\begin{{tabular}}{{{new string('l', table.Head.Count)}}}\n\\hline\n");
        text.Append(string.Join(" & ", table.Head.Select(EscapeLatex))).Append(" \\\\\n\\hline\n");
        foreach (IReadOnlyList<string> row in table.Rows)
            text.Append(string.Join(" & ", row.Select(EscapeLatex))).Append(" \\\\\n");
        text.Append("\\hline\n\\end{tabular}\n\\end{table}\n");
        return Notes(text, table, "\\noindent ", EscapeLatex);
    }

    private static string Notes(StringBuilder text, ReportTable table, string prefix, Func<string, string> escape)
    {
        if (table.Notes.Count > 0)
            text.Append('\n');
        foreach (string note in table.Notes)
            text.Append(prefix).Append(escape(note)).Append('\n').Append(prefix.StartsWith('\\') ? "\n" : "");
        return text.ToString();
    }

    private static string Each(string text, Func<char, string?> escape)
    {
        var escaped = new StringBuilder();
        foreach (char c in text)
            escaped.Append(escape(c) ?? c.ToString());
        return escaped.ToString();
    }
}
