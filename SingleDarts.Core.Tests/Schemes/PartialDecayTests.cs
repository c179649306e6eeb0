using SingleDarts.Core.Data;
using SingleDarts.Core.Optimizers;
using SingleDarts.Core.Runs;
using SingleDarts.Core.Runtime;
using SingleDarts.Core.Schemes;
using SingleDarts.Core.Supernets;
using static TorchSharp.torch;

namespace SingleDarts.Core.Tests.Schemes;

public class PartialDecayTests
{
    private static readonly OptimizerSettings Sgd = OptimizerSettings.Default.Sgd(0.1, momentum: 0.9);

    /// <summary>w after two steps of SGD with momentum: w₁ = w − η (μ b + g), w₂ = w₁ − η (μ (μ b + g) + 2 λ w₁), where g = 0 and no decay
    /// if a candidate is dropped.</summary>
    [Fact]
    public void W_takes_a_step_along_the_loss_and_one_along_the_decay_of_what_was_reached()
    {
        using var scope = NewDisposeScope();
        using SmallSearch search = Search(Sgd, OptimizerSettings.Default.Sgd(0.1, momentum: 0));
        var scheme = new PartialDecayScheme { WeightDecay = 0.02, ArchitectureDecay = 0, KeepsMass = false };
        search.Supernet.MoveTo(new EpochPosition(0, 0, 1), 1);
        scheme.Step(search.Step);
        Tensor[] buffers = [.. Enumerable.Range(0, search.Supernet.Weights.Count).Select(i => search.Weights.MomentumBuffer(i)!.clone())];
        Tensor[] start = search.CopyOfWeights();
        search.Supernet.MoveTo(new EpochPosition(0, 0, 1), 2);
        Tensor[] gradients = search.Gradients(search.Train).Weights;
        bool[] reached = [.. search.Supernet.Weights.Select(w => w.Parameter.grad is not null)];

        search.Supernet.MoveTo(new EpochPosition(0, 0, 1), 2);
        scheme.Step(search.Step);

        reached.Distinct().Should().HaveCount(2, "otherwise nothing was dropped");
        for (int i = 0; i < start.Length; i++)
        {
            Tensor velocity = buffers[i].Times(0.9).Plus(gradients[i]);
            Tensor first = start[i] - velocity.Times(0.1);
            Tensor decay = reached[i] ? first.Times(2 * 0.02) : zeros_like(first);
            Tensor expected = first - velocity.Times(0.9).Plus(decay).Times(0.1);
            (search.Supernet.Weights[i].Parameter - expected).abs().max().item<double>().Should().BeLessThan(1e-14);
        }
    }

    /// <summary>α₁ = α − η g, α₂ = α₁ − η 2 λ α₁ where |g| is above 1e-7.</summary>
    [Fact]
    public void Alpha_decays_where_it_has_a_gradient()
    {
        using var scope = NewDisposeScope();
        using SmallSearch search = Search(Sgd, OptimizerSettings.Default.Sgd(0.5, momentum: 0));
        search.Supernet.MoveTo(new EpochPosition(0, 0, 1), 2);
        Tensor start = search.Alpha.detach().clone(), gradient = search.Gradients(search.Train).Alpha;
        search.Supernet.MoveTo(new EpochPosition(0, 0, 1), 2);
        new PartialDecayScheme { WeightDecay = 0, ArchitectureDecay = 0.03, KeepsMass = false }.Step(search.Step);
        Tensor first = start - gradient.Times(0.5);
        int decayed = 0;
        for (int edge = 0; edge < 6; edge++)
            for (int k = 0; k < 5; k++)
            {
                bool decays = Math.Abs(gradient[edge, k].item<double>()) > 1e-7;
                decayed += decays ? 1 : 0;
                search.Alpha[edge, k].item<double>().Should()
                    .BeApproximately(first[edge, k].item<double>() * (decays ? 1 - (0.5 * 2 * 0.03) : 1), 1e-14);
            }
        decayed.Should().BeInRange(8, 27, "some are dropped");
    }

