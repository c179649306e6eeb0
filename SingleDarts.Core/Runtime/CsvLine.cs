using System.Text;

namespace SingleDarts.Core.Runtime;

/// <summary>One line of a table of values separated by commas (RFC 4180).</summary>
internal static class CsvLine
{
    /// <summary>The values, without quotes and without white space around them; <see langword="null"/> if a quote is left open or text
    /// follows a closed one.</summary>
    /// <param name="line">The line, without its end.</param>
    public static string[]? Split(string line)
    {
        if (!line.Contains('"'))
            return line.Split(',', StringSplitOptions.TrimEntries);
        var fields = new List<string>();
        for (int at = 0; at <= line.Length; at++)
        {
            while (at < line.Length && line[at] == ' ')
                at++;
            if (at < line.Length && line[at] == '"')
            {
                var value = new StringBuilder();
                for (at++; at < line.Length && (line[at] != '"' || (at + 1 < line.Length && line[at + 1] == '"' && ++at > 0)); at++)
                    value.Append(line[at]);
                if (at++ >= line.Length)
                    return null;
                fields.Add(value.ToString().Trim());
                while (at < line.Length && line[at] == ' ')
                    at++;
                if (at < line.Length && line[at] != ',')
                    return null;
            }
            else
            {
                int end = line.IndexOf(',', at);
                end = end < 0 ? line.Length : end;
                fields.Add(line[at..end].Trim());
                at = end;
            }
        }
        return [.. fields];
    }
}
