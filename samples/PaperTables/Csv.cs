using System.Globalization;

namespace PaperTables;

/// <summary>Comma-separated values as in RFC 4180.</summary>
internal static class Csv
{
    /// <summary>A field, in quotation marks if it needs them. Text that a spreadsheet would take for a formula begins with an
    /// apostrophe, which makes it text there.</summary>
    public static string Escape(string text)
    {
        string cell = IsFormula(text) ? "'" + text : text;
        return cell.AsSpan().ContainsAny(",;\"\r\n\t") ? $"\"{cell.Replace("\"", "\"\"", StringComparison.Ordinal)}\"" : cell;
    }

    /// <summary>A file of finished lines.</summary>
    public static string Lines(IEnumerable<string> lines) => string.Concat(lines.Select(line => line + Environment.NewLine));

    /// <summary>Negative numbers are none, and neither is a dash alone.</summary>
    private static bool IsFormula(string text) => text.TrimStart(' ') is [var first, _, ..] && "=+-@\t\r\n＝＋－＠".Contains(first) &&
        !double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out _);
}