    /// <summary>The published form: k = ln(ρ / (1 − ρ) · R / U), with R and U the sums of exp(α) over what is dropped and kept.</summary>
    [Fact]
    public void Computed_candidates_keep_their_share_of_the_softmax()
    {
        using var scope = NewDisposeScope();
        OptimizerSettings adam = OptimizerSettings.Default.Adam(0.2, 0.5, 0.999);
        Tensor After(bool keeps, out double[] shares, out bool[,] computed)
        {
            using SmallSearch search = Search(Sgd, adam);
            search.Supernet.MoveTo(new EpochPosition(0, 0, 1), 1);
            new PartialDecayScheme { KeepsMass = keeps }.Step(search.Step);
            search.Supernet.MoveTo(new EpochPosition(0, 0, 1), 2);
            bool[,] mask = computed = search.Supernet.Relax()["cell"].Computed!;
            Tensor before = search.Alpha.detach().softmax(-1);
            shares = [.. Enumerable.Range(0, 6).Select(edge => Sum(before, mask, edge, true))];
            search.Supernet.MoveTo(new EpochPosition(0, 0, 1), 2);
            new PartialDecayScheme { KeepsMass = keeps }.Step(search.Step);
            return search.Alpha.detach().clone();
        }
        Tensor kept = After(true, out double[] rho, out bool[,] isKept);
        isKept.Cast<bool>().Count(k => !k).Should().BeGreaterThan(2);
        for (int edge = 0; edge < 6; edge++)
            Sum(kept.softmax(-1), isKept, edge, true).Should().BeApproximately(rho[edge], 1e-12);

        // The first step is alike with and without; compare one step of both from the same α by the published formula.
        using SmallSearch search = Search(Sgd, adam);
        search.Supernet.MoveTo(new EpochPosition(0, 0, 1), 2);
        bool[,] drawn = search.Supernet.Relax()["cell"].Computed!;
        Tensor start = search.Alpha.detach().softmax(-1);
        search.Supernet.MoveTo(new EpochPosition(0, 0, 1), 2);
        new PartialDecayScheme { KeepsMass = false }.Step(search.Step);
        Tensor free = search.Alpha.detach().clone();
        using SmallSearch again = Search(Sgd, adam);
        again.Supernet.MoveTo(new EpochPosition(0, 0, 1), 2);
        new PartialDecayScheme().Step(again.Step);
        for (int edge = 0; edge < 6; edge++)
        {
            double share = Sum(start, drawn, edge, true), u = Sum(free.exp(), drawn, edge, true), r = Sum(free.exp(), drawn, edge, false);
            double k = r == 0 ? 0 : Math.Log(share / (1 - share) * r / u);
            for (int o = 0; o < 5; o++)
                again.Alpha[edge, o].item<double>().Should()
                    .BeApproximately(free[edge, o].item<double>() + (drawn[edge, o] ? k : 0), 1e-12);
        }
    }

    [Fact]
    public void While_alpha_stands_still_w_takes_both_steps_alone()
    {
        using var scope = NewDisposeScope();
        using SmallSearch search = Search(Sgd, OptimizerSettings.Default.Adam(0.2).FreezeFor(1, of: 2));
        search.Architecture.MoveTo(new EpochPosition(0, 0, 2), 0);
        Tensor alpha = search.Alpha.detach().clone();
        Tensor[] weights = search.CopyOfWeights();
        new PartialDecayScheme().Step(search.Step);
        Small.Same(search.Alpha, alpha).Should().BeTrue();
        search.CopyOfWeights().Zip(weights).Should().Contain(pair => !Small.Same(pair.First, pair.Second));
    }

    [Fact]
    public void Without_decay_and_drops_it_is_the_single_level_bit_for_bit()
    {
        using var scope = NewDisposeScope();
        double[] After(IOptimizationScheme scheme)
        {
            using var search = new SmallSearch(Sgd, OptimizerSettings.Default.Adam(0.1), new GroupDropSoftmax(0));
            scheme.Step(search.Step);
            scheme.Step(search.Step);
            return [.. search.Supernet.Weights.Select(w => (Tensor)w.Parameter).Append(search.Alpha).SelectMany(Host.Doubles)];
        }
        After(new PartialDecayScheme { WeightDecay = 0, ArchitectureDecay = 0 }).Should().Equal(After(OptimizationSchemes.SingleLevel));
    }

    [Fact]
    public void A_negative_decay_is_rejected_before_the_search()
    {
        using ClassificationDataset data = Small.Data();
        Small.Search(data, new PartialDecayScheme { WeightDecay = -1 }).Invoking(s => s.Build()).Should().Throw<InvalidRunException>()
            .WithMessage("*decays w by -1 and α by 0.001; expected 0 or more*");
    }

    private static SmallSearch Search(OptimizerSettings weights, OptimizerSettings architecture)
    {
        var search = new SmallSearch(weights, architecture, new GroupDropSoftmax(0.1));
        using var _ = no_grad();
        using var generator = new Generator(4UL);
        search.Alpha.Plus_(randn([6, 5], ScalarType.Float64, generator: generator));
        return search;
    }

    private static double Sum(Tensor numbers, bool[,] mask, int edge, bool value) =>
        Enumerable.Range(0, 5).Where(k => mask[edge, k] == value).Sum(k => numbers[edge, k].item<double>());
}
