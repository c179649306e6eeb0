using SingleDarts.Core.Operations;
using static TorchSharp.torch;

namespace SingleDarts.Core.Spaces;

/// <summary>
/// Describes a search space step by step; every method returns the same builder and <see cref="Build"/> checks the whole.
/// What is not said is as in NAS-Bench-201: one kind of cell with one input node, 3 computed nodes and the last node as output,
/// 16 channels that double at each downsampling, a convolutional stem and a pooled linear head.
/// </summary>
public sealed class SearchSpaceBuilder
{
    private IReadOnlyList<CandidateOperation> operations = [];
    private IReadOnlyDictionary<(string Kind, int Edge), IReadOnlyList<string>> allowed = new Dictionary<(string, int), IReadOnlyList<string>>();
    private int cellInputs = 1;
    private int computedNodes = 3;
    private CellOutput output = CellOutput.LastNode;
    private long channels = 16;
    private long stemMultiplier = 1;
    private IReadOnlyList<int> cellsOfStages = [1];
    private Genotype? network;
    private bool reductionCells;
    private Func<OperationContext, nn.Module<Tensor, Tensor>> downsampling = context => new ResidualDownsampling(context);

    internal SearchSpaceBuilder(string name)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        Name = name;
    }

    internal string Name { get; }
    internal long[] InputShape { get; private set; } = [];
    internal int ClassCount { get; private set; }
    internal bool HasForeignFactories { get; private set; }

    internal Func<OperationContext, nn.Module<Tensor, Tensor>> StemFactory { get; private set; } = Blocks.ConvolutionStem;
    internal Func<OperationContext, nn.Module<Tensor, Tensor>> HeadFactory { get; private set; } = Blocks.PooledLinearHead;
    internal Func<OperationContext, nn.Module<Tensor, Tensor>> PreprocessingFactory { get; private set; } = IdentityOrConv1x1;
    internal IDerivation DerivationRule { get; private set; } = Derivations.EdgeArgmax;
    internal Func<OperationContext, nn.Module<Tensor, Tensor>>? SecondStemFactory { get; private set; }
    internal OperationContext StemContext => new(InputShape.FirstOrDefault(), channels * stemMultiplier);

    /// <summary>Shape of one sample without the batch, channels (or features) first: <c>(3, 32, 32)</c> or <c>(64)</c>.</summary>
    /// <param name="shape">Positive sizes.</param>
    public SearchSpaceBuilder Input(params long[] shape) => Set(() => InputShape = [.. shape]);

    /// <summary>Number of classes.</summary>
    /// <param name="classes">At least 2.</param>
    public SearchSpaceBuilder Classes(int classes) => Set(() => ClassCount = classes);

    /// <summary>Adds a candidate operation to every edge; the order of calls is the column order of α.</summary>
    /// <param name="operation">The candidate.</param>
    public SearchSpaceBuilder Operation(CandidateOperation operation) => Set(() => operations = [.. operations, operation]);

    /// <summary>Adds a candidate operation of one's own.</summary>
    /// <param name="name">Name in genotypes.</param>
    /// <param name="create">Builds a module for a place.</param>
    /// <param name="isLearnable">Whether it has weights.</param>
    public SearchSpaceBuilder Operation(
        string name, Func<OperationContext, nn.Module<Tensor, Tensor>> create, bool isLearnable = true) =>
        Operation(new CandidateOperation(name, create, isLearnable));

    /// <summary>Adds several candidates.</summary>
    /// <param name="candidates">For example <see cref="DartsOperations.All"/>.</param>
    public SearchSpaceBuilder Operations(IEnumerable<CandidateOperation> candidates) => Set(() => operations = [.. operations, .. candidates]);

    /// <summary>Leaves an edge only some of the candidates; the others are not built there and have p = 0. The last word on an edge
    /// holds.</summary>
    /// <param name="kind">
    /// Kind of cell: <c>normal</c> or <c>reduction</c> where there are reduction cells, else <see cref="Genotype.OnlyCell"/>.
    /// </param>
    /// <param name="edge">Index of the edge, its row in α: edges are ordered by the node that they feed, then by the node that they
    /// read.</param>
    /// <param name="operations">Names of at least one candidate.</param>
    public SearchSpaceBuilder Allowing(string kind, int edge, params IReadOnlyList<string> operations) => Set(() =>
        allowed = new Dictionary<(string, int), IReadOnlyList<string>>(allowed) { [(kind, edge)] = [.. operations] });

    /// <summary>The graph of a cell.</summary>
    /// <param name="nodes">Computed nodes.</param>
    /// <param name="inputs">Input nodes: 1 reads the layer before, 2 also the one before that (DARTS).</param>
    /// <param name="output">How the output is made.</param>
    public SearchSpaceBuilder Cell(int nodes, int inputs = 1, CellOutput output = CellOutput.LastNode) =>
        Set(() => (computedNodes, cellInputs, this.output) = (nodes, inputs, output));

    /// <summary>Stages of equal resolution and the cells in each.</summary>
    /// <param name="stages">Number of stages.</param>
    /// <param name="cellsPerStage">Cells in each stage, reduction cells not counted.</param>
    public SearchSpaceBuilder Stages(int stages, int cellsPerStage = 1) =>
        Stages([.. Enumerable.Repeat(cellsPerStage, Math.Max(0, stages))]);

    /// <summary>Stages with different numbers of cells.</summary>
    /// <param name="cellsPerStage">
    /// Cells of each stage, reduction cells not counted; a later stage may have none but its reduction cell.
    /// </param>
    public SearchSpaceBuilder Stages(IReadOnlyList<int> cellsPerStage) => Set(() => cellsOfStages = [.. cellsPerStage]);

    /// <summary>Channels of the nodes of the first stage; they double with each later stage.</summary>
    /// <param name="channels">Channels (or features) C.</param>
    /// <param name="stemMultiplier">Channels of the stem as a multiple of C (DARTS: 3).</param>
    public SearchSpaceBuilder Channels(long channels, long stemMultiplier = 1) =>
        Set(() => (this.channels, this.stemMultiplier) = (channels, stemMultiplier));

    /// <summary>A fixed block between stages; its context has the channels of both sides and stride 2.</summary>
    /// <param name="create">Factory of the block.</param>
    public SearchSpaceBuilder Downsampling(Func<OperationContext, nn.Module<Tensor, Tensor>> create) =>
        Set(() => (downsampling, reductionCells) = (Named(create, "the block between stages"), false));

    /// <summary>Searched cells of a second kind, <c>reduction</c>, with stride 2 between stages, as in DARTS.</summary>
    public SearchSpaceBuilder ReductionCells() => Set(() => reductionCells = true);

    /// <summary>First block; its context has the input's channels and the stem's.</summary>
    /// <param name="create">Factory of the stem.</param>
    public SearchSpaceBuilder Stem(Func<OperationContext, nn.Module<Tensor, Tensor>> create) => Set(() => StemFactory = Named(create, "the stem"));

    /// <summary>
    /// A block of stride 2 behind the stem that keeps its channels; the first cells of two inputs read what the stem gives and what this
    /// block gives (DARTS on ImageNet).
    /// </summary>
    /// <param name="create">Factory of the block.</param>
    public SearchSpaceBuilder SecondStem(Func<OperationContext, nn.Module<Tensor, Tensor>> create) =>
        Set(() => SecondStemFactory = Named(create, "the second stem"));

    /// <summary>Last block; its context has the channels of the last layer and the number of classes.</summary>
    /// <param name="create">Factory of the head; its module gives logits [N, classes].</param>
    public SearchSpaceBuilder Head(Func<OperationContext, nn.Module<Tensor, Tensor>> create) => Set(() => HeadFactory = Named(create, "the head"));

    /// <summary>
    /// What turns an earlier layer's output into an input node. By default nothing where channels and size fit, else
    /// ReLU–Conv1×1–BN, or <see cref="FactorizedReduce"/> where the size must be halved.
    /// </summary>
    /// <param name="create">Factory; its context has the channels of both sides and stride 1 or 2.</param>
    public SearchSpaceBuilder Preprocessing(Func<OperationContext, nn.Module<Tensor, Tensor>> create) =>
        Set(() => PreprocessingFactory = Named(create, "the preprocessing"));

    /// <summary>How architecture parameters become a genotype; the best operation of every edge where nothing is said
    /// (NAS-Bench-201).</summary>
    /// <param name="derivation">For example <see cref="Derivations.TopEdges"/>, the rule of DARTS.</param>
    public SearchSpaceBuilder DerivedBy(IDerivation derivation) => Set(() => DerivationRule = derivation);

    /// <summary>Checks everything that was said and makes the space.</summary>
    /// <exception cref="ArgumentException">Something is missing or cannot be; the message lists every fault.</exception>
    public SearchSpace Build()
    {
        List<string> faults = [.. Faults()];
        if (faults.Count > 0)
            throw new ArgumentException($"The search space '{Name}' cannot be built: {string.Join(" ", faults)}");
        CellSpecification[] kinds = [.. Kinds.Select(Kind)];
        return new SearchSpace(Copy(), kinds, [.. PlaceLayers(kinds[0], kinds[^1])]);
    }

    /// <summary>The space again, with the nodes and outputs that the cells of a genotype have.</summary>
    internal SearchSpace BuildFor(Genotype genotype)
    {
        SearchSpaceBuilder fitted = Copy();
        fitted.network = genotype;
        return fitted.Build();
    }

    internal SearchSpaceBuilder Copy() => (SearchSpaceBuilder)MemberwiseClone();

    private IReadOnlyList<string> Kinds => reductionCells && cellsOfStages.Count > 1 ? ["normal", "reduction"] : [Genotype.OnlyCell];

    private CellSpecification Kind(string name)
    {
        CellTopology topology = Topology(name);
        // Cells of a genotype may have fewer nodes; the edges that remain keep their indices.
        return new CellSpecification(name, topology, operations, AllowedIn(name)
            .Where(edge => network is null || edge.Key < topology.Edges.Count).ToDictionary());
    }

    private Dictionary<int, IReadOnlyList<string>> AllowedIn(string kind) =>
        allowed.Where(edge => edge.Key.Kind == kind).ToDictionary(edge => edge.Key.Edge, edge => edge.Value);

    private CellTopology Topology(string kind)
    {
        if (network is null)
            return new CellTopology(cellInputs, computedNodes, output);
        CellGenotype cell = network[kind];
        return new CellTopology(cellInputs, cell.Nodes.Count, output,
            cell.OutputNodes ?? [.. Enumerable.Range(cellInputs, cell.Nodes.Count).Where(node => cell.Nodes[node - cellInputs].Count > 0)]);
    }

    private IEnumerable<LayerPlacement> PlaceLayers(CellSpecification normal, CellSpecification reduction)
    {
        long before = StemContext.OutChannels, previous = before, width = channels;
        bool halved = SecondStemFactory is not null;
        if (SecondStemFactory is not null)
            yield return new BlockPlacement(SecondStemFactory, new OperationContext(previous, previous, 2), PassInput: true);
        for (int stage = 0; stage < cellsOfStages.Count; stage++)
        {
            int cells = cellsOfStages[stage];
            if (stage > 0)
            {
                width *= 2;
                if (reductionCells)
                {
                    yield return Advance(Place(reduction, 2));
                }
                else
                {
                    yield return new BlockPlacement(downsampling, new OperationContext(previous, width, 2));
                    (before, previous, halved) = (width, width, false);
                }
            }
            while (cells-- > 0)
                yield return Advance(Place(normal, 1));
        }

        CellPlacement Place(CellSpecification cell, int stride)
        {
            var last = new OperationContext(previous, width);
            var earlier = new OperationContext(before, width, halved ? 2 : 1);
            return new CellPlacement(cell, width, stride, cellInputs == 1 ? [last] : [earlier, last]);
        }

        CellPlacement Advance(CellPlacement placed)
        {
            (before, previous, halved) = (previous, placed.OutChannels, placed.Stride == 2);
            return placed;
        }
    }

    private IEnumerable<string> Faults()
    {
        if (InputShape.Length == 0 || InputShape.Any(n => n < 1))
            yield return $"The input shape is ({string.Join(", ", InputShape)}); give positive sizes, for example Input(3, 32, 32).";
        if (ClassCount < 2)
            yield return $"The number of classes is {ClassCount}; give at least 2 with Classes(...).";
        if (operations.Count < 2)
            yield return $"There are {operations.Count} candidate operations; add at least 2 with Operation(...).";
        if (operations.GroupBy(o => o.Name).FirstOrDefault(g => g.Count() > 1) is { } twice)
            yield return $"{twice.Count()} operations are named '{twice.Key}'; names must differ.";
        if (cellInputs is not (1 or 2) || computedNodes < 1)
            yield return $"A cell has {cellInputs} input and {computedNodes} computed nodes; expected 1 or 2 and at least 1.";
        else
            foreach (string kind in Kinds)
                foreach (string fault in network is null ? CellSpecification.RestrictionFaults(Topology(kind), operations, AllowedIn(kind)) : [])
                    yield return $"Cell '{kind}': {fault}";
        foreach (string kind in allowed.Keys.Select(edge => edge.Kind).Distinct().Except(Kinds))
            yield return $"Edges of '{kind}' are restricted, but there is no such kind of cell; there is {string.Join(" and ", Kinds)}.";
        if (channels < 1 || stemMultiplier < 1)
            yield return $"Channels are {channels} and the stem multiplier {stemMultiplier}; both must be at least 1.";
        if (cellsOfStages.Count < 1 || cellsOfStages[0] < 1 || cellsOfStages.Any(cells => cells < (reductionCells ? 0 : 1)))
            yield return $"There are {cellsOfStages.Count} stages of {string.Join(", ", cellsOfStages)} cells; give at least 1 stage, and at least 1 cell in each" +
                $"{(reductionCells ? " but those that a reduction cell begins" : "")}.";
    }

    private static nn.Module<Tensor, Tensor> IdentityOrConv1x1(OperationContext context) =>
        context.KeepsShape ? nn.Identity()
        : context.Stride == 2 ? new FactorizedReduce(context)
        : Blocks.ReluConvBatchNorm(context, 1);

    private Func<OperationContext, nn.Module<Tensor, Tensor>> Named(Func<OperationContext, nn.Module<Tensor, Tensor>> create, string part)
    {
        ArgumentNullException.ThrowIfNull(create);
        HasForeignFactories |= !Factory.IsOwn(create);
        return context => Factory.Call(create, context, part);
    }

    private SearchSpaceBuilder Set(Action change)
    {
        change();
        return this;
    }
}
