using SingleDarts.Core.Genotypes;
using SingleDarts.Core.Operations;
using SingleDarts.Core.Spaces;

namespace SingleDarts.Core.Training;

/// <summary>The networks in which cells of the DARTS space are trained and compared (Tables 2 and 3), for any published genotype.</summary>
public static class DartsNetworks
{
    /// <summary>The network for CIFAR: 36 channels and 20 cells in DARTS, 14 cells in the paper (Section 5.1.2).</summary>
    /// <param name="genotype">
    /// Cells <c>normal</c> and <c>reduction</c> of any number of nodes; all operations of <see cref="DartsOperations.Published"/>. Or, by
    /// GOLD-NAS, a cell for every place, of the operations of <see cref="SearchSpaces.GoldNas(int, long, int, long, long, long)"/>.
    /// </param>
    /// <param name="classes">Number of classes.</param>
    /// <param name="channels">Channels C of the first cells.</param>
    /// <param name="layers">Number of cells; a genotype with a cell for every place has its own number.</param>
    /// <param name="size">Height and width in pixels.</param>
    /// <param name="options">Seed, auxiliary classifier, repeated edges; the defaults if <see langword="null"/>.</param>
    /// <exception cref="ArgumentException">
    /// A size is out of range, the genotype has an unknown operation, an edge twice or a node that gets nothing; the message says which.
    /// </exception>
    /// <exception cref="KeyNotFoundException">The genotype lacks one of the cells.</exception>
    public static EvaluationNetwork Cifar(
        Genotype genotype, int classes = 10, long channels = 36, int layers = 20, long size = 32,
        EvaluationNetworkOptions? options = null) =>
        new(SpaceOf(genotype, cells => CifarSpace(classes, channels, cells ?? layers, size)), genotype, options);

    /// <summary>The network for ImageNet: 48 channels and 14 cells behind three convolutions of stride 2.</summary>
    /// <inheritdoc cref="Cifar"/>
    public static EvaluationNetwork ImageNet(
        Genotype genotype, int classes = 1000, long channels = 48, int layers = 14, long size = 224,
        EvaluationNetworkOptions? options = null) =>
        new(SpaceOf(genotype, cells => ImageNetSpace(classes, channels, cells ?? layers, size)), genotype, options);

    /// <summary>The space whose layout <see cref="Cifar"/> has, to count costs in (<see cref="CostModel"/>).</summary>
    /// <inheritdoc cref="Cifar"/>
    public static SearchSpace CifarSpace(int classes = 10, long channels = 36, int layers = 20, long size = 32) =>
        SearchSpaces.Darts(classes, channels, layers, size, size, operations: DartsOperations.Published);

    /// <summary>The space whose layout <see cref="ImageNet"/> has, to count costs in (<see cref="CostModel"/>).</summary>
    /// <inheritdoc cref="Cifar"/>
    public static SearchSpace ImageNetSpace(int classes = 1000, long channels = 48, int layers = 14, long size = 224) =>
        SearchSpaces.DartsImageNet(classes, channels, layers, stemMultiplier: 1, size, DartsOperations.Published);

    /// <summary>The space of a genotype of two kinds of cells, or of one with a cell for every place.</summary>
    /// <param name="genotype">The genotype.</param>
    /// <param name="space">The space for a number of cells, or for the number that was asked for.</param>
    private static SearchSpace SpaceOf(Genotype genotype, Func<int?, SearchSpace> space)
    {
        ArgumentNullException.ThrowIfNull(genotype);
        bool hasCellPerPlace = genotype.Cells.ContainsKey("cell00");
        return (hasCellPerPlace ? SearchSpaces.GoldNas(space(genotype.Cells.Count)) : space(null)).For(genotype);
    }

    /// <summary>
    /// The largest number of channels with which a network stays within a limit of multiply-adds (the starred row of Table 2: under 600
    /// million on ImageNet).
    /// </summary>
    /// <param name="genotype">The genotype.</param>
    /// <param name="limit">Largest number of multiply-adds of one image.</param>
    /// <param name="space">The space for a number of channels, for example <c>c => DartsNetworks.ImageNetSpace(channels: c)</c>.</param>
    /// <param name="step">The number of channels is a multiple of this; DARTS needs even numbers.</param>
    /// <returns>Channels and the cost that they have.</returns>
    /// <exception cref="ArgumentException">Even the smallest network is above the limit.</exception>
    public static (long Channels, ModuleCost Cost) LargestWithin(Genotype genotype, long limit, Func<long, SearchSpace> space,
        long step = 2)
    {
        ArgumentNullException.ThrowIfNull(space);
        ArgumentOutOfRangeException.ThrowIfLessThan(step, 1);
        ModuleCost Cost(long multiple) => new CostModel(space(multiple * step)).Of(genotype);

        ModuleCost best = Cost(1);
        if (best.MultiplyAdds > limit)
            throw new ArgumentException(
                $"With {step} channels the network has {best.MultiplyAdds:N0} multiply-adds, more than the limit of {limit:N0}.",
                nameof(limit));
        // Doubling finds a multiple above the limit, bisection the largest below it.
        long below = 1, above = 2;
        ModuleCost cost = Cost(above);
        while (cost.MultiplyAdds <= limit)
        {
            below = above;
            best = cost;
            above *= 2;
            cost = Cost(above);
        }
        while (above - below > 1)
        {
            long middle = (below + above) / 2;
            cost = Cost(middle);
            if (cost.MultiplyAdds > limit)
            {
                above = middle;
            }
            else
            {
                below = middle;
                best = cost;
            }
        }
        return (below * step, best);
    }
}
