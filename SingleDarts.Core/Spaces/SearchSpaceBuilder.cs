using SingleDarts.Core.Genotypes;
using SingleDarts.Core.Operations;
using static TorchSharp.torch;

namespace SingleDarts.Core.Spaces;

/// <summary>
/// Describes a search space step by step; every method returns a changed copy, and <see cref="Build"/> checks the whole. Choices that you
/// do not make are those of NAS-Bench-201: one kind of cell with one input node, 3 computed nodes and the last node as output, 16
/// channels that double at each downsampling, a convolutional stem and a pooled linear head.
/// </summary>
public sealed class SearchSpaceBuilder
{
    private readonly string name;
    private LayoutPlan plan = new();
    private IReadOnlyList<CandidateOperation> operations = [];
    private Dictionary<(string Kind, int Edge), IReadOnlyList<string>> allowed = [];
    private int cellInputs = 1;
    private int computedNodes = 3;
    private CellOutput output = CellOutput.LastNode;
    private IDerivation derivation = new EdgeArgmax();

    internal SearchSpaceBuilder(string name)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        this.name = name;
    }

    /// <summary>Shape of one sample without the batch, channels (or features) first: <c>(3, 32, 32)</c> or <c>(64)</c>.</summary>
    /// <param name="shape">Positive sizes.</param>
    public SearchSpaceBuilder Input(params long[] shape) => Plan(plan with { InputShape = [.. shape] });

    /// <summary>Number of classes.</summary>
    /// <param name="classes">At least 2.</param>
    public SearchSpaceBuilder Classes(int classes) => Plan(plan with { Classes = classes });

    /// <summary>Adds a candidate operation to every edge; the order of calls is the column order of α.</summary>
    /// <param name="operation">The candidate.</param>
    public SearchSpaceBuilder Operation(CandidateOperation operation) => Operations([operation]);

    /// <summary>Adds a candidate operation of your own.</summary>
    /// <param name="name">Name in genotypes.</param>
    /// <param name="create">Builds a module for a place.</param>
    /// <param name="isLearnable">Whether it has weights.</param>
    public SearchSpaceBuilder Operation(
        string name, Func<OperationContext, nn.Module<Tensor, Tensor>> create, bool isLearnable = true) =>
        Operation(new CandidateOperation(name, create, isLearnable));

    /// <summary>Adds several candidates.</summary>
    /// <param name="candidates">For example <see cref="DartsOperations.All"/>.</param>
    public SearchSpaceBuilder Operations(IEnumerable<CandidateOperation> candidates)
    {
        SearchSpaceBuilder copy = Copy();
        copy.operations = [.. operations, .. candidates];
        return copy;
    }

    /// <summary>
    /// Allows only some of the candidates on an edge; the others are not built there and have p = 0. A later call for the same edge
    /// replaces
    /// an earlier one.
    /// </summary>
    /// <param name="kind">
    /// Kind of cell: <c>normal</c> or <c>reduction</c> if there are reduction cells, else <see cref="Genotype.OnlyCell"/>.
    /// </param>
    /// <param name="edge">
    /// Index of the edge, its row in α: edges are ordered by the node that they feed, then by the node that they read.
    /// </param>
    /// <param name="operations">Names of at least one candidate.</param>
    public SearchSpaceBuilder Allow(string kind, int edge, params IReadOnlyList<string> operations)
    {
        SearchSpaceBuilder copy = Copy();
        copy.allowed = new Dictionary<(string, int), IReadOnlyList<string>>(allowed) { [(kind, edge)] = [.. operations] };
        return copy;
    }

    /// <summary>The graph of a cell.</summary>
    /// <param name="nodes">Computed nodes.</param>
    /// <param name="inputs">Input nodes: 1 reads the layer before, 2 also the one before that (DARTS).</param>
    /// <param name="output">How the output is made.</param>
    public SearchSpaceBuilder Cell(int nodes, int inputs = 1, CellOutput output = CellOutput.LastNode)
    {
        SearchSpaceBuilder copy = Copy();
        copy.computedNodes = nodes;
        copy.cellInputs = inputs;
        copy.output = output;
        return copy;
    }

    /// <summary>Stages of equal resolution and the cells in each.</summary>
    /// <param name="stages">Number of stages.</param>
    /// <param name="cellsPerStage">Cells in each stage, reduction cells not counted.</param>
    public SearchSpaceBuilder Stages(int stages, int cellsPerStage = 1) =>
        Stages([.. Enumerable.Repeat(cellsPerStage, Math.Max(0, stages))]);

    /// <summary>Stages of equal resolution with different numbers of cells.</summary>
    /// <param name="cellsPerStage">
    /// Cells in each stage, reduction cells not counted; 0 for a stage that consists of its reduction cell alone.
    /// </param>
    public SearchSpaceBuilder Stages(IReadOnlyList<int> cellsPerStage) => Plan(plan with { CellsPerStage = [.. cellsPerStage] });

    /// <summary>Channels of the nodes of the first stage; they double with each later stage.</summary>
    /// <param name="channels">Channels (or features) C.</param>
    /// <param name="stemMultiplier">Channels of the stem as a multiple of C (DARTS: 3).</param>
    public SearchSpaceBuilder Channels(long channels, long stemMultiplier = 1) =>
        Plan(plan with { Channels = channels, StemMultiplier = stemMultiplier });

    /// <summary>A fixed block between stages instead of <see cref="ResidualDownsampling"/>.</summary>
    /// <param name="create">Factory; its context has the channels of both sides, which double, and stride 2.</param>
    public SearchSpaceBuilder Downsampling(Func<OperationContext, nn.Module<Tensor, Tensor>> create) =>
        Plan(plan with { Downsampling = Block(create, "the block between stages"), HasReductionCells = false });

    /// <summary>Searched cells of a second kind, <c>reduction</c>, with stride 2 between stages, as in DARTS.</summary>
    public SearchSpaceBuilder ReductionCells() => Plan(plan with { HasReductionCells = true });

    /// <summary>First block; its context has the input's channels and the stem's.</summary>
    /// <param name="create">Factory of the stem.</param>
    public SearchSpaceBuilder Stem(Func<OperationContext, nn.Module<Tensor, Tensor>> create) =>
        Plan(plan with { Stem = Block(create, "the stem") });

    /// <summary>
    /// A block of stride 2 behind the stem that keeps its channels; the first cells of two inputs read what the stem gives and what this
    /// block gives (DARTS on ImageNet).
    /// </summary>
    /// <param name="create">Factory of the block.</param>
    public SearchSpaceBuilder SecondStem(Func<OperationContext, nn.Module<Tensor, Tensor>> create) =>
        Plan(plan with { SecondStem = Block(create, "the second stem") });

    /// <summary>Last block; its context has the channels of the last layer and the number of classes.</summary>
    /// <param name="create">Factory of the head; its module gives logits [N, classes].</param>
    public SearchSpaceBuilder Head(Func<OperationContext, nn.Module<Tensor, Tensor>> create) =>
        Plan(plan with { Head = Block(create, "the head") });

    /// <summary>
    /// Makes an input node of an earlier layer's output. By default nothing if channels and size fit, else ReLU–Conv1×1–BN, or
    /// <see cref="FactorizedReduce"/> if the size must be halved.
    /// </summary>
    /// <param name="create">Factory; its context has the channels of both sides and stride 1 or 2.</param>
    public SearchSpaceBuilder Preprocessing(Func<OperationContext, nn.Module<Tensor, Tensor>> create) =>
        Plan(plan with { Preprocessing = Block(create, "the preprocessing") });

    /// <summary>How architecture parameters become a genotype; by default the best operation of every edge (NAS-Bench-201).</summary>
    /// <param name="derivation">For example <see cref="TopEdges"/>, the rule of DARTS.</param>
    public SearchSpaceBuilder DerivedBy(IDerivation derivation)
    {
        SearchSpaceBuilder copy = Copy();
        copy.derivation = derivation;
        return copy;
    }

    /// <summary>Checks all choices and makes the space.</summary>
    /// <exception cref="ArgumentException">A choice is missing or invalid; the message lists every fault.</exception>
    public SearchSpace Build()
    {
        List<string> faults = [.. plan.Faults(), .. CellFaults()];
        if (faults.Count > 0)
            throw new ArgumentException($"The search space '{name}' cannot be built: {string.Join(" ", faults)}");
        CellTopology topology = new(cellInputs, computedNodes, output);
        CellSpecification[] kinds = [.. plan.Kinds.Select(kind => new CellSpecification(kind, topology, operations, AllowedIn(kind)))];
        return new SearchSpace(name, new NetworkLayout(plan, kinds), derivation);
    }

    private Dictionary<int, IReadOnlyList<string>> AllowedIn(string kind) =>
        allowed.Where(edge => edge.Key.Kind == kind).ToDictionary(edge => edge.Key.Edge, edge => edge.Value);

    private IEnumerable<string> CellFaults()
    {
        if (operations.Count < 2)
            yield return $"There are {operations.Count} candidate operations; add at least 2 with Operation(...).";
        if (operations.GroupBy(o => o.Name).FirstOrDefault(g => g.Count() > 1) is { } twice)
            yield return $"{twice.Count()} operations are named '{twice.Key}'; names must differ.";
        if (cellInputs is not (1 or 2) || computedNodes < 1)
        {
            yield return $"A cell has {cellInputs} input and {computedNodes} computed nodes; expected 1 or 2 and at least 1.";
        }
        else
        {
            var topology = new CellTopology(cellInputs, computedNodes, output);
            foreach (string kind in plan.Kinds)
                foreach (string fault in CellSpecification.AllowedFaults(topology, operations, AllowedIn(kind)))
                    yield return $"Cell '{kind}': {fault}";
        }
        foreach (string kind in allowed.Keys.Select(edge => edge.Kind).Distinct().Except(plan.Kinds))
            yield return $"Edges of '{kind}' allow only some candidates, but there is no such kind of cell; there is " +
                $"{string.Join(" and ", plan.Kinds)}.";
    }

    private static Factory Block(Func<OperationContext, nn.Module<Tensor, Tensor>> create, string part)
    {
        ArgumentNullException.ThrowIfNull(create);
        return new Factory(create, part);
    }

    private SearchSpaceBuilder Plan(LayoutPlan changed)
    {
        SearchSpaceBuilder copy = Copy();
        copy.plan = changed;
        return copy;
    }

    private SearchSpaceBuilder Copy() => (SearchSpaceBuilder)MemberwiseClone();
}
