using SingleDarts.Core.Schemes;

namespace SingleDarts.Core.Search;

public static partial class SearchMethods
{
    /// <summary>
    /// SDARTS-RS (Chen and Hsieh, ICML 2020): <see cref="Darts"/> of first order in the DARTS space without <c>none</c>, whose w learns
    /// with random noise on p (<see cref="RandomPerturbation"/>) of a size that grows from 0.03 to 0.3.
    /// </summary>
    /// <remarks><c>xiangning-chen/SmoothDARTS</c> d3dbfed, space <c>s5</c>; its default is another one, <c>s1</c>. Of four searches, it
    /// reports the best.</remarks>
    public static SearchMethod SdartsRs() => Sdarts("sdarts-rs", "SDARTS-RS", new RandomPerturbation(),
        "DARTS space, CIFAR-10: 97.33 ± 0.03 test (from memory)");

    /// <summary>SDARTS-ADV: as <see cref="SdartsRs"/>, but p is that of an adversary (<see cref="AdversarialPerturbation"/>).</summary>
    /// <remarks>Batch normalisations keep running statistics, which the adversary's passes in evaluation mode read.</remarks>
    public static SearchMethod SdartsAdv() => Sdarts("sdarts-adv", "SDARTS-ADV", new AdversarialPerturbation(),
        "DARTS space, CIFAR-10: 97.39 ± 0.02 test, 3.3 M parameters");

    private static SearchMethod Sdarts(string name, string title, MixturePerturbation perturbation, string published) =>
        new(name, space => Darts().Options(space) with
        {
            Scheme = new BiLevelScheme
            {
                Order = UpdateOrder.ArchitectureFirst,
                Sampling = ArchitectureSampling.WithoutReplacement,
                Perturbation = perturbation,
            },
            TrackRunningStatistics = perturbation is AdversarialPerturbation,
        })
        {
            Title = title,
            Spaces = [InDarts],
            Published = [published],
            Unverified = ["Results on ImageNet (25.6 and 25.2 top-1 error, from memory) and everything in the spaces S1 to S4."],
            Source = "Chen and Hsieh, Stabilizing Differentiable Architecture Search via Perturbation-based Regularization, ICML 2020; " +
                "xiangning-chen/SmoothDARTS d3dbfed",
            Space = WithoutZero,
        };
}
