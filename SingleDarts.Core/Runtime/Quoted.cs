using System.Globalization;
using System.Text;

namespace SingleDarts.Core.Runtime;

/// <summary>Text of files and other people in messages, logs and on terminals: short, on one line, without control characters.</summary>
public static class Quoted
{
    /// <summary>The longest quotation in characters, without the marks around it.</summary>
    public const int MaxLength = 100;

    /// <summary>A quotation: <c>'text'</c>, escaped as <see cref="Escape"/> does, with line breaks as <c>\n</c>. What does not fit into
    /// <see cref="MaxLength"/> characters is replaced by an ellipsis and the length of the text.</summary>
    /// <param name="text">The text; <see langword="null"/> gives <c>null</c> without quotation marks.</param>
    public static string Of(string? text) => text is null ? "null" : Shorten(text, "'");

    /// <summary>As <see cref="Of"/>, without quotation marks, for text that has its own, such as JSON.</summary>
    /// <param name="text">The text.</param>
    public static string Shorten(string text) => Shorten(text ?? throw new ArgumentNullException(nameof(text)), mark: "");

    /// <summary>The whole text with every control character as <c>\u001b</c> or the like, so that a terminal shows it and does not
    /// obey. Line ends and tabulators stay. Characters that reorder a line and halves of surrogate pairs count as control
    /// characters.</summary>
    /// <param name="text">The text.</param>
    public static string Escape(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        StringBuilder? escaped = null;
        for (int i = 0; i < text.Length; i += WidthAt(text, i))
            if (IsControl(text, i))
                (escaped ??= new StringBuilder(text, 0, i, text.Length + 16)).Append(Code(text[i]));
            else
                escaped?.Append(text, i, WidthAt(text, i));
        return escaped?.ToString() ?? text;
    }

    private static string Shorten(string text, string mark)
    {
        var quoted = new StringBuilder(mark, MaxLength + 2);
        for (int i = 0; i < text.Length; i += WidthAt(text, i))
        {
            string shown = IsControl(text, i) || text[i] is '\n' or '\r' or '\t' ? Code(text[i]) : text.Substring(i, WidthAt(text, i));
            if (quoted.Length - mark.Length + shown.Length > MaxLength)
                return string.Create(CultureInfo.InvariantCulture, $"{quoted}…{mark} ({text.Length} characters)");
            quoted.Append(shown);
        }
        return quoted.Append(mark).ToString();
    }

    private static int WidthAt(string text, int i) => i + 1 < text.Length && char.IsSurrogatePair(text[i], text[i + 1]) ? 2 : 1;

    /// <summary>C0 but line feed and tabulator, DEL, C1, separators of lines, bidirectional controls, lone surrogates.</summary>
    private static bool IsControl(string text, int i) => text[i] switch
    {
        '\n' or '\t' => false,
        '\r' => i + 1 == text.Length || text[i + 1] != '\n',
        '\u2028' or '\u2029' or '\u200e' or '\u200f' or '\u061c' => true,
        >= '\u202a' and <= '\u202e' or >= '\u2066' and <= '\u2069' => true,
        >= '\ud800' and <= '\udfff' => WidthAt(text, i) == 1,
        char c => char.IsControl(c),
    };

    private static string Code(char c) => c switch
    {
        '\n' => @"\n",
        '\r' => @"\r",
        '\t' => @"\t",
        _ => string.Create(CultureInfo.InvariantCulture, $@"\u{(int)c:x4}"),
    };
}
