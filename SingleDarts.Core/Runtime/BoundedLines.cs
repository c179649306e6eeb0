using System.Text;

namespace SingleDarts.Core.Runtime;

/// <summary>Lines of a text, none longer than a limit.</summary>
/// <param name="reader">The text.</param>
/// <param name="name">Name of the text in messages.</param>
/// <param name="limit">The longest line, in characters or bytes.</param>
internal sealed class BoundedLines(TextReader reader, string name, ReadLimit limit)
{
    private readonly char[] buffer = new char[1 << 14];
    private readonly StringBuilder line = new();
    private int at, end;

    /// <summary>Number of the line that <see cref="Next"/> gave or failed at, from 1.</summary>
    public int Number { get; private set; }

    /// <summary>The next line; null behind the last.</summary>
    /// <exception cref="InvalidDataException">The line is longer than the limit, or a compressed text is damaged.</exception>
    public string? Next()
    {
        Number++;
        line.Clear();
        for (bool hasLine = false; ; hasLine = true)
        {
            if (at == end && Fill() == 0)
                return hasLine ? line.ToString() : null;
            int length = buffer.AsSpan(at, end - at).IndexOf('\n');
            line.Append(buffer, at, length < 0 ? end - at : length);
            if (line.Length > limit.Value)
                throw limit.Exceeded($"{name}, line {Number}, has {line.Length} {limit.Unit} or more");
            at = length < 0 ? end : at + length + 1;
            if (length >= 0)
                return line.Length > 0 && line[^1] == '\r' ? line.ToString(0, line.Length - 1) : line.ToString();
        }
    }

    private int Fill()
    {
        at = 0;
        try
        {
            return end = reader.Read(buffer, 0, buffer.Length);
        }
        catch (InvalidDataException e)
        {
            throw new InvalidDataException(
                $"{name}, line {Number}: found damaged compressed data ({e.Message}); expected a whole gzip file. Fetch the file again.",
                e);
        }
    }
}
