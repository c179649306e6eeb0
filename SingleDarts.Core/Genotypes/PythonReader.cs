using System.Globalization;
using SingleDarts.Core.Runtime;

namespace SingleDarts.Core.Genotypes;

/// <summary>
/// Reads one Python expression of calls, lists, tuples, dictionaries, strings and whole numbers, in one pass and without running it.
/// Comments count as white space, and typographic quotes as quotes.
/// </summary>
internal sealed class PythonReader(string text)
{
    private const int MostNested = 8;
    private const string SingleQuotes = "'‘’‚‛′´`", DoubleQuotes = "\"“”„‟″«»";

    private int at;
    private int depth;

    /// <summary>
    /// The first call of a function, or the first dictionary. What stands before it, such as an assignment or the time of a log, is left
    /// out.
    /// </summary>
    /// <param name="function">Name of the function.</param>
    /// <exception cref="FormatException">There is none, it is no expression, or something follows; the message says where.</exception>
    public PythonCall Read(string function)
    {
        while (Skip() && !IsCallOf(function) && Here != '{')
            at += IsWord(Here) ? Word().Length : 1;
        if (at == text.Length)
            throw new FormatException($"it has no {function}(...)");
        var value = (PythonCall)Value();
        while (Skip() && Here is ';' or ',')
            at++;
        return at == text.Length ? value : throw Fault("the end");
    }

    private char Here => at < text.Length ? text[at] : '\0';

    private bool IsCallOf(string function)
    {
        string word = Word();
        if (word[(word.LastIndexOf('.') + 1)..] != function)
            return false;
        int end = at + word.Length;
        while (end < text.Length && char.IsWhiteSpace(text[end]))
            end++;
        return end < text.Length && text[end] == '(';
    }

    private PythonValue Value()
    {
        Skip();
        int start = at;
        if (IsQuote(Here))
            return Quotation();
        if (Here is '[' or '(')
            return Nested(() => Items(Here == '[' ? ']' : ')'), items => new PythonList(text[start..at], [.. items.Select(i => i.Value)]));
        if (Here == '{')
            return Nested(() => Items('}'), items => new PythonCall(text[start..at], "", items));
        string word = Word();
        at += word.Length;
        if (word.Length == 0)
            throw Fault("a value");
        if (word == "u" && IsQuote(Here))
            return Value();
        if (int.TryParse(word, NumberStyles.None, CultureInfo.InvariantCulture, out int number))
            return new PythonNumber(word, number);
        Skip();
        return Here == '(' && !char.IsAsciiDigit(word[0])
            ? Nested(() => Items(')'), items => new PythonCall(text[start..at], word, items))
            : new PythonOther(word);
    }

    private PythonString Quotation()
    {
        int start = at++;
        string quotes = SingleQuotes.Contains(text[start]) ? SingleQuotes : DoubleQuotes;
        while (at < text.Length && !quotes.Contains(Here))
            at++;
        if (at == text.Length)
            throw Fault($"a quote behind the string that begins at character {start + 1}");
        at++;
        return new PythonString(text[start..at], text[(start + 1)..(at - 1)]);
    }

    private PythonValue Nested(
        Func<List<(string? Key, PythonValue Value)>> read, Func<List<(string? Key, PythonValue Value)>, PythonValue> make)
    {
        if (++depth > MostNested)
            throw Fault($"at most {MostNested} brackets within each other");
        PythonValue value = make(read());
        depth--;
        return value;
    }

    private List<(string? Key, PythonValue Value)> Items(char close)
    {
        var items = new List<(string?, PythonValue)>();
        at++;
        while (Skip() && Here != close)
        {
            PythonValue value = Value();
            Skip();
            string? key = close == '}' && Here == ':' && value is PythonString name ? name.Value
                : close == ')' && Here == '=' && value is PythonOther word ? word.Text : null;
            if (key is not null)
            {
                at++;
                value = Value();
                Skip();
            }
            items.Add((key, value));
            if (Here == ',')
                at++;
            else if (Here != close)
                throw Fault($"',' or '{close}'");
        }
        if (at == text.Length)
            throw Fault($"'{close}'");
        at++;
        return items;
    }

    private string Word()
    {
        int end = at;
        while (end < text.Length && IsWord(text[end]))
            end++;
        return text[at..end];
    }

    /// <summary>Moves over white space and comments; whether something is left.</summary>
    private bool Skip()
    {
        while (at < text.Length && (IsBlank(Here) || Here == '#'))
            if (Here == '#')
                while (at < text.Length && Here != '\n')
                    at++;
            else
                at++;
        return at < text.Length;
    }

    private FormatException Fault(string expected) => new(
        $"found {(at == text.Length ? "the end" : Quoted.Of(text[at..Math.Min(text.Length, at + 20)]))} at character {at + 1}; expected " +
        expected);

    private static bool IsWord(char c) => char.IsAsciiLetterOrDigit(c) || c is '_' or '.' or '-' or '+';

    private static bool IsBlank(char c) => char.IsWhiteSpace(c) || c is '\uFEFF' or '\u200B';

    private static bool IsQuote(char c) => c != '\0' && (SingleQuotes.Contains(c) || DoubleQuotes.Contains(c));
}
