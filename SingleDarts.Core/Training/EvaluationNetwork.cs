using SingleDarts.Core.Genotypes;
using SingleDarts.Core.Operations;
using SingleDarts.Core.Runtime;
using SingleDarts.Core.Spaces;
using SingleDarts.Core.Supernets;
using TorchSharp;
using static TorchSharp.torch;

namespace SingleDarts.Core.Training;

/// <summary>
/// The network of a genotype, as it is trained from scratch: the layers of a space with one operation for each gene, and affine batch
/// normalisations that track running statistics.
/// </summary>
public sealed class EvaluationNetwork : ClassificationNetwork, IOnnxOperation
{
    private readonly nn.Module<Tensor, Tensor> stem;
    private readonly TorchSharp.Modules.ModuleList<nn.Module> layers;
    private readonly AuxiliaryHead? auxiliary;
    private readonly nn.Module<Tensor, Tensor> head;
    private readonly LayerStack<NetworkCell> stack;
    private readonly int lastReduction;
    private readonly BackwardState backward = new();
    private CellExecution execution;

    /// <summary>Builds a network with weights drawn from a seed.</summary>
    /// <param name="space">The space, with the channels and layers that the network shall have.</param>
    /// <param name="genotype">A genotype of the space.</param>
    /// <param name="options">Seed, auxiliary classifier; the defaults if <see langword="null"/>.</param>
    /// <exception cref="ArgumentException">
    /// The genotype is not of the space: an unknown operation, a source that does not come before, an edge used twice, another number of
    /// nodes, a node that can get nothing; there is no reduction cell for an auxiliary classifier; or a factory fails or gives one module
    /// twice. The message says which.
    /// </exception>
    /// <exception cref="KeyNotFoundException">The genotype lacks a kind of cell of the space.</exception>
    public EvaluationNetwork(SearchSpace space, Genotype genotype, EvaluationNetworkOptions? options = null)
        : base(nameof(EvaluationNetwork))
    {
        TorchRuntime.EnsureLoaded();
        ArgumentNullException.ThrowIfNull(space);
        ArgumentNullException.ThrowIfNull(genotype);
        options ??= new EvaluationNetworkOptions();
        Validate(space, genotype, options.AllowRepeatedEdges);
        Space = space;
        Layout = space.Layout.For(genotype);
        Genotype = genotype;
        lastReduction = LastReduction(Layout);
        if (options.Auxiliary is not null && lastReduction < 0)
            throw new ArgumentException(
                $"The space '{space.Name}' has no reduction cell for an auxiliary classifier to stand behind; leave it out.",
                nameof(options));
        using var kept = new BuildScope();
        using (new RunRandom.Draw(options.Seed, space.HasForeignFactories))
        {
            stack = new LayerStack<NetworkCell>(Layout, cell => new NetworkCell(
                cell, genotype[cell.Cell.Name], Layout.Preprocessing, backward));
            if (options.Auxiliary is { } description)
                auxiliary = new AuxiliaryHead(
                    Layout.Layers[lastReduction].OutChannels, Layout.Classes, description.PoolStride, description.SecondBatchNorm);
        }
        stem = stack.Stem;
        layers = stack.Layers;
        head = stack.Head;
        RegisterComponents();
        Execution = options.Execution;
        backward.Watch(parameters());
        if (SharedModules.Faults(Parts).ToList() is { Count: > 0 } faults)
            throw new ArgumentException($"The network of '{space.Name}' cannot be built: {string.Join(" ", faults)}", nameof(space));
    }

    /// <summary>What factories of the space made, by names for the beginning of a sentence.</summary>
    internal IEnumerable<(string Name, nn.Module Module)> Parts => layers
        .SelectMany(layer => layer is NetworkCell cell ? cell.Parts : [("The block between stages", layer)])
        .Prepend(("The stem", stem)).Append(("The head", head));

    /// <summary>The space.</summary>
    public SearchSpace Space { get; }

    /// <summary>The space's layout for the genotype.</summary>
    public NetworkLayout Layout { get; }

    /// <summary>The genotype.</summary>
    public Genotype Genotype { get; }

