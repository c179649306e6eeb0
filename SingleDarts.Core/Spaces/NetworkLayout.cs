using SingleDarts.Core.Genotypes;
using SingleDarts.Core.Operations;

namespace SingleDarts.Core.Spaces;

/// <summary>
/// Where the cells of a network stand: input, stem, cells and fixed blocks with their channels and strides, head, classes. Immutable. The
/// supernet of a search space has the space's own layout (<see cref="SearchSpace.Layout"/>), the network of a genotype that of
/// <see cref="For"/>.
/// </summary>
public sealed class NetworkLayout
{
    private readonly LayoutPlan plan;

    internal NetworkLayout(LayoutPlan plan, IReadOnlyList<CellSpecification> cells)
    {
        this.plan = plan;
        Cells = cells;
        Layers = Place();
        Head = new BlockPlacement(plan.Head, new OperationContext(Layers[^1].OutChannels, Classes));
    }

    /// <summary>Shape of one sample without the batch: channels first, then the spatial sizes, if any.</summary>
    public IReadOnlyList<long> InputShape => plan.InputShape;

    /// <summary>Number of classes.</summary>
    public int Classes => plan.Classes;

    /// <summary>The kinds of cells, with the nodes and outputs that they have in this network.</summary>
    public IReadOnlyList<CellSpecification> Cells { get; }

    /// <summary>Number of searched cells and fixed blocks between stem and head.</summary>
    public int LayerCount => Layers.Count;

    /// <summary>Channels of the layer before the head.</summary>
    public long OutChannels => Layers[^1].OutChannels;

    /// <summary>Whether a second stem follows the first, as in the networks of DARTS for ImageNet.</summary>
    internal bool HasSecondStem => plan.SecondStem is not null;

    /// <summary>First block: sample to the channels of the first layer.</summary>
    internal BlockPlacement Stem => new(plan.Stem, new OperationContext(InputShape[0], plan.Channels * plan.StemMultiplier));

    /// <summary>Cells and fixed blocks, in order.</summary>
    internal IReadOnlyList<LayerPlacement> Layers { get; }

    /// <summary>Indices of the layers that end a stage of equal resolution: those of stride 2, the second stem excepted.</summary>
    internal IEnumerable<int> StageEnds => Enumerable.Range(0, LayerCount)
        .Where(i => Layers[i].Stride == 2 && Layers[i] is not BlockPlacement { PassInput: true });

    /// <summary>Last block: features to logits [N, classes].</summary>
    internal BlockPlacement Head { get; }

    /// <summary>Makes an input node of a cell from an earlier layer's output.</summary>
    internal Factory Preprocessing => plan.Preprocessing;

    /// <summary>Whether a user's factories make blocks.</summary>
    internal bool HasForeignFactories => plan.HasForeignFactories;

    /// <summary>
    /// The layout of a genotype: that of the space, with the numbers of nodes and the outputs of the genotype's cells, which decide how
    /// many
    /// channels the cells give (sparse cells, NASNet, AmoebaNet).
    /// </summary>
    /// <param name="genotype">A genotype of the space, or of one with as many inputs and the same kinds of cells.</param>
    /// <returns>This instance if the genotype's cells have the nodes and outputs of the space.</returns>
    /// <exception cref="KeyNotFoundException">The genotype lacks a kind of cell.</exception>
    /// <exception cref="ArgumentException">The output of a cell is made of nodes that it does not have.</exception>
    public NetworkLayout For(Genotype genotype)
    {
        ArgumentNullException.ThrowIfNull(genotype);
        return With([.. Cells.Select(cell => cell.For(genotype[cell.Name]))]);
    }

    /// <summary>The layout with other kinds of cells in the same places.</summary>
    internal NetworkLayout With(IReadOnlyList<CellSpecification> cells) =>
        cells.SequenceEqual(Cells) ? this : new NetworkLayout(plan, cells);

    /// <summary>The layout with other numbers of cells.</summary>
    /// <exception cref="ArgumentException">The numbers are invalid; the message says how.</exception>
    internal NetworkLayout WithStages(IReadOnlyList<int> cellsPerStage)
    {
        LayoutPlan changed = plan with { CellsPerStage = [.. cellsPerStage] };
        List<string> faults = [.. changed.Faults()];
        if (faults.Count == 0 && !changed.Kinds.SequenceEqual(plan.Kinds))
            faults.Add($"{cellsPerStage.Count} stage(s) have the kinds of cells {string.Join(" and ", changed.Kinds)}; expected " +
                $"{string.Join(" and ", plan.Kinds)}, as with {plan.CellsPerStage.Count} stages.");
        return faults.Count == 0 ? new NetworkLayout(changed, Cells)
            : throw new ArgumentException(string.Join(" ", faults), nameof(cellsPerStage));
    }

    /// <summary>The layout in which the cell of every place is a kind of its own.</summary>
    internal NetworkLayout WithKindPerCell()
    {
        LayoutPlan changed = plan with { HasKindPerCell = true };
        return plan.HasKindPerCell ? this : new NetworkLayout(changed,
            [.. Layers.OfType<CellPlacement>().Zip(changed.Kinds, (placed, name) => placed.Cell.Named(name))]);
    }

    /// <summary>Whether this is another layout whose edges have fewer candidates, or that layout.</summary>
    internal bool IsRestrictionOf(NetworkLayout other) => plan == other.plan && Cells.Count == other.Cells.Count &&
        Cells.Zip(other.Cells).All(pair => pair.First.IsRestrictionOf(pair.Second));

    /// <summary>Input, size and classes.</summary>
    public override string ToString() => $"{string.Join("×", InputShape)} → {Classes} classes, {LayerCount} layers";

    private List<LayerPlacement> Place()
    {
        var layers = new List<LayerPlacement>();
        // Channels of an output and how often the size was halved before it.
        var inputs = new LayerInputs<(long Channels, int Halvings)>((Stem.OutChannels, 0));

        void Add(LayerPlacement layer)
        {
            layers.Add(layer);
            inputs = inputs.Behind(layer, (layer.OutChannels, inputs.Previous.Halvings + (layer.Stride == 2 ? 1 : 0)));
        }

        CellPlacement Cell(CellSpecification cell, long channels, int stride)
        {
            var previous = new OperationContext(inputs.Previous.Channels, channels);
            var before = new OperationContext(inputs.Before.Channels, channels, inputs.Before.Halvings < inputs.Previous.Halvings ? 2 : 1);
            return new CellPlacement(cell, channels, stride, cell.Topology.Inputs == 1 ? [previous] : [before, previous]);
        }

        int place = 0;
        CellSpecification Kind(bool isReduction) => plan.HasKindPerCell ? Cells[place++] : isReduction ? Cells[^1] : Cells[0];

        long width = plan.Channels;
        if (plan.SecondStem is not null)
            Add(new BlockPlacement(plan.SecondStem, new OperationContext(Stem.OutChannels, Stem.OutChannels, 2), PassInput: true));
        for (int stage = 0; stage < plan.CellsPerStage.Count; stage++)
        {
            if (stage > 0)
            {
                width *= 2;
                Add(plan.HasReductionCells
                    ? Cell(Kind(isReduction: true), width, stride: 2)
                    : new BlockPlacement(plan.Downsampling, new OperationContext(inputs.Previous.Channels, width, 2)));
            }
            for (int cell = 0; cell < plan.CellsPerStage[stage]; cell++)
                Add(Cell(Kind(isReduction: false), width, stride: 1));
        }
        return layers;
    }
}
