using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text.Json.Serialization;
using SingleDarts.Core.Runtime;

namespace SingleDarts.Core.Genotypes;

/// <summary>
/// A discrete cell: the genes of every computed node. Its text is that of NAS-Bench-201, nodes joined by <c>+</c>, each
/// <c>|operation~source|operation~source|</c>; a node without genes (sparse cells such as FairDARTS's) is <c>||</c>. If not all
/// nodes are concatenated, those that are follow a colon: <c>:4,5,6</c>.
/// </summary>
/// <remarks>
/// Genes keep their order within a node (DARTS writes the strongest first), and two cells are equal if their texts are.
/// A cell does not know how many inputs it has nor which operations exist; the kind of cell in a space checks that. In JSON it is its text.
/// </remarks>
[JsonConverter(typeof(CellGenotypeJsonConverter))]
public sealed class CellGenotype : IEquatable<CellGenotype>
{
    private readonly string text;

    /// <summary>Makes a cell.</summary>
    /// <param name="nodes">The genes of every computed node, first computed node first.</param>
    /// <param name="outputNodes">
    /// Numbers of the nodes that the output concatenates, ascending, if they are not all that have genes (NASNet, AmoebaNet).
    /// </param>
    /// <exception cref="ArgumentException">
    /// No node, a negative source, an operation name with characters other than letters, digits, <c>_</c>, <c>-</c> and
    /// <c>.</c>, or output nodes that do not ascend.
    /// </exception>
    public CellGenotype(IEnumerable<IEnumerable<Gene>> nodes, IEnumerable<int>? outputNodes = null)
    {
        ArgumentNullException.ThrowIfNull(nodes);
        Nodes = [.. nodes.Select(genes => (IReadOnlyList<Gene>)[.. genes])];
        if (Nodes.Count == 0)
            throw new ArgumentException("The cell has no computed node; it needs at least 1.", nameof(nodes));
        foreach (Gene gene in Nodes.SelectMany(genes => genes))
            if (!Gene.IsName(gene.Operation) || gene.Source < 0)
                throw new ArgumentException(
                    $"The gene {Quoted.Of(gene.ToString())} cannot stand in a genotype; give an operation name of letters, digits, " +
                    "'_', '-' and '.', and a source node of 0 or more, for example 'skip_connect~0'.", nameof(nodes));
        OutputNodes = outputNodes is null ? null : [.. outputNodes];
        if (OutputNodes is not null && !IsAscending(OutputNodes))
            throw new ArgumentException(
                $"The output nodes of the cell are [{string.Join(", ", OutputNodes)}]; expected one or more, each once and in ascending " +
                "order.", nameof(outputNodes));
        text = string.Join('+', Nodes.Select(genes => $"|{string.Join('|', genes)}|")) +
            (OutputNodes is null ? "" : $":{string.Join(',', OutputNodes)}");
    }

    /// <summary>The genes of every computed node, first computed node first.</summary>
    public IReadOnlyList<IReadOnlyList<Gene>> Nodes { get; }

    /// <summary>Numbers of the nodes that the output concatenates, ascending; <see langword="null"/> if they are all that have
    /// genes.</summary>
    public IReadOnlyList<int>? OutputNodes { get; }

    /// <summary>Whether no node has genes, so that there is no network of the cell (<c>ThresholdEdges</c> may derive such cells).</summary>
    public bool IsEmpty => Nodes.All(genes => genes.Count == 0);

    /// <summary>How many genes have an operation.</summary>
    /// <param name="operation">Name of the operation.</param>
    public int Count(string operation) => Nodes.Sum(genes => genes.Count(g => g.Operation == operation));

    /// <summary>Reads a cell's text.</summary>
    /// <param name="text">For example <c>|skip_connect~0|+|none~0|nor_conv_3x3~1|</c>; white space around it is ignored.</param>
    /// <exception cref="FormatException">The text is no cell; the message names the part that is wrong.</exception>
    public static CellGenotype Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        int end = text.LastIndexOf(':');
        string nodes = end < 0 ? text : text[..end];
        try
        {
            List<Gene>[] genes = [.. nodes.Trim().Split('+').Select((node, i) => ParseNode(node, i, text))];
            return new CellGenotype(genes, end < 0 ? null : ParseOutput(text[(end + 1)..], text));
        }
        catch (ArgumentException e)
        {
            throw new FormatException($"{Quoted.Of(text)} is not a cell: {Explained.Of(e)}", e);
        }
    }

    /// <summary>Reads a cell's text if it is one.</summary>
    /// <param name="text">The text.</param>
    /// <param name="cell">The cell, or <see langword="null"/>.</param>
    public static bool TryParse([NotNullWhen(true)] string? text, [NotNullWhen(true)] out CellGenotype? cell)
    {
        try
        {
            cell = text is null ? null : Parse(text);
        }
        catch (FormatException)
        {
            cell = null;
        }
        return cell is not null;
    }

    /// <summary>Whether both have one text, or are <see langword="null"/>.</summary>
    /// <param name="left">One.</param>
    /// <param name="right">The other.</param>
    public static bool operator ==(CellGenotype? left, CellGenotype? right) => Equals(left, right);

    /// <summary>Whether the texts differ.</summary>
    /// <param name="left">One.</param>
    /// <param name="right">The other.</param>
    public static bool operator !=(CellGenotype? left, CellGenotype? right) => !Equals(left, right);

    /// <inheritdoc/>
    public bool Equals(CellGenotype? other) => other is not null && text == other.text;

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as CellGenotype);

    /// <inheritdoc/>
    public override int GetHashCode() => text.GetHashCode(StringComparison.Ordinal);

    /// <summary>The text of NAS-Bench-201, which <see cref="Parse"/> reads.</summary>
    public override string ToString() => text;

    private static bool IsAscending(IReadOnlyList<int> nodes)
    {
        int least = 0;
        foreach (int node in nodes)
        {
            if (node < least)
                return false;
            least = node + 1;
        }
        return nodes.Count > 0;
    }

    private static List<int> ParseOutput(string numbers, string text) => [.. numbers.Split(',').Select(number =>
        int.TryParse(number.Trim(), NumberStyles.None, CultureInfo.InvariantCulture, out int node) ? node : throw new FormatException(
            $"{Quoted.Of(numbers)} behind the colon of the genotype {Quoted.Of(text)} is no list of output nodes, for example ':4,5,6'."))];

    private static List<Gene> ParseNode(string node, int index, string text)
    {
        if (node.Length < 2 || node[0] != '|' || node[^1] != '|')
            throw new FormatException(
                $"Computed node {index + 1} of the genotype {Quoted.Of(text)} is {Quoted.Of(node)}; expected '|operation~source|...|', " +
                "and '+' between nodes.");
        string genes = node[1..^1];
        return genes.Length == 0 ? [] : [.. genes.Split('|').Select(gene =>
        {
            int separator = gene.LastIndexOf('~');
            return separator >= 0 && Gene.IsName(gene[..separator])
                && int.TryParse(gene[(separator + 1)..], NumberStyles.None, CultureInfo.InvariantCulture, out int source)
                ? new Gene(gene[..separator], source)
                : throw new FormatException(
                    $"Gene {Quoted.Of(gene)} in computed node {index + 1} of the genotype {Quoted.Of(text)} is not 'operation~source', " +
                    "for example 'skip_connect~0'.");
        })];
    }
}
