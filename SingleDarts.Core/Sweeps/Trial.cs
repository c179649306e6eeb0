using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;

namespace SingleDarts.Core.Sweeps;

/// <summary>One run of a sweep: a JSON document with all its options, named by its content. Equal options are the same trial.</summary>
public sealed class Trial : IEquatable<Trial>
{
    private readonly string canonical;

    /// <summary>Makes a trial.</summary>
    /// <param name="options">Everything that decides the run; copied.</param>
    public Trial(JsonObject options)
    {
        ArgumentNullException.ThrowIfNull(options);
        canonical = CanonicalJson.Of(options);
        Hash = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(canonical)))[..16];
    }

    /// <summary>The first 16 hexadecimal digits of the SHA-256 of the options, written with sorted properties and without white
    /// space.</summary>
    public string Hash { get; }

    /// <summary>Whether a text can be a <see cref="Hash"/>, and so no path that leads elsewhere.</summary>
    internal static bool IsHash(string text) => text.Length == 16 && text.All(c => char.IsAsciiDigit(c) || c is >= 'a' and <= 'f');

    /// <summary>A copy of the options.</summary>
    public JsonObject Options => CanonicalJson.Parse(canonical);

    /// <summary>Whether both have the same options, or are <see langword="null"/>.</summary>
    /// <param name="left">One.</param>
    /// <param name="right">The other.</param>
    public static bool operator ==(Trial? left, Trial? right) => Equals(left, right);

    /// <summary>Whether the options differ.</summary>
    /// <param name="left">One.</param>
    /// <param name="right">The other.</param>
    public static bool operator !=(Trial? left, Trial? right) => !Equals(left, right);

    /// <summary>Whether both have the same options.</summary>
    /// <param name="other">Another trial.</param>
    public bool Equals(Trial? other) => other is not null && canonical == other.canonical;

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as Trial);

    /// <inheritdoc/>
    public override int GetHashCode() => Hash.GetHashCode(StringComparison.Ordinal);

    /// <summary>The hash.</summary>
    public override string ToString() => Hash;
}
