using System.Globalization;
using SingleDarts.Core.Genotypes;
using SingleDarts.Core.Operations;
using static TorchSharp.torch;

namespace SingleDarts.Core.Spaces;

/// <summary>The choices that a layout is made of; by default those of NAS-Bench-201.</summary>
internal sealed record LayoutPlan
{
    public IReadOnlyList<long> InputShape { get; init; } = [];

    public int Classes { get; init; }

    /// <summary>Channels of the nodes of the first stage; they double with each later stage.</summary>
    public long Channels { get; init; } = 16;

    /// <summary>Channels of the stem as a multiple of <see cref="Channels"/>.</summary>
    public long StemMultiplier { get; init; } = 1;

    public IReadOnlyList<int> CellsPerStage { get; init; } = [1];

    /// <summary>Whether stages begin with a reduction cell, the last kind, instead of a <see cref="Downsampling"/>.</summary>
    public bool HasReductionCells { get; init; }

    /// <summary>Whether the cell of every place is a kind of its own.</summary>
    public bool HasKindPerCell { get; init; }

    public Factory Stem { get; init; } = new(Blocks.ConvolutionStem, "the stem");

    public Factory? SecondStem { get; init; }

    public Factory Preprocessing { get; init; } = new(IdentityOrConv1x1, "the preprocessing");

    public Factory Downsampling { get; init; } = new(context => new ResidualDownsampling(context), "the block between stages");

    public Factory Head { get; init; } = new(Blocks.PooledLinearHead, "the head");

    /// <summary>Names of the kinds of cells.</summary>
    public IReadOnlyList<string> Kinds => HasKindPerCell
        ? [.. Enumerable.Range(0, CellsPerStage.Sum() + (HasReductionCells ? CellsPerStage.Count - 1 : 0))
            .Select(place => string.Create(CultureInfo.InvariantCulture, $"{Genotype.OnlyCell}{place:00}"))]
        : HasReductionCells && CellsPerStage.Count > 1 ? ["normal", "reduction"] : [Genotype.OnlyCell];

    /// <summary>Whether a user's factories make modules, which may draw their first weights from the generator of the process.</summary>
    public bool HasForeignFactories =>
        !(Stem.IsOwn && SecondStem is not { IsOwn: false } && Preprocessing.IsOwn && Downsampling.IsOwn && Head.IsOwn);

    /// <summary>Error messages for invalid choices; empty if the plan is valid.</summary>
    public IEnumerable<string> Faults()
    {
        if (InputShape.Count == 0 || InputShape.Any(n => n < 1))
            yield return $"The input shape is ({string.Join(", ", InputShape)}); give positive sizes, for example Input(3, 32, 32).";
        if (Classes < 2)
            yield return $"The number of classes is {Classes}; give at least 2 with Classes(...).";
        if (Channels < 1 || StemMultiplier < 1)
            yield return $"Channels are {Channels} and the stem multiplier {StemMultiplier}; both must be at least 1.";
        int fewest = HasReductionCells ? 0 : 1;
        if (CellsPerStage.Count < 1 || CellsPerStage[0] < 1 || CellsPerStage.Any(cells => cells < fewest))
            yield return $"There are {CellsPerStage.Count} stages of {string.Join(", ", CellsPerStage)} cells; give at least 1 stage, " +
                "and at " +
                $"least 1 cell in each{(HasReductionCells ? " but those that a reduction cell begins" : "")}.";
    }

    private static nn.Module<Tensor, Tensor> IdentityOrConv1x1(OperationContext context) =>
        context.IsShapePreserving ? nn.Identity()
        : context.Stride == 2 ? new FactorizedReduce(context)
        : new ReluConvBatchNorm(context, 1);
}
