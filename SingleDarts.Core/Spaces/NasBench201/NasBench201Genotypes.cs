using SingleDarts.Core.Genotypes;

namespace SingleDarts.Core.Spaces;

/// <summary>
/// The 15,625 cells of NAS-Bench-201 (Dong and Yang, ICLR 2020): 4 nodes, all 6 edges, each with one of 5 operations.
/// </summary>
public static class NasBench201Genotypes
{
    /// <summary>Number of cells: 5⁶ = 15,625.</summary>
    public const int Count = 15625;

    private const string None = "none";
    private const string Skip = "skip_connect";
    private static readonly string[] names = [None, Skip, "nor_conv_1x1", "nor_conv_3x3", "avg_pool_3x3"];

    /// <summary>Names of the operations in the benchmark's order, which is the digit order of <see cref="IndexOf"/>.</summary>
    public static IReadOnlyList<string> Operations { get; } = [.. names];

    /// <summary>Nodes and edges of the cell.</summary>
    internal static CellTopology Topology { get; } = new(inputs: 1, computedNodes: 3, CellOutput.LastNode);

    /// <summary>Every edge skips: the cell to which DARTS collapses on this space (Table 1).</summary>
    public static Genotype AllSkip { get; } = Genotype.Parse(
        "|skip_connect~0|+|skip_connect~0|skip_connect~1|+|skip_connect~0|skip_connect~1|skip_connect~2|");

    /// <summary>The best cell on CIFAR-100, which Single-DARTS finds (Table 1): 3×3 convolutions and one skip.</summary>
    public static Genotype Cifar100Best { get; } = Genotype.Parse(
        "|nor_conv_3x3~0|+|nor_conv_3x3~0|nor_conv_3x3~1|+|skip_connect~0|nor_conv_3x3~1|nor_conv_3x3~2|");

    /// <summary>All cells in the order of <see cref="IndexOf"/>.</summary>
    public static IEnumerable<Genotype> EnumerateAll() => Enumerable.Range(0, Count).Select(FromIndex);

    /// <summary>
    /// The number of a cell, 0 to 15,624: its operations as digits in base 5, edge <c>1&lt;-0</c> first (most significant), then
    /// <c>2&lt;-0</c>, <c>2&lt;-1</c>, <c>3&lt;-0</c>, <c>3&lt;-1</c>, <c>3&lt;-2</c>. This is not the benchmark's own index
    /// (<see cref="NasBench201Result.Index"/>), which follows no rule. The order of genes within a node does not matter.
    /// </summary>
    /// <param name="genotype">A cell of the space.</param>
    /// <exception cref="ArgumentException">It is none of the space; the message says why.</exception>
    public static int IndexOf(Genotype genotype) => Digits(genotype).Aggregate(0, (index, digit) => index * 5 + digit);

    /// <summary>The cell of a number; the inverse of <see cref="IndexOf"/>.</summary>
    /// <param name="index">0 to 15,624.</param>
    /// <exception cref="ArgumentOutOfRangeException">Another number.</exception>
    public static Genotype FromIndex(int index)
    {
        if (index is < 0 or >= Count)
            throw new ArgumentOutOfRangeException(nameof(index), index, $"NAS-Bench-201 has cells 0 to {Count - 1}.");
        var operations = new string[Topology.Edges.Count];
        for (int e = operations.Length - 1; e >= 0; e--, index /= 5)
            operations[e] = Operations[index % 5];
        return new CellGenotype(Enumerable.Range(Topology.Inputs, Topology.ComputedNodes)
            .Select(node => Topology.EdgesInto(node).Select(edge => new Gene(operations[edge.Index], edge.Source))));
    }

