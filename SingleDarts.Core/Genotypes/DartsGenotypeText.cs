using SingleDarts.Core.Runtime;

namespace SingleDarts.Core.Genotypes;

/// <summary>
/// Architectures of the DARTS space in the form in which published code prints them:
/// <c>Genotype(normal=[('sep_conv_3x3', 0), ...], normal_concat=range(2, 6), reduce=[...], reduce_concat=range(2, 6))</c>. Two genes of
/// (operation, source) for each node in turn, or a list of genes for each node; cells with other numbers of genes (FairDARTS) have triples
/// of (operation, node, source). Here the cells are named <c>normal</c> and <c>reduction</c>.
/// </summary>
public static class DartsGenotypeText
{
    private const string Form =
        "Genotype(normal=[('operation', source), ...], normal_concat=range(2, 6), reduce=[...], reduce_concat=range(2, 6))";

    private static readonly string[] fields = ["normal", "normal_concat", "reduce", "reduce_concat"];

    /// <summary>Writes an architecture with the cells <c>normal</c> and <c>reduction</c>.</summary>
    /// <param name="genotype">The architecture; its nodes are numbered behind two inputs.</param>
    /// <exception cref="ArgumentException">It has other kinds of cells, or a sparse cell that does not concatenate all nodes with
    /// genes, which the form cannot say.</exception>
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

    /// <summary>
    /// Reads an architecture as the code that prints it would. An assignment or a log's time before it, comments, white space, the kind of
    /// quotes, the order of the fields, NumPy's numbers, and lists in place of tuples or of <c>range</c> do not matter.
    /// </summary>
    /// <param name="text">The text.</param>
    /// <returns>An architecture with the cells <c>normal</c> and <c>reduction</c>.</returns>
    /// <exception cref="FormatException">The text has another form, or that code could not build the cells: a gene reads a node that
    /// is not computed before, or the output has a node that does not exist. The message names the gene.</exception>
    public static Genotype Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        if (text.Length > ReadLimits.GenotypeCharacters.Value)
            throw new FormatException(ReadLimits.GenotypeCharacters.Excess($"The text of a genotype has {text.Length} characters"));
        try
        {
            PythonValue[] values = Values(new PythonReader(text).Read("Genotype"));
            return new Genotype(
            [
                KeyValuePair.Create("normal", DartsCellReader.Read(fields[0], values[0], values[1])),
                KeyValuePair.Create("reduction", DartsCellReader.Read(fields[2], values[2], values[3])),
            ]);
        }
        catch (Exception e) when (e is FormatException or ArgumentException)
        {
            throw new FormatException(
                $"{Quoted.Of(text.Trim())} is no genotype in the form of DARTS: {Explained.Of(e)}. Expected '{Form}'.", e);
        }
    }

    private static string Genes(CellGenotype cell)
    {
        bool isSparse = cell.Nodes.Any(genes => genes.Count != DartsCellReader.GenesPerNode);
        if (isSparse && cell.OutputNodes is not null)
            throw new ArgumentException(
                $"The cell '{cell}' has nodes without two genes and names its output nodes; the form of DARTS has no such cells.",
                nameof(cell));
        return "[" + string.Join(", ", cell.Nodes.SelectMany((genes, i) => genes.Select(g =>
            isSparse ? $"('{g.Operation}', {i + DartsCellReader.Inputs}, {g.Source})" : $"('{g.Operation}', {g.Source})"))) + "]";
    }

    private static string Nodes(CellGenotype cell)
    {
        // A sparse cell keeps its number of nodes through the range; readers leave the nodes without genes out, as FairDARTS does.
        IReadOnlyList<int> nodes = cell.OutputNodes ?? [.. Enumerable.Range(DartsCellReader.Inputs, cell.Nodes.Count)];
        return nodes[^1] - nodes[0] == nodes.Count - 1 ? $"range({nodes[0]}, {nodes[^1] + 1})" : $"[{string.Join(", ", nodes)}]";
    }

    /// <summary>The arguments in the order of <see cref="fields"/>, by name or by place.</summary>
    private static PythonValue[] Values(PythonCall genotype)
    {
        var values = new PythonValue?[fields.Length];
        foreach (var (i, (key, value)) in genotype.Arguments.Index())
        {
            int field = key is null && genotype.Name.Length > 0 ? i : Array.IndexOf(fields, key);
            if (field < 0 || field >= fields.Length)
                throw new FormatException($"it has {Quoted.Of(key ?? value.Text)}, which is none of {string.Join(", ", fields)}");
            if (values[field] is not null)
                throw new FormatException($"it has '{fields[field]}' twice");
            values[field] = value;
        }
        string[] missing = [.. fields.Where((_, i) => values[i] is null)];
        return missing.Length == 0 ? [.. values.Select(value => value!)]
            : throw new FormatException($"it has no {string.Join(", ", missing)}");
    }
}
