using SingleDarts.Core.Runtime;

namespace SingleDarts.Core.Genotypes;

/// <summary>Makes a cell of the DARTS space from its fields, and rejects what PyTorch's code could not build.</summary>
internal sealed class DartsCellReader
{
    public const int Inputs = 2, GenesPerNode = 2;

    private const int MostNodes = 1000;

    private readonly string name;
    private readonly List<List<Gene>> nodes = [];
    private readonly bool isTriples;
    private int genes;

    private DartsCellReader(string name, PythonList list)
    {
        this.name = name;
        if (list.Items.Count == 0)
            throw new FormatException($"{name} has no genes");
        PythonList[] items = [.. list.Items.Select(item => item as PythonList ?? throw NoGene(item))];
        if (items.All(item => item.Items.All(part => part is PythonList)))
            foreach (var (i, node) in items.Index())
                foreach (PythonValue gene in node.Items)
                    Add(i + Inputs, Pair(gene), gene);
        else
        {
            isTriples = items[0].Items.Count == 3;
            if (isTriples)
                AddTriples(items);
            else if (items.Length % GenesPerNode == 0)
                foreach (var (i, gene) in items.Index())
                    Add((i / GenesPerNode) + Inputs, Pair(gene), gene);
            else
                throw new FormatException(
                    $"{name} has {items.Length} genes; expected two for each node, or triples of (operation, node, source)");
        }
    }

    /// <summary>Reads a cell.</summary>
    /// <param name="name">Name of the field of genes, for messages.</param>
    /// <param name="genes">The field of genes.</param>
    /// <param name="output">The field of nodes that the output concatenates.</param>
    /// <exception cref="FormatException">They are no cell.</exception>
    public static CellGenotype Read(string name, PythonValue genes, PythonValue output)
    {
        var reader = new DartsCellReader(name, PythonNumbers.List(genes) ?? throw new FormatException(
            $"{name} is {Quoted.Of(genes.Text)}; expected a list of genes"));
        return reader.Cell(output);
    }

    private CellGenotype Cell(PythonValue output)
    {
        int[] joined = PythonNumbers.Nodes(output, MostNodes) ?? throw Output(output, "expected nodes such as range(2, 6) or [2, 3, 4, 5]");
        if (joined.Length == 0 || joined[0] < Inputs)
            throw Output(output, $"expected one or more computed nodes, {Inputs} or higher");
        if (!joined.SequenceEqual(joined.Distinct().Order()))
            throw Output(
                output, "expected each node once, in ascending order; another order is a network with its channels in another order");
        while (isTriples && nodes.Count <= joined[^1] - Inputs)
            nodes.Add([]);
        if (joined[^1] >= nodes.Count + Inputs)
            throw Output(output, $"the last node is {nodes.Count + Inputs - 1}, by {genes} genes");
        int[] present = [.. Enumerable.Range(Inputs, nodes.Count).Where(node => nodes[node - Inputs].Count > 0)];
        if (isTriples ? present.Except(joined).Any() : joined.Except(present).Any())
            throw Output(output, isTriples
                ? $"the output of cells with triples has every node with genes, {string.Join(", ", present)}"
                : $"node {joined.Except(present).First()} has no genes");
        int[] kept = [.. joined.Intersect(present)];
        return new CellGenotype(nodes, kept.SequenceEqual(present) ? null : kept);
    }

    private FormatException Output(PythonValue output, string expected) =>
        new($"{name}_concat is {Quoted.Of(output.Text)}; {expected}");

    private void AddTriples(IEnumerable<PythonList> items)
    {
        foreach (PythonList gene in items)
        {
            if (gene.Items.Count != 3)
                throw new FormatException($"{name} has both pairs and triples, {Quoted.Of(gene.Text)} among them");
            int node = PythonNumbers.Node(gene.Items[1]) ?? throw NoGene(gene);
            if (node is < Inputs or >= MostNodes)
                throw new FormatException($"{Nth(gene)} belongs to node {node}; computed nodes are {Inputs} to {MostNodes - 1}");
            if (node < nodes.Count + Inputs - 1)
                throw new FormatException($"{Nth(gene)} belongs to node {node} and stands behind genes of node {nodes.Count + Inputs - 1}");
            Add(node, Gene(gene.Items[0], gene.Items[2], gene), gene);
        }
        // Published code leaves out a gene that reads a node without genes; a node of such genes alone has no value.
        for (int i = 0; i < nodes.Count; i++)
            if (nodes[i].Count > 0 && nodes[i].All(g => g.Source >= Inputs && nodes[g.Source - Inputs].Count == 0))
                throw new FormatException($"node {i + Inputs} of {name} reads only nodes without genes, by '{nodes[i][0]}'");
    }

    private void Add(int node, Gene gene, PythonValue written)
    {
        while (nodes.Count <= node - Inputs)
            nodes.Add([]);
        if (gene.Source >= node)
            throw new FormatException(
                $"{Nth(written)} of node {node} reads node {gene.Source}; nodes 0 to {node - 1} are computed before it");
        nodes[node - Inputs].Add(gene);
        genes++;
    }

    private Gene Pair(PythonValue written) => written is PythonList { Items: [var operation, var source] }
        ? Gene(operation, source, written)
        : throw (written is PythonList { Items.Count: 3 }
            ? new FormatException($"{name} has both pairs and triples, {Quoted.Of(written.Text)} among them")
            : NoGene(written));

    private Gene Gene(PythonValue operation, PythonValue source, PythonValue written)
    {
        string? read = PythonNumbers.Text(operation);
        return Genotypes.Gene.IsName(read) && PythonNumbers.Node(source) is { } node ? new Gene(read!, node) : throw NoGene(written);
    }

    private string Nth(PythonValue gene) => $"gene {genes + 1} of {name}, {Quoted.Of(gene.Text)},";

    private FormatException NoGene(PythonValue written) => new(
        $"gene {genes + 1} of {name} is {Quoted.Of(written.Text)}; expected ('operation', source), with a name of letters, digits, " +
        "'_', '-' and '.', and a whole number of 0 or more");
}
