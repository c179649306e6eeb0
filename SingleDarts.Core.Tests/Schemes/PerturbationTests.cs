using SingleDarts.Core.Data;
using SingleDarts.Core.Optimizers;
using SingleDarts.Core.Runs;
using SingleDarts.Core.Runtime;
using SingleDarts.Core.Schemes;
using SingleDarts.Core.Spaces;
using SingleDarts.Core.Supernets;
using static TorchSharp.torch;

namespace SingleDarts.Core.Tests.Schemes;

public class PerturbationTests
{
    private static readonly OptimizerSettings Plain = OptimizerSettings.Default.Sgd(0.1, momentum: 0);

    [Theory]
    [InlineData(0, 0.03)]
    [InlineData(25, 0.165)]
    [InlineData(49, 0.2946)]
    public void Epsilon_grows_and_never_reaches_its_end(int epoch, double expected) =>
        new RandomPerturbation().Radius.At(new EpochPosition(epoch, 0, 50)).Should().BeApproximately(expected, 1e-12);

    [Fact]
    public void Rows_are_cut_to_0_and_1_and_divided_by_their_sum()
    {
        using var scope = NewDisposeScope();
        CellSpecification cell = Cells.Cell("cell", 1, 2, "a", "b", "c");
        Tensor clipped = MixturePerturbation.Clip(tensor(new[,] { { 0.5, -0.1, 0.8 }, { -0.3, -0.1, -0.2 }, { 0.2, 1.7, 0 } }), cell);
        double[] expected = [5.0 / 13, 0, 8.0 / 13, 0, 1, 0, 0.2 / 1.2, 1 / 1.2, 0];
        clipped.flatten().data<double>().ToArray().Zip(expected).Should().OnlyContain(pair => Math.Abs(pair.First - pair.Second) < 1e-15);
        clipped[0, 0].item<double>().Should().BeApproximately(0.3846, 5e-5);
        CellSpecification without = cell.Allow(0, ["a", "b"]).Allow(1, ["a", "c"]);
        Tensor restricted = MixturePerturbation.Clip(tensor(new[,] { { 0.5, -0.1, 0.8 }, { -0.3, -0.1, -0.2 }, { 0.2, 1.7, 0 } }), without);
        restricted.flatten().data<double>().ToArray()[..6].Should().Equal(1, 0, 0, 0, 0, 1);
    }

