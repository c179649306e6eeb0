using System.Globalization;
using System.Text.RegularExpressions;

namespace SingleDarts.Core.Genotypes;

/// <summary>
/// Architectures of the DARTS space in the form in which published code prints them:
/// <c>Genotype(normal=[('sep_conv_3x3', 0), ...], normal_concat=range(2, 6), reduce=[...], reduce_concat=range(2, 6))</c>. Two genes of
/// (operation, source) for each node in turn; cells with other numbers of genes (FairDARTS) have triples of (operation, node, source).
/// Here the cells are named <c>normal</c> and <c>reduction</c>.
/// </summary>
public static partial class DartsGenotypeText
{
    private const int Inputs = 2;

    /// <summary>Writes an architecture with the cells <c>normal</c> and <c>reduction</c>.</summary>
    /// <param name="genotype">The architecture; its nodes are numbered behind two inputs.</param>
    /// <exception cref="ArgumentException">It has other kinds of cells.</exception>
    public static string Format(Genotype genotype)
    {
        ArgumentNullException.ThrowIfNull(genotype);
        if (!genotype.Cells.Keys.SequenceEqual(["normal", "reduction"]))
            throw new ArgumentException(
                $"The genotype has the cells {string.Join(", ", genotype.Cells.Keys)}; the form of DARTS has normal and reduction.",
                nameof(genotype));
        CellGenotype normal = genotype["normal"], reduction = genotype["reduction"];
        return $"Genotype(normal={Genes(normal)}, normal_concat={Nodes(normal)}, reduce={Genes(reduction)}, " +
            $"reduce_concat={Nodes(reduction)})";
    }

