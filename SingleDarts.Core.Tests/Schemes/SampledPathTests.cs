using SingleDarts.Core.Data;
using SingleDarts.Core.Genotypes;
using SingleDarts.Core.Optimizers;
using SingleDarts.Core.Runs;
using SingleDarts.Core.Schemes;
using SingleDarts.Core.Supernets;
using static TorchSharp.torch;

namespace SingleDarts.Core.Tests.Schemes;

public class SampledPathTests
{
    private static readonly OptimizerSettings Plain = OptimizerSettings.Default.Sgd(0.1, momentum: 0);

    [Fact]
    public void A_path_has_one_candidate_of_every_edge_with_the_probability_of_the_softmax()
    {
        const int Draws = 2_000;
        using var scope = NewDisposeScope();
        using SmallSearch search = Search();
        using var generator = new Generator(5UL);
        string[][] drawn = [.. Enumerable.Range(0, Draws).Select(_ => SampledPathScheme.Path(search.Supernet, generator)["cell"].Nodes
            .SelectMany(genes => genes).Select(gene => gene.Operation).ToArray())];
        drawn.Should().OnlyContain(path => path.Length == 6);
        for (int edge = 0; edge < 6; edge++)
            foreach (var (k, name) in search.Supernet.Space.Cells[0].Operations.Select(o => o.Name).Index())
            {
                double p = search.Alpha.detach().softmax(-1)[edge, k].item<double>();
                ((double)drawn.Count(path => path[edge] == name) / Draws).Should().BeApproximately(p, 4.5 * Math.Sqrt(p / Draws));
            }
    }

    [Theory]
    [InlineData(0)]
    [InlineData(0.1)]
    public void W_moves_along_the_path_by_the_smoothed_loss_and_alpha_behind_it_by_the_plain_one(double smoothing)
    {
        using var scope = NewDisposeScope();
        using SmallSearch expected = Search();
        expected.Supernet.MoveTo(new EpochPosition(0, 0, 1), 1);
        expected.Step.Generator.manual_seed(9);
        Genotype path = SampledPathScheme.Path(expected.Supernet, expected.Step.Generator);
        Tensor logits = expected.Supernet.Forward(expected.Train.Inputs, path);
        expected.Weights.ZeroGrad();
        Tensor smoothed = nn.functional.cross_entropy(logits, expected.Train.Labels, label_smoothing: smoothing);
        smoothed.backward();
        expected.Weights.Step();
        expected.Step.UpdateArchitecture();

        using SmallSearch search = Search();
        search.Supernet.MoveTo(new EpochPosition(0, 0, 1), 1);
        search.Step.Generator.manual_seed(9);
        StepOutcome outcome = new SampledPathScheme { LabelSmoothing = smoothing, KeepsMass = false }.Step(search.Step);
        outcome.Weights!.Loss.item<double>().Should().BeApproximately(smoothed.item<double>(), 1e-14);
        foreach (var (w, value) in search.Supernet.Weights.Zip(expected.CopyOfWeights()))
            (w.Parameter - value).abs().max().item<double>().Should().BeLessThan(1e-14);
        (search.Alpha - expected.Alpha).abs().max().item<double>().Should().BeLessThan(1e-14);
        search.Alpha.grad!.count_nonzero().item<long>().Should().BeInRange(2, 12, "two of an edge");
    }

    /// <summary>The published form: α − ln(Σ exp α' / Σ exp α) over the two that were drawn, after a step of Adam with β₁ = 0.</summary>
    [Fact]
    public void The_two_candidates_of_an_edge_keep_their_sum_of_exponentials_and_the_others_stand_still()
    {
        using var scope = NewDisposeScope();
        Tensor After(bool keeps)
        {
            using SmallSearch search = Search(OptimizerSettings.Default.Adam(0.3, 0, 0.999));
            for (int step = 1; step <= 2; step++)
            {
                search.Supernet.MoveTo(new EpochPosition(0, 0, 1), step);
                new SampledPathScheme { KeepsMass = keeps || step == 1 }.Step(search.Step);
            }
            return search.Alpha.detach().clone();
        }
        using SmallSearch one = Search(OptimizerSettings.Default.Adam(0.3, 0, 0.999));
        one.Supernet.MoveTo(new EpochPosition(0, 0, 1), 1);
        new SampledPathScheme().Step(one.Step);
        Tensor before = one.Alpha.detach(), free = After(false), kept = After(true);
        // What is drawn depends on α.
        one.Supernet.MoveTo(new EpochPosition(0, 0, 1), 2);
        bool[,] drawn = one.Supernet.Relax()["cell"].Computed!;
        double moved = 0;
        for (int edge = 0; edge < 6; edge++)
        {
            double Sum(Tensor alpha) => Enumerable.Range(0, 5).Where(k => drawn[edge, k]).Sum(k => Math.Exp(alpha[edge, k].item<double>()));
            double offset = Math.Log(Sum(free) / Sum(before));
            moved = Math.Max(moved, Math.Abs(offset));
            for (int k = 0; k < 5; k++)
                kept[edge, k].item<double>().Should()
                    .BeApproximately(drawn[edge, k] ? free[edge, k].item<double>() - offset : before[edge, k].item<double>(), 1e-12);
        }
        moved.Should().BeGreaterThan(0.01);
    }

    [Fact]
    public void While_alpha_stands_still_w_moves_alone()
    {
        using var scope = NewDisposeScope();
        using SmallSearch search = Search(Plain.FreezeFor(1, of: 2));
        search.Architecture.MoveTo(new EpochPosition(0, 0, 2), 0);
        Tensor alpha = search.Alpha.detach().clone();
        Tensor[] weights = search.CopyOfWeights();
        StepOutcome outcome = new SampledPathScheme().Step(search.Step);
        outcome.Architecture.Should().BeSameAs(outcome.Weights);
        Small.Same(search.Alpha, alpha).Should().BeTrue();
        search.CopyOfWeights().Zip(weights).Should().Contain(pair => !Small.Same(pair.First, pair.Second));
    }

    [Fact]
    public void Smoothing_by_a_whole_is_rejected_before_the_search()
    {
        using ClassificationDataset data = Small.Data();
        Small.Search(data, new SampledPathScheme { LabelSmoothing = 1 }).Invoking(s => s.Build()).Should().Throw<InvalidRunException>()
            .WithMessage("*'sampled-path' smooths labels by 1; expected 0 or more and less than 1*");
    }

    private static SmallSearch Search(OptimizerSettings? architecture = null)
    {
        var search = new SmallSearch(Plain, architecture ?? Plain, new BinaryGateRelaxation());
        using var _ = no_grad();
        using var generator = new Generator(4UL);
        search.Alpha.copy_(randn([6, 5], ScalarType.Float64, generator: generator));
        return search;
    }
}