    /// <summary>How the cells are computed in training mode; it can be changed at any time, the weights stay what they are.</summary>
    public CellExecution Execution
    {
        get => execution;
        set
        {
            execution = value;
            foreach (NetworkCell cell in layers.OfType<NetworkCell>())
                cell.Execution = value;
        }
    }

    /// <summary>Parameters of the auxiliary classifier; 0 without one.</summary>
    public long AuxiliaryParameters => auxiliary?.parameters().Sum(p => p.numel()) ?? 0;

    /// <summary>Parameters and multiply-adds for one image, without the auxiliary classifier, as the field counts.</summary>
    public ModuleCost MeasureCost()
    {
        ModuleCost cost = ModuleCost.Measure(this, Layout.InputShape, out _);
        return cost with { Parameters = cost.Parameters - AuxiliaryParameters };
    }

    /// <inheritdoc/>
    /// <exception cref="ArgumentException">The images have another shape than the space's.</exception>
    public override (Tensor Logits, Tensor? Auxiliary) Classify(Tensor input)
    {
        backward.Throw();
        using var scope = NewDisposeScope();
        Tensor? side = null;
        Tensor logits = stack.Forward(input, (cell, before, previous) =>
        {
            cell.DropPathProbability = DropPathProbability;
            Tensor output = cell.call(before, previous);
            if (training && auxiliary is not null && cell == layers[lastReduction])
                side = auxiliary.call(output);
            return output;
        });
        return (logits.MoveToOuterDisposeScope(), side?.MoveToOuterDisposeScope());
    }

    /// <inheritdoc/>
    string IOnnxOperation.Export(OnnxGraph graph, string input)
    {
        stack.ThrowIfDisposed();
        var names = Parts.ToDictionary(part => part.Module, part => part.Name);
        string Part(nn.Module<Tensor, Tensor> block, string x) => graph.Part(names[block], block, x);
        return stack.Walk(
            Part(stem, input), (_, _, block, x) => Part(block, x), (cell, before, previous) => cell.Export(graph, before, previous));
    }

    /// <inheritdoc/>
    protected override nn.Module _to(Device device, ScalarType dtype, bool non_blocking) =>
        Moved(base._to(device, dtype, non_blocking));

    /// <inheritdoc/>
    protected override nn.Module _to(DeviceType deviceType, int deviceIndex, bool non_blocking) =>
        Moved(base._to(deviceType, deviceIndex, non_blocking));

    /// <inheritdoc/>
    protected override nn.Module _to(ScalarType dtype, bool non_blocking) => Moved(base._to(dtype, non_blocking));

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        // The finalizer runs after a constructor that threw, too.
        if (disposing)
            stack.IsDisposed = true;
        base.Dispose(disposing);
    }

    /// <summary>Moving replaces the parameters.</summary>
    private nn.Module Moved(nn.Module network)
    {
        backward.Watch(parameters());
        return network;
    }

    /// <summary>Index of the last reduction cell; −1 if there is none.</summary>
    private static int LastReduction(NetworkLayout layout)
    {
        int i = layout.Layers.Count - 1;
        while (i >= 0 && layout.Layers[i] is not CellPlacement { Stride: 2 })
            i--;
        return i;
    }

    private static void Validate(SearchSpace space, Genotype genotype, bool allowRepeatedEdges)
    {
        foreach (CellSpecification kind in space.Cells)
        {
            // A subset of output nodes is the genotype's own choice; everything else is the space's.
            CellGenotype cell = genotype[kind.Name];
            kind.Validate(new CellGenotype(cell.Nodes), allowRepeatedEdges);
            int inputs = kind.Topology.Inputs;
            for (int i = 0; i < cell.Nodes.Count; i++)
            {
                IReadOnlyList<Gene> genes = cell.Nodes[i];
                if (genes.Count > 0 && genes.All(gene => gene.Source >= inputs && cell.Nodes[gene.Source - inputs].Count == 0))
                    throw new ArgumentException(
                        $"Node {inputs + i} of cell '{kind.Name}' reads only nodes without genes ({string.Join(", ", genes)}), so it " +
                        "gets " +
                        "nothing. Correct the genotype.");
            }
        }
    }
}
