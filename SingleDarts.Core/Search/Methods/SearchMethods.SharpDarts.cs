using SingleDarts.Core.Optimizers;
using SingleDarts.Core.Supernets;

namespace SingleDarts.Core.Search;

public static partial class SearchMethods
{
    /// <summary>
    /// max-W of sharpDARTS (Hundt et al., 2019), in its own space (<c>SearchSpaces.SharpDarts</c>) or in that of DARTS: the strongest
    /// operation of an edge has the weight 1 (<see cref="MaxWeightRelaxation"/>), 120 epochs, and a learning rate that rises for 5 epochs
    /// and falls along a power of a cosine to 1e-4 (<see cref="CosinePowerSchedule"/>). Everything else is that of <see cref="Darts"/> in
    /// the same space.
    /// </summary>
    /// <remarks>
    /// <c>ahundt/sharpDARTS</c> 6f593d4. Its searches also have cutout and AutoAugment, which a transform of the search is to do. Its
    /// larger list of candidates is not offered.
    /// </remarks>
    public static SearchMethod SharpDarts() => new("sharpdarts", space => Darts().Options(space) with
    {
        Epochs = 120,
        Relaxation = new MaxWeightRelaxation(),
        WeightOptimizer = DartsWeights.CosinePower(1e-4, order: 2).WarmUp(5, of: 120),
    })
    {
        Title = "sharpDARTS, max-W",
        Spaces = [InSharpDarts, InDarts],
        Published = ["max-W in its own space: a network of 2.48 M parameters and 405.8 M multiply-adds"],
        Unverified =
        [
            "The learning rate at the start, 0.025 as in DARTS, and whether the warm-up replaces the first epochs of the schedule.",
            "Cutout and AutoAugment are left to the transform.",
            "Its code adds no batch normalisation to poolings in operations.py; here they have one in a supernet, as in DARTS.",
        ],
        Source = "Hundt et al., sharpDARTS: Faster and More Accurate Differentiable Architecture Search, 2019; ahundt/sharpDARTS 6f593d4",
    };
}