    /// <summary>Reads an architecture; white space and the kind of quotes do not matter.</summary>
    /// <param name="text">The text.</param>
    /// <returns>An architecture with the cells <c>normal</c> and <c>reduction</c>.</returns>
    /// <exception cref="FormatException">The text has another form; the message says what is wrong.</exception>
    public static Genotype Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        Match match = Form().Match(text);
        if (!match.Success)
            throw new FormatException(
                $"'{text}' is no genotype in the form of DARTS; expected 'Genotype(normal=[('operation', source), ...], " +
                "normal_concat=range(2, 6), reduce=[...], reduce_concat=range(2, 6))'.");
        try
        {
            return new Genotype(
            [
                KeyValuePair.Create("normal", Cell("normal", match.Groups["normal"].Value, match.Groups["nc"].Value)),
                KeyValuePair.Create("reduction", Cell("reduce", match.Groups["reduce"].Value, match.Groups["rc"].Value)),
            ]);
        }
        catch (ArgumentException e)
        {
            throw new FormatException($"'{text}' is no genotype: {e.Message}", e);
        }
    }

    private static string Genes(CellGenotype cell)
    {
        bool pairs = cell.Nodes.All(genes => genes.Count == 2);
        return "[" + string.Join(", ", cell.Nodes.SelectMany((genes, i) => genes.Select(g =>
            pairs ? $"('{g.Operation}', {g.Source})" : $"('{g.Operation}', {i + Inputs}, {g.Source})"))) + "]";
    }

    private static string Nodes(CellGenotype cell)
    {
        // A sparse cell keeps its number of nodes through the range; readers leave the nodes without genes out, as FairDARTS does.
        IReadOnlyList<int> nodes = cell.OutputNodes ?? [.. Enumerable.Range(Inputs, cell.Nodes.Count)];
        return nodes[^1] - nodes[0] == nodes.Count - 1 ? $"range({nodes[0]}, {nodes[^1] + 1})" : $"[{string.Join(", ", nodes)}]";
    }

    private static CellGenotype Cell(string name, string genes, string concatenated)
    {
        var entries = new List<(int? Node, Gene Gene)>();
        foreach (Match tuple in Tuple().Matches(genes))
            entries.Add((tuple.Groups[3].Success ? Number(tuple.Groups[2].Value) : null,
                new Gene(tuple.Groups[1].Value, Number(tuple.Groups[3].Success ? tuple.Groups[3].Value : tuple.Groups[2].Value))));
        string rest = Tuple().Replace(genes, "");
        if (rest.Any(c => c != ',' && !char.IsWhiteSpace(c)))
            throw new FormatException($"'{rest.Trim(',', ' ')}' in {name}=[{genes}] is no gene; expected ('operation', source).");
        if (entries.Select(e => e.Node is null).Distinct().Count() != 1)
            throw new FormatException($"{name}=[{genes}] has no genes, or both pairs and triples; expected one of the two.");
        bool isPairs = entries[0].Node is null;
        if (isPairs && entries.Count % 2 != 0)
            throw new FormatException(
                $"{name} has {entries.Count} genes; expected two for each node, or triples of (operation, node, source).");
        int[] output = Output(concatenated);
        int last = Math.Max(output.Max(), isPairs ? (entries.Count / 2) + 1 : entries.Max(e => e.Node!.Value));
        var nodes = Enumerable.Range(Inputs, last - Inputs + 1)
            .Select(node => entries.Where((e, i) => (e.Node ?? (i / 2) + Inputs) == node).Select(e => e.Gene).ToList()).ToList();
        foreach (var (node, gene) in entries)
            if (node < Inputs)
                throw new FormatException(
                    $"Gene '{gene}' of {name} belongs to node {node}, an input; computed nodes begin at {Inputs}.");
        int[] present = [.. Enumerable.Range(Inputs, nodes.Count).Where(node => nodes[node - Inputs].Count > 0)];
        int[] joined = [.. output.Where(present.Contains)];
        return new CellGenotype(nodes, joined.SequenceEqual(present) ? null : joined);
    }

    private static int[] Output(string text)
    {
        int[] numbers = [.. Numbers().Matches(text).Select(m => Number(m.Value))];
        bool isRange = text.StartsWith("range", StringComparison.Ordinal);
        if (isRange && (numbers.Length != 2 || numbers[1] <= numbers[0] || numbers[1] > MostNodes))
            throw new FormatException($"'{text}' is no range of output nodes, for example range(2, 6).");
        int[] nodes = isRange ? [.. Enumerable.Range(numbers[0], numbers[1] - numbers[0])] : [.. numbers.Order()];
        return nodes.Length > 0 && nodes[0] >= Inputs && nodes[^1] < MostNodes ? nodes : throw new FormatException(
            $"The output nodes are '{text}'; expected one or more from {Inputs} to {MostNodes - 1}.");
    }

    private const int MostNodes = 1000;

    private static int Number(string digits) =>
        int.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out int n) && n < MostNodes ? n : throw new FormatException(
            $"The node number {digits} is too large; expected less than {MostNodes}.");

    [GeneratedRegex(
        @"^\s*Genotype\s*\(\s*normal\s*=\s*\[(?<normal>[^\]]*)\]\s*,\s*normal_concat\s*=\s*(?<nc>range\([\d,\s]*\)|\[[\d,\s]*\])\s*,\s*" +
        @"reduce\s*=\s*\[(?<reduce>[^\]]*)\]\s*,\s*reduce_concat\s*=\s*(?<rc>range\([\d,\s]*\)|\[[\d,\s]*\])\s*,?\s*\)\s*$",
        RegexOptions.NonBacktracking)]
    private static partial Regex Form();

    [GeneratedRegex("""\(\s*['"]([A-Za-z0-9_.-]+)['"]\s*,\s*(\d+)(?:\s*,\s*(\d+))?\s*,?\s*\)""", RegexOptions.NonBacktracking)]
    private static partial Regex Tuple();

    [GeneratedRegex(@"\d+", RegexOptions.NonBacktracking)]
    private static partial Regex Numbers();
}
