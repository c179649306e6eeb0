namespace SingleDarts.Core.Runtime;

/// <summary>The order of Python's <c>sorted</c>: by code points. <see cref="StringComparer.Ordinal"/> compares halves of surrogate pairs,
/// and puts 😀 (U+1F600) before ｶ (U+FF76).</summary>
internal sealed class CodePointOrder : IComparer<string>
{
    public static CodePointOrder Instance { get; } = new();

    /// <inheritdoc/>
    public int Compare(string? x, string? y)
    {
        int shorter = Math.Min(x?.Length ?? 0, y?.Length ?? 0), at = 0;
        while (at < shorter && x![at] == y![at])
            at++;
        return at == shorter ? (x?.Length ?? -1).CompareTo(y?.Length ?? -1) : Rank(x![at]).CompareTo(Rank(y![at]));
    }

    /// <summary>Surrogates, which stand for what is beyond U+FFFF, behind all others.</summary>
    private static int Rank(char c) => char.IsSurrogate(c) ? c + 0x10000 : c;
}
