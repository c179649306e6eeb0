using System.Diagnostics.CodeAnalysis;
using System.Text.Json.Serialization;
using System.Text.RegularExpressions;
using SingleDarts.Core.Runtime;

namespace SingleDarts.Core.Genotypes;

/// <summary>
/// A discrete architecture: one cell per kind. Its text is the cell's own text if it has the one cell
/// <see cref="OnlyCell"/> (NAS-Bench-201), else <c>normal=|...|;reduction=|...|</c>, sorted by name.
/// </summary>
/// <remarks>Equal if the texts are, so it serves as a dictionary key. In JSON it is its text.</remarks>
[JsonConverter(typeof(GenotypeJsonConverter))]
public sealed partial class Genotype : IEquatable<Genotype>
{
    /// <summary>Name of the kind of cell in a space that has only one and need not name it.</summary>
    public const string OnlyCell = "cell";

    private readonly SortedDictionary<string, CellGenotype> cells = new(StringComparer.Ordinal);
    private readonly string text;

    /// <summary>Makes an architecture of one kind of cell, named <see cref="OnlyCell"/>.</summary>
    /// <param name="cell">The cell.</param>
    public Genotype(CellGenotype cell) : this([KeyValuePair.Create(OnlyCell, cell)])
    {
    }

    /// <summary>Makes an architecture of several kinds of cell.</summary>
    /// <param name="cells">The cells by the name of their kind; a dictionary will do.</param>
    /// <exception cref="ArgumentException">
    /// No cell, a name twice, or a name with other characters than letters, digits, <c>_</c>, <c>-</c> and <c>.</c>
    /// </exception>
    public Genotype(IEnumerable<KeyValuePair<string, CellGenotype>> cells)
    {
        ArgumentNullException.ThrowIfNull(cells);
        foreach (var (name, cell) in cells)
        {
            ArgumentNullException.ThrowIfNull(cell, nameof(cells));
            if (!Gene.IsName(name))
                throw new ArgumentException(
                    $"The cell name '{name}' cannot stand in a genotype; use letters, digits, '_', '-' and '.'.", nameof(cells));
            if (!this.cells.TryAdd(name, cell))
                throw new ArgumentException($"The genotype has two cells named '{name}'; names must differ.", nameof(cells));
        }
        if (this.cells.Count == 0)
            throw new ArgumentException("The genotype has no cell; it needs at least 1.", nameof(cells));
        Cells = this.cells.AsReadOnly();
        text = this.cells.Count == 1 && this.cells.TryGetValue(OnlyCell, out var only)
            ? only.ToString()
            : string.Join(';', this.cells.Select(c => $"{c.Key}={c.Value}"));
    }

    /// <summary>The cells by the name of their kind, sorted by name.</summary>
    public IReadOnlyDictionary<string, CellGenotype> Cells { get; }

    /// <summary>The cell of a kind.</summary>
    /// <param name="name">Name of the kind.</param>
    /// <exception cref="KeyNotFoundException">There is no such kind; the message lists those that there are.</exception>
    public CellGenotype this[string name] => cells.TryGetValue(name, out var cell) ? cell : throw new KeyNotFoundException(
        $"The genotype has no cell '{name}'; it has {string.Join(", ", cells.Keys)}.");

    /// <summary>How many genes have an operation, over all kinds of cell, each kind counted once.</summary>
    /// <param name="operation">Name of the operation.</param>
    public int Count(string operation) => cells.Values.Sum(c => c.Count(operation));

    /// <summary>
    /// Reads the text of an architecture, of one cell or of several, or in the form of DARTS (<see cref="DartsGenotypeText"/>).
    /// </summary>
    /// <param name="text">The text; white space around cells is ignored, and so are quotes, an assignment or
    /// <c>Structure(4 nodes with ...)</c> around it, and comments, as published code prints them.</param>
    /// <exception cref="FormatException">The text is no genotype; the message names the part that is wrong.</exception>
    public static Genotype Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        if (text.Length > ReadLimits.GenotypeCharacters.Value)
            throw new FormatException(ReadLimits.GenotypeCharacters.Excess($"The text of a genotype has {text.Length} characters"));
        if (!text.Contains('|') && text.AsSpan().ContainsAny("([{"))
            return DartsGenotypeText.Parse(text);
        if (Printed().Match(text) is { Success: true } printed)
            text = printed.Groups["cell"].Value;
        if (!text.Contains('='))
            return new Genotype(CellGenotype.Parse(text));
        try
        {
            return new Genotype(text.Split(';').Select(ParseCell).ToList());
        }
        catch (ArgumentException e)
        {
            throw new FormatException($"{Quoted.Of(text)} is not a genotype: {Explained.Of(e)}", e);
        }
    }

    /// <summary>Reads an architecture's text if it is one.</summary>
    /// <param name="text">The text.</param>
    /// <param name="genotype">The architecture, or <see langword="null"/>.</param>
    public static bool TryParse([NotNullWhen(true)] string? text, [NotNullWhen(true)] out Genotype? genotype)
    {
        try
        {
            genotype = text is null ? null : Parse(text);
        }
        catch (FormatException)
        {
            genotype = null;
        }
        return genotype is not null;
    }

    /// <summary>An architecture of one kind of cell, as by the constructor.</summary>
    /// <param name="cell">The cell.</param>
    public static implicit operator Genotype(CellGenotype cell) => new(cell);

    /// <summary>Whether both have one text, or are <see langword="null"/>.</summary>
    /// <param name="left">One.</param>
    /// <param name="right">The other.</param>
    public static bool operator ==(Genotype? left, Genotype? right) => Equals(left, right);

    /// <summary>Whether the texts differ.</summary>
    /// <param name="left">One.</param>
    /// <param name="right">The other.</param>
    public static bool operator !=(Genotype? left, Genotype? right) => !Equals(left, right);

    /// <inheritdoc/>
    public bool Equals(Genotype? other) => other is not null && text == other.text;

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as Genotype);

    /// <inheritdoc/>
    public override int GetHashCode() => text.GetHashCode(StringComparison.Ordinal);

    /// <summary>The text, which <see cref="Parse"/> reads.</summary>
    public override string ToString() => text;

    private static KeyValuePair<string, CellGenotype> ParseCell(string part)
    {
        int equals = part.IndexOf('=');
        return equals >= 0
            ? KeyValuePair.Create(part[..equals].Trim(), CellGenotype.Parse(part[(equals + 1)..]))
            : throw new FormatException(
                $"The part {Quoted.Of(part)} of a genotype of several cells has no name; expected 'name=|operation~source|...'.");
    }

    [GeneratedRegex(
        @"^(?:\s*#[^\n]*\n)*(?:[^|]*\(\d+ nodes with (?<cell>[^()]*)\)|\s*(?:[\w.]+\s*=\s*)?[""'‘’“”](?<cell>[^""'‘’“”]*)[""'‘’“”]|" +
        @"(?<cell>[^""'‘’“”#()]*))\s*(?:#[^\n]*)?\s*$", RegexOptions.NonBacktracking)]
    private static partial Regex Printed();
}