    /// <summary>U(−ε, ε) before it is put on the simplex: an inner p of small ε is p' = (p + n) / (1 + Σ n).</summary>
    [Fact]
    public void Random_noise_is_drawn_anew_for_every_step_from_the_generator_of_the_scheme()
    {
        using var scope = NewDisposeScope();
        using var search = new SmallSearch(Plain, Plain, new SoftmaxRelaxation());
        var perturbation = new RandomPerturbation { Radius = Schedule.Constant(0.05) };
        Tensor Moved(long seed)
        {
            search.Step.Generator.manual_seed(seed);
            return perturbation.Apply(search.Step, search.Train)["cell"].P;
        }
        Tensor moved = Moved(3), p = search.Alpha.detach().softmax(-1);
        using var same = new Generator(3UL);
        Tensor noisy = p.Plus(rand([6, 5], ScalarType.Float64, generator: same).Times(0.1).Minus(0.05));
        (moved - (noisy / noisy.sum(1, keepdim: true))).abs().max().item<double>().Should().BeLessThan(1e-15);
        Small.Same(Moved(3), moved).Should().BeTrue();
        Small.Same(Moved(4), moved).Should().BeFalse();
        (noisy - p).abs().max().item<double>().Should().BeInRange(0.03, 0.05);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void W_learns_at_the_perturbed_p_and_alpha_is_bit_for_bit_that_of_DARTS(bool isAdversarial)
    {
        using var scope = NewDisposeScope();
        MixturePerturbation perturbation = isAdversarial ? new AdversarialPerturbation { Steps = 2 } : new RandomPerturbation();
        perturbation = perturbation with { Radius = Schedule.Constant(0.2) };
        using var darts = new SmallSearch(Plain, Plain, new SoftmaxRelaxation());
        darts.Step.UpdateArchitecture();
        Tensor[] weights = darts.CopyOfWeights();
        IReadOnlyDictionary<string, MixingWeights> Moved(long seed)
        {
            darts.Step.Generator.manual_seed(seed);
            return perturbation.Apply(darts.Step, darts.Train);
        }
        // An adversary need not find a larger loss.
        long seed = Enumerable.Range(1, 30).First(seed =>
            (Moved(seed)["cell"].P - darts.Alpha.detach().softmax(-1)).abs().max().item<double>() > 0.05);
        IReadOnlyDictionary<string, MixingWeights> moved = Moved(seed);
        darts.Weights.ZeroGrad();
        darts.Step.Evaluate(darts.Train, moved).Loss.backward();
        Tensor[] expected = [.. darts.Supernet.Weights.Zip(weights, (w, before) =>
            w.Parameter.grad is { } g ? before - g.Times(0.1) : before)];

        using var search = new SmallSearch(Plain, Plain, new SoftmaxRelaxation());
        search.Step.Generator.manual_seed(seed);
        new BiLevelScheme { Order = UpdateOrder.ArchitectureFirst, Perturbation = perturbation }.Step(search.Step);

        Small.Same(search.Alpha, darts.Alpha).Should().BeTrue("p is moved and not α");
        search.Supernet.training.Should().BeTrue();
        foreach (var (w, value) in search.Supernet.Weights.Zip(expected))
            (w.Parameter - value).abs().max().item<double>().Should().BeLessThan(1e-14);
        expected.Zip(weights).Should().Contain(pair => !Small.Same(pair.First, pair.Second));
    }

    /// <summary>The published loop written anew, with the signs of finite differences in float64 in evaluation mode.</summary>
    [Fact]
    public void The_adversary_climbs_by_the_signs_of_the_gradient_within_the_ball()
    {
        const double radius = 0.1;
        const int steps = 2;
        using var scope = NewDisposeScope();
        using var search = new SmallSearch(Plain, Plain, new SoftmaxRelaxation(0.5));
        Tensor start = search.Alpha.detach().softmax(-1).clone();
        double Loss(Tensor p)
        {
            using var inner = NewDisposeScope();
            using var _ = no_grad();
            return search.Step.Evaluate(search.Train, new Dictionary<string, MixingWeights> { ["cell"] = p }).Loss.item<double>();
        }
        double[,] Clipped(double[,] numbers)
        {
            for (int edge = 0; edge < 6; edge++)
            {
                double[] cut = [.. Enumerable.Range(0, 5).Select(k => Math.Clamp(numbers[edge, k], 0, 1))];
                for (int k = 0; k < 5; k++)
                    numbers[edge, k] = cut[k] / cut.Sum();
            }
            return numbers;
        }
        search.Supernet.eval();
        using var same = new Generator(8UL);
        Tensor noise = rand([6, 5], ScalarType.Float64, generator: same).Minus(0.5).Times(2 * radius);
        double[,] expected = Clipped(Host.Matrix(start.Plus(noise)));
        for (int i = 0; i < steps; i++)
        {
            var next = new double[6, 5];
            for (int edge = 0; edge < 6; edge++)
                for (int k = 0; k < 5; k++)
                {
                    Tensor At(double change)
                    {
                        Tensor p = tensor(expected);
                        p[edge, k].Plus_(change);
                        return p;
                    }
                    double difference = Loss(At(1e-6)) - Loss(At(-1e-6)), center = start[edge, k].item<double>();
                    double climbed = expected[edge, k] + (2 * radius / steps * (Math.Abs(difference) < 1e-13 ? 0 : Math.Sign(difference)));
                    next[edge, k] = Math.Clamp(climbed, center - radius, center + radius);
                }
            expected = Clipped(next);
        }
        double before = Loss(start), after = Loss(tensor(expected));
        search.Supernet.train();

        search.Step.Generator.manual_seed(8);
        Tensor moved = new AdversarialPerturbation { Steps = steps, Radius = Schedule.Constant(radius) }
            .Apply(search.Step, search.Train)["cell"].P;

        after.Should().BeGreaterThan(before);
        (moved - tensor(expected)).abs().max().item<double>().Should().BeLessThan(1e-9);
        moved.requires_grad.Should().BeFalse();
        (search.Supernet.Weights.All(w => w.Parameter.grad is null), search.Alpha.grad is null).Should().Be((true, true));
    }

    [Fact]
    public void An_adversary_that_does_not_raise_the_loss_leaves_p_as_it_is()
    {
        using var scope = NewDisposeScope();
        using var search = new SmallSearch(Plain, Plain, new SoftmaxRelaxation());
        int evaluated = 0;
        var step = new StepContext(search.Supernet, search.Weights, search.Architecture, loss: (logits, labels) =>
            nn.functional.cross_entropy(logits, labels).Times(++evaluated == 1 ? 100 : 1)) { WeightBatch = search.Train };
        Tensor p = new AdversarialPerturbation { Steps = 3 }.Apply(step, search.Train)["cell"].P;
        Small.Same(p, search.Alpha.detach().softmax(-1)).Should().BeTrue();
        evaluated.Should().Be(5, "two forward passes and three of both kinds");
    }

    [Fact]
    public void A_failing_adversary_leaves_the_supernet_in_training_mode()
    {
        using var search = new SmallSearch(Plain, Plain, new SoftmaxRelaxation());
        var step = new StepContext(search.Supernet, search.Weights, search.Architecture, loss: (_, _) => throw new TimeoutException())
        {
            WeightBatch = search.Train,
        };
        FluentActions.Invoking(() => new AdversarialPerturbation().Apply(step, search.Train))
            .Should().Throw<InvalidOperationException>().WithInnerException<TimeoutException>();
        search.Supernet.training.Should().BeTrue();
    }

    [Fact]
    public void Invalid_settings_are_rejected_before_the_search()
    {
        using ClassificationDataset data = Small.Data();
        Small.Search(data, new BiLevelScheme { Perturbation = new AdversarialPerturbation { Steps = 0, Radius = Schedule.Constant(1.5) } })
            .Invoking(s => s.Build()).Should().Throw<InvalidRunException>()
            .WithMessage("*radius ε of the perturbation is 1.5 in epoch 0*").WithMessage("*takes 0 steps; expected at least 1*");
    }
}
