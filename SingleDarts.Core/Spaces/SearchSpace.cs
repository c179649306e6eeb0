using SingleDarts.Core.Genotypes;
using SingleDarts.Core.Operations;
using SingleDarts.Core.Runtime;
using static TorchSharp.torch;

namespace SingleDarts.Core.Spaces;

/// <summary>
/// A search space: what may be chosen (kinds of cells with their candidates on every edge, and the rule that derives a genotype) and the
/// <see cref="Layout"/> of the network in which the cells stand. Immutable; made by <see cref="SearchSpaces"/> for the published spaces and
/// by <see cref="Define"/> for your own.
/// </summary>
public sealed class SearchSpace
{
    private readonly Lazy<GenotypeChoices> choices;

    internal SearchSpace(string name, NetworkLayout layout, IDerivation derivation)
    {
        choices = new Lazy<GenotypeChoices>(() => new GenotypeChoices(this));
        Name = name;
        Layout = layout;
        Derivation = derivation;
    }

    /// <summary>Name of the space in run records.</summary>
    public string Name { get; }

    /// <summary>Where the cells stand: stem, layers, head.</summary>
    public NetworkLayout Layout { get; }

    /// <summary>How architecture parameters become a genotype of this space, unless a search sets another rule.</summary>
    public IDerivation Derivation { get; }

    /// <summary>The kinds of cells, each with its own architecture parameters.</summary>
    public IReadOnlyList<CellSpecification> Cells => Layout.Cells;

    /// <summary>Shape of one sample without the batch: channels first, then the spatial sizes, if any.</summary>
    public IReadOnlyList<long> InputShape => Layout.InputShape;

    /// <summary>Number of classes.</summary>
    public int Classes => Layout.Classes;

    /// <summary>Whether a user's factories make modules, which may draw their first weights from the generator of the process.</summary>
    internal bool HasForeignFactories =>
        Layout.HasForeignFactories || Cells.Any(cell => cell.Operations.Any(operation => !operation.IsOwn));

    /// <summary>Number of genotypes: the product over the edges of all cells of the number of candidates that a rule may choose.</summary>
    public double GenotypeCount
    {
        get
        {
            double count = 1;
            foreach (CellSpecification cell in Cells)
                foreach (CellEdge edge in cell.Topology.Edges)
                    count *= Math.Max(1, cell.Derivable(edge).Count);
            return count;
        }
    }

    /// <summary>Number of candidates of all edges of all kinds of cells: of the numbers in α that matter.</summary>
    public int CandidateCount => Cells.Sum(cell => cell.Topology.Edges.Sum(edge => cell.Allowed(edge).Count));

    /// <summary>Begins the definition of a space.</summary>
    /// <param name="name">Name of the space in run records.</param>
    public static SearchSpaceBuilder Define(string name) => new(name);

    /// <summary>The space with fewer candidates on one edge, as by <see cref="SearchSpaceBuilder.Allow"/>.</summary>
    /// <param name="kind">Name of the kind of cell.</param>
    /// <param name="edge">Index of the edge: its row in α.</param>
    /// <param name="operations">Names of the candidates that the edge has.</param>
    /// <exception cref="ArgumentException">There is no such kind, edge or candidate, or none is named.</exception>
    public SearchSpace Allow(string kind, int edge, params IReadOnlyList<string> operations)
    {
        if (Cells.All(cell => cell.Name != kind))
            throw new ArgumentException(
                $"The space '{Name}' has no kind of cell '{kind}'; it has {string.Join(" and ", Cells.Select(cell => cell.Name))}.",
                nameof(kind));
        return WithCells([.. Cells.Select(cell => cell.Name == kind ? cell.Allow(edge, operations) : cell)]);
    }

