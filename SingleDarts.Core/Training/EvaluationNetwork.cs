using SingleDarts.Core.Operations;
using SingleDarts.Core.Runtime;
using SingleDarts.Core.Spaces;
using static TorchSharp.torch;

namespace SingleDarts.Core.Training;

/// <summary>
/// The network of a genotype, as it is trained from scratch: the layers of a space with one operation for each gene, and affine batch
/// normalisations that track running statistics.
/// </summary>
public sealed class EvaluationNetwork : ClassificationNetwork
{
    private readonly nn.Module<Tensor, Tensor> stem;
    private readonly TorchSharp.Modules.ModuleList<nn.Module> layers;
    private readonly AuxiliaryHead? auxiliary;
    private readonly nn.Module<Tensor, Tensor> head;
    private readonly int auxiliaryLayer;

    /// <summary>Builds a network with weights drawn from a seed.</summary>
    /// <param name="space">The space, with the channels and layers that the network shall have.</param>
    /// <param name="genotype">A genotype of the space.</param>
    /// <param name="options">Seed, auxiliary classifier; the defaults where <see langword="null"/>.</param>
    /// <exception cref="ArgumentException">
    /// The genotype is not of the space: an unknown operation, a source that does not come before, an edge used twice, another number of
    /// nodes, a node that can get nothing; there is no reduction cell for an auxiliary classifier; or a factory fails or gives one module
    /// twice.
    /// The message says which.
    /// </exception>
    /// <exception cref="KeyNotFoundException">The genotype lacks a kind of cell of the space.</exception>
    public EvaluationNetwork(SearchSpace space, Genotype genotype, EvaluationNetworkOptions? options = null) : base(nameof(EvaluationNetwork))
    {
        TorchRuntime.EnsureLoaded();
        ArgumentNullException.ThrowIfNull(space);
        ArgumentNullException.ThrowIfNull(genotype);
        options ??= new EvaluationNetworkOptions();
        Space = Check(space, genotype, options.AllowRepeatedEdges);
        Genotype = genotype;
        using var kept = new BuildScope();
        using (new RunRandom.Draw(options.Seed, Space.HasForeignFactories))
        {
            stem = Space.Stem.Create(Space.Stem.Context);
            layers = nn.ModuleList([.. Space.Layers.Select(Create)]);
            head = Space.Head.Create(Space.Head.Context);
            if (options.Auxiliary is { } description)
            {
                auxiliaryLayer = Space.Layers.Select((layer, i) => layer is CellPlacement { Stride: 2 } ? i : -1).Max();
                if (auxiliaryLayer < 0)
                    throw new ArgumentException(
                        $"The space '{space.Name}' has no reduction cell for an auxiliary classifier to stand behind; leave it out.", nameof(options));
                auxiliary = new AuxiliaryHead(
                    Space.Layers[auxiliaryLayer].OutChannels, Space.Classes, description.PoolStride, description.SecondBatchNorm);
            }
        }
        RegisterComponents();
        if (SharedModules.Faults(Parts).ToList() is { Count: > 0 } faults)
            throw new ArgumentException($"The network of '{space.Name}' cannot be built: {string.Join(" ", faults)}", nameof(space));
    }

    /// <summary>What factories of the space made, by names for the beginning of a sentence.</summary>
    internal IEnumerable<(string Name, nn.Module Module)> Parts => layers
        .SelectMany(layer => layer is NetworkCell cell ? cell.Parts : [("The block between stages", layer)])
        .Prepend(("The stem", stem)).Append(("The head", head));

    /// <summary>The space, with the outputs of the genotype's cells.</summary>
    public SearchSpace Space { get; }

    /// <summary>The genotype.</summary>
    public Genotype Genotype { get; }

    /// <summary>Parameters of the auxiliary classifier; 0 without one.</summary>
    public long AuxiliaryParameters => auxiliary?.parameters().Sum(p => p.numel()) ?? 0;

    /// <summary>Parameters and multiply-adds for one image, without the auxiliary classifier, as the field counts.</summary>
    public ModuleCost MeasureCost()
    {
        ModuleCost cost = ModuleCost.Measure(this, Space.InputShape, out _);
        return cost with { Parameters = cost.Parameters - AuxiliaryParameters };
    }

    /// <inheritdoc/>
    /// <exception cref="ArgumentException">The images have another shape than the space's.</exception>
    public override (Tensor Logits, Tensor? Auxiliary) Classify(Tensor input)
    {
        if (!input.shape.AsSpan(1).SequenceEqual([.. Space.InputShape]))
            throw new ArgumentException(
                $"The batch is [{string.Join(", ", input.shape)}]; the network expects [N, {string.Join(", ", Space.InputShape)}].", nameof(input));
        using var scope = NewDisposeScope();
        Tensor previous = stem.call(input.dim() == 4 ? NativeKernels.ChannelsLast(input) : input), before = previous;
        Tensor? side = null;
        for (int i = 0; i < Space.Layers.Count; i++)
        {
            if (layers[i] is NetworkCell cell)
            {
                cell.DropPathProbability = DropPathProbability;
                (before, previous) = (previous, cell.call(before, previous));
            }
            else
            {
                Tensor given = ((nn.Module<Tensor, Tensor>)layers[i]).call(previous);
                (before, previous) = (Space.Layers[i] is BlockPlacement { PassInput: true } ? previous : given, given);
            }
            if (i == auxiliaryLayer && training)
                side = auxiliary?.call(previous);
        }
        return (head.call(previous).MoveToOuterDisposeScope(), side?.MoveToOuterDisposeScope());
    }

    private nn.Module Create(LayerPlacement layer) => layer switch
    {
        CellPlacement cell => new NetworkCell(cell, Genotype[cell.Cell.Name], Space.Preprocessing),
        BlockPlacement block => block.Create(block.Context),
        _ => throw new InvalidOperationException($"Unknown layer {layer}."),
    };

    private static SearchSpace Check(SearchSpace space, Genotype genotype, bool allowRepeatedEdges)
    {
        foreach (CellSpecification kind in space.Cells)
        {
            // A subset of output nodes is the genotype's own choice; everything else is the space's.
            CellGenotype cell = genotype[kind.Name];
            new CellGenotype(cell.Nodes).Validate(kind, allowRepeatedEdges);
            for (int node = kind.Topology.Inputs; node < kind.Topology.Nodes; node++)
                if (cell.Nodes[node - kind.Topology.Inputs] is { Count: > 0 } genes &&
                    genes.All(g => g.Source >= kind.Topology.Inputs && cell.Nodes[g.Source - kind.Topology.Inputs].Count == 0))
                    throw new ArgumentException(
                        $"Node {node} of cell '{kind.Name}' reads only nodes without genes ({string.Join(", ", genes)}), so it gets nothing. Correct the genotype.");
        }
        return space.FittedTo(genotype);
    }
}