    /// <summary>Whether the output depends on the input: some path from node 0 to node 3 has no <c>none</c>.</summary>
    /// <param name="genotype">A cell of the space.</param>
    /// <exception cref="ArgumentException">It is none of the space.</exception>
    public static bool IsValid(Genotype genotype)
    {
        int[] digits = Digits(genotype);
        var reached = new bool[Topology.Nodes];
        reached[0] = true;
        foreach (var edge in Topology.Edges)
            reached[edge.Target] |= reached[edge.Source] && Operations[digits[edge.Index]] != None;
        return reached[^1];
    }

    /// <summary>
    /// A text that two cells share where the benchmark counts them as isomorphic: a skip stands for what it reads; <c>none</c>,
    /// and an operation that reads <c>#</c>, is <c>#</c>; another operation is <c>(source)@operation</c>; the terms of a node are
    /// sorted and joined by <c>+</c>. There are 6,466 such texts, the number that the benchmark publishes.
    /// </summary>
    /// <remarks>
    /// The form keeps <c>#</c> as a term of a sum and does not say whether two equal terms are one operation used twice or two
    /// operations. So cells of one form need not have equal parameters, and one function can have several forms: with zero terms
    /// dropped and nested sums joined, 4,930 are left.
    /// </remarks>
    /// <param name="genotype">A cell of the space.</param>
    /// <exception cref="ArgumentException">It is none of the space.</exception>
    public static string IsomorphismForm(Genotype genotype)
    {
        int[] digits = Digits(genotype);
        var forms = new string[Topology.Nodes];
        forms[0] = "0";
        for (int node = 1; node < Topology.Nodes; node++)
        {
            var terms = new List<string>();
            foreach (CellEdge edge in Topology.EdgesInto(node))
            {
                string operation = Operations[digits[edge.Index]], source = forms[edge.Source];
                if (operation == None || source == "#")
                    terms.Add("#");
                else
                    terms.Add(operation == Skip ? source : $"({source})@{operation}");
            }
            forms[node] = string.Join('+', terms.Order(StringComparer.Ordinal));
        }
        return forms[^1];
    }

    /// <summary>The operation of every edge as its place in <see cref="Operations"/>, or why there is none.</summary>
    internal static bool TryDigits(Genotype genotype, out int[] digits, out string fault)
    {
        digits = new int[Topology.Edges.Count];
        if (genotype.Cells.Count != 1)
        {
            fault = $"it has {genotype.Cells.Count} kinds of cell, expected 1";
            return false;
        }
        IReadOnlyList<IReadOnlyList<Gene>> nodes = genotype.Cells.Values.Single().Nodes;
        fault = nodes.Count == Topology.ComputedNodes
            ? FillDigits(nodes, digits)
            : $"it has {nodes.Count} computed nodes, expected {Topology.ComputedNodes}";
        return fault.Length == 0;
    }

    private static string FillDigits(IReadOnlyList<IReadOnlyList<Gene>> nodes, int[] digits)
    {
        for (int node = 1; node < Topology.Nodes; node++)
        {
            IReadOnlyList<Gene> genes = nodes[node - Topology.Inputs];
            if (!genes.Select(gene => gene.Source).Order().SequenceEqual(Enumerable.Range(0, node)))
                return $"node {node} reads nodes [{string.Join(", ", genes.Select(gene => gene.Source))}], " +
                    $"expected each of [{string.Join(", ", Enumerable.Range(0, node))}] once";
            foreach (Gene gene in genes)
            {
                CellEdge edge = Topology.Edge(gene.Source, node);
                digits[edge.Index] = Array.IndexOf(names, gene.Operation);
                if (digits[edge.Index] < 0)
                    return $"edge {edge} has the operation '{gene.Operation}', expected one of {string.Join(", ", Operations)}";
            }
        }
        return "";
    }

    private static int[] Digits(Genotype genotype)
    {
        ArgumentNullException.ThrowIfNull(genotype);
        return TryDigits(genotype, out int[] digits, out string fault) ? digits : throw new ArgumentException(
            $"'{genotype}' is no cell of NAS-Bench-201: {fault}. A cell looks like '{Cifar100Best}'.", nameof(genotype));
    }
}