    /// <summary>The space without one candidate of an edge. Without its last candidate the edge is absent: it gives zeros, which need not
    /// be computed, and rules leave it out.</summary>
    /// <param name="kind">Name of the kind of cell.</param>
    /// <param name="edge">Index of the edge: its row in α.</param>
    /// <param name="operation">Name of a candidate of the edge.</param>
    /// <exception cref="ArgumentException">There is no such kind or edge, or the edge has no such candidate.</exception>
    public SearchSpace Without(string kind, int edge, string operation)
    {
        if (Cells.FirstOrDefault(cell => cell.Name == kind) is not { } of)
            throw new ArgumentException(
                $"The space '{Name}' has no kind of cell '{kind}'; it has {string.Join(" and ", Cells.Select(cell => cell.Name))}.",
                nameof(kind));
        if (edge < 0 || edge >= of.Topology.Edges.Count)
            throw new ArgumentException(
                $"Cell '{kind}' has no edge {edge}; it has the edges 0 to {of.Topology.Edges.Count - 1}.", nameof(edge));
        CellEdge at = of.Topology.Edges[edge];
        return of.Allowed(at).Any(k => of.Operations[k].Name == operation)
            ? WithCells([.. Cells.Select(cell => cell.Name == kind ? cell.Without(edge, cell.Column(operation)) : cell)])
            : throw new ArgumentException($"Edge {edge} of cell '{kind}' does not have the candidate '{operation}'; it has " +
                $"{string.Join(", ", of.Allowed(at).Select(k => of.Operations[k].Name))}.", nameof(operation));
    }

    /// <summary>
    /// The space in which the cell of every place is a kind of its own, <c>cell00</c>, <c>cell01</c> and so on from the stem to the head:
    /// with architecture parameters of its own, and a cell of its own in every genotype (GOLD-NAS).
    /// </summary>
    public SearchSpace WithKindPerCell() => new(Name, Layout.WithKindPerCell(), Derivation);

    /// <summary>The space with other numbers of cells, as by <see cref="SearchSpaceBuilder.Stages(IReadOnlyList{int})"/>: with a
    /// network of another depth, as the stages of P-DARTS have.</summary>
    /// <param name="cellsPerStage">Cells of each stage of equal resolution, reduction cells not counted.</param>
    /// <exception cref="ArgumentException">There is no stage, or one has too few cells; or the space would have other kinds of
    /// cells.</exception>
    public SearchSpace WithStages(params IReadOnlyList<int> cellsPerStage) =>
        new(Name, Layout.WithStages(Given.NotNull(cellsPerStage)), Derivation);

    /// <summary>The space with other kinds of cells in the same places.</summary>
    internal SearchSpace WithCells(IReadOnlyList<CellSpecification> cells) => new(Name, Layout.With(cells), Derivation);

    /// <summary>The space with those candidates alone for which something holds, on every edge.</summary>
    /// <param name="holds">For at least one derivable candidate of every edge.</param>
    internal SearchSpace Restricted(Func<CandidateOperation, bool> holds) => WithCells([.. Cells.Select(cell =>
        cell.Topology.Edges.Aggregate(cell, (kind, edge) => kind.Allow(
            edge.Index, [.. cell.Allowed(edge).Select(k => cell.Operations[k]).Where(holds).Select(o => o.Name)])))]);

    /// <summary>The space with a candidate twice: the copy comes last, on every edge, and stands for the first in genotypes.</summary>
    /// <param name="operation">Name of a candidate of every kind of cell.</param>
    /// <param name="name">Name of the copy.</param>
    internal SearchSpace WithCopy(string operation, string name)
    {
        CandidateOperation copy = Cells[0].Operation(operation).Copy(name);
        return WithCells([.. Cells.Select(cell => cell.With(copy))]);
    }

    /// <summary>Whether this is another space with fewer candidates, or that space.</summary>
    internal bool IsRestrictionOf(SearchSpace other) => Layout.IsRestrictionOf(other.Layout);

    /// <summary>The space with the nodes and outputs of a genotype's cells.</summary>
    internal SearchSpace For(Genotype genotype) => new(Name, Layout.For(genotype), Derivation);

