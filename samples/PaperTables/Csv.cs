namespace PaperTables;

/// <summary>Comma-separated values as in RFC 4180.</summary>
internal static class Csv
{
    /// <summary>A field, in quotation marks where it needs them.</summary>
    public static string Escape(string text) =>
        text.AsSpan().ContainsAny(",\"\r\n") ? $"\"{text.Replace("\"", "\"\"", StringComparison.Ordinal)}\"" : text;
}
