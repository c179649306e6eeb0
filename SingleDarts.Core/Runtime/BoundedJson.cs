using System.Text.Json;

namespace SingleDarts.Core.Runtime;

/// <summary>Keeps messages about foreign JSON short: the parser's own quote a whole document if it begins with a wrong letter.</summary>
internal static class BoundedJson
{
    private const int LongestMessage = 2 * Quoted.MaxLength;

    /// <summary>What <paramref name="read"/> returns.</summary>
    /// <exception cref="JsonException">As <paramref name="read"/> throws. A long message, or one with control characters, is shortened to
    /// a quotation and the place; it has no inner exception, which would keep the text.</exception>
    public static T Read<T>(Func<T> read)
    {
        try
        {
            return read();
        }
        catch (JsonException e) when (
            e.Message.Length > LongestMessage || e.Message.Contains('\n') || Quoted.Escape(e.Message) != e.Message)
        {
            throw new JsonException(e.LineNumber is { } line
                ? $"{Quoted.Shorten(e.Message)}, in line {line + 1} at byte {e.BytePositionInLine}."
                : $"{Quoted.Shorten(e.Message)}.");
        }
    }
}
