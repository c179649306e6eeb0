using SingleDarts.Core.Operations;
using SingleDarts.Core.Spaces;

namespace SingleDarts.Core.Training;

/// <summary>The networks in which cells of the DARTS space are trained and compared (Tables 2 and 3), for any published genotype.</summary>
public static class DartsNetworks
{
    /// <summary>The layers for CIFAR: 36 channels and 20 cells in DARTS, 14 cells in the paper (Section 5.1.2).</summary>
    /// <param name="genotype">Cells <c>normal</c> and <c>reduction</c> of any number of nodes; all operations of <see cref="DartsOperations.Published"/>.</param>
    /// <param name="classes">Number of classes.</param>
    /// <param name="channels">Channels C of the first cells.</param>
    /// <param name="layers">Number of cells.</param>
    /// <param name="size">Height and width in pixels.</param>
    /// <exception cref="ArgumentException">A size cannot be, or the two cells have different numbers of nodes.</exception>
    public static SearchSpace Cifar(Genotype genotype, int classes = 10, long channels = 36, int layers = 20, long size = 32) =>
        SearchSpaces.Darts(classes, channels, layers, size, size, operations: DartsOperations.Published).FittedTo(genotype);

    /// <summary>The layers for ImageNet: 48 channels and 14 cells behind three convolutions of stride 2.</summary>
    /// <inheritdoc cref="Cifar"/>
    public static SearchSpace ImageNet(Genotype genotype, int classes = 1000, long channels = 48, int layers = 14, long size = 224) =>
        SearchSpaces.DartsImageNet(classes, channels, layers, stemMultiplier: 1, size, DartsOperations.Published).FittedTo(genotype);

    /// <summary>
    /// The largest number of channels with which a network stays within a limit of multiply-adds (the starred row of Table 2: under 600
    /// million on ImageNet).
    /// </summary>
    /// <param name="genotype">The genotype.</param>
    /// <param name="limit">Largest number of multiply-adds of one image.</param>
    /// <param name="layers">The layers for a number of channels, for example <c>c => DartsNetworks.ImageNet(genotype, channels: c)</c>.</param>
    /// <param name="step">The number of channels is a multiple of this; DARTS needs even numbers.</param>
    /// <returns>Channels and the cost that they have.</returns>
    /// <exception cref="ArgumentException">Even the smallest network is above the limit.</exception>
    public static (long Channels, ModuleCost Cost) LargestWithin(Genotype genotype, long limit, Func<long, SearchSpace> layers, long step = 2)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(step, 1);
        ModuleCost Of(long multiple) => new CostModel(layers(multiple * step)).Of(genotype);
        ModuleCost best = Of(1);
        if (best.MultiplyAdds > limit)
            throw new ArgumentException($"With {step} channels the network has {best.MultiplyAdds:N0} multiply-adds, more than the limit of {limit:N0}.", nameof(limit));
        long below = 1, above = 2;
        for (; Of(above) is var cost && cost.MultiplyAdds <= limit; above *= 2)
            (below, best) = (above, cost);
        while (above - below > 1)
        {
            long middle = (below + above) / 2;
            if (Of(middle) is var cost && cost.MultiplyAdds <= limit)
                (below, best) = (middle, cost);
            else
                above = middle;
        }
        return (below * step, best);
    }
}