    /// <summary>Derives a genotype from architecture parameters, without a supernet to score with.</summary>
    /// <param name="derivation">The rule.</param>
    /// <param name="architecture">Parameters of every kind of cell.</param>
    public Genotype Derive(IDerivation derivation, IReadOnlyDictionary<string, CellSnapshot> architecture) =>
        Given.NotNull(derivation).Derive(new DerivationContext(this, architecture));

    /// <summary>
    /// A random genotype, to compare a found one with: what <see cref="Derivation"/> makes of independent uniform numbers, or the argmax of
    /// every edge if it is no <see cref="CellDerivation"/>. In the published spaces every genotype that the rule can give is equally
    /// likely.
    /// </summary>
    /// <param name="seed">The same seed gives the same genotype on every machine.</param>
    public Genotype RandomGenotype(long seed) => RandomGenotype(new Random(unchecked((int)(seed ^ (seed >> 32)))));

    /// <summary>A random genotype, as by <see cref="RandomGenotype(long)"/>.</summary>
    /// <param name="random">Random numbers; changed.</param>
    public Genotype RandomGenotype(Random random)
    {
        ArgumentNullException.ThrowIfNull(random);
        return RandomGenotype(count => [.. Enumerable.Range(0, count).Select(_ => random.NextDouble())]);
    }

    /// <summary>
    /// A random neighbour: the genotype with one gene changed, as evolution mutates it (Real et al., AAAI 2019). Kind of cell, node and
    /// gene are drawn one after another, each uniformly from those that can change. The gene gets another operation that its edge allows
    /// or, if its node leaves edges out, another source, each equally likely.
    /// </summary>
    /// <param name="genotype">A genotype of the space.</param>
    /// <param name="random">Random numbers; changed.</param>
    /// <remarks>
    /// Zero operations are drawn only if the rule of the space keeps them (NAS-Bench-201). A cell that chooses its edges leaves one out
    /// instead.
    /// </remarks>
    /// <exception cref="ArgumentException">The genotype is not of the space, or the space leaves no choice.</exception>
    public Genotype RandomNeighbor(Genotype genotype, Random random)
    {
        ArgumentNullException.ThrowIfNull(genotype);
        ArgumentNullException.ThrowIfNull(random);
        return Mutation.Neighbor(this, genotype, random);
    }

    /// <summary>A random genotype as <see cref="RandomGenotype(long)"/>, drawn from a generator.</summary>
    /// <param name="generator">CPU generator.</param>
    public Genotype RandomGenotype(Generator generator)
    {
        using var scope = NewDisposeScope();
        return RandomGenotype(count => Host.Doubles(rand(count, ScalarType.Float64, generator: generator)));
    }

    /// <summary>The genotypes as choices of edges and operations.</summary>
    internal GenotypeChoices Choices => choices.Value;

    /// <summary>What the rule gives if every candidate of every edge has the given number as parameter and weight.</summary>
    internal Genotype Choose(Func<CellEdge, CandidateOperation, double> number) => Chosen(cell =>
    {
        var numbers = new double[cell.Topology.Edges.Count, cell.Operations.Count];
        foreach (CellEdge edge in cell.Topology.Edges)
            for (int k = 0; k < cell.Operations.Count; k++)
                numbers[edge.Index, k] = number(edge, cell.Operations[k]);
        return numbers;
    });

    private Genotype RandomGenotype(Func<int, double[]> draw) => Chosen(cell =>
    {
        var numbers = new double[cell.Topology.Edges.Count, cell.Operations.Count];
        Buffer.BlockCopy(draw(numbers.Length), 0, numbers, 0, numbers.Length * sizeof(double));
        return numbers;
    });

    private Genotype Chosen(Func<CellSpecification, double[,]> numbers) =>
        Derive(Derivation as CellDerivation ?? new EdgeArgmax(), Cells.Select(cell => (cell.Name, Numbers: numbers(cell)))
            .ToDictionary(cell => cell.Name, cell => new CellSnapshot(cell.Numbers, cell.Numbers)));

    /// <summary>The name of the space, its input and size.</summary>
    public override string ToString() => $"{Name} ({Layout}, {GenotypeCount:G6} genotypes)";
}
