using SingleDarts.Core.Runtime;
using SingleDarts.Core.Schemes;
using SingleDarts.Core.Supernets;
using SingleDarts.Core.Optimizers;
using static TorchSharp.torch;

namespace SingleDarts.Core.Tests.Schemes;

public class SchemeTests
{
    private static readonly OptimizerSettings Plain = OptimizerSettings.Default.Sgd(0.1, momentum: 0);

    [Fact]
    public void Single_level_moves_weights_and_alpha_by_the_gradients_of_one_batch()
    {
        using var scope = NewDisposeScope();
        using var search = new SmallSearch(Plain, Plain);
        var (alphaGradient, weightGradients) = search.Gradients(search.Train);
        Tensor alpha = search.Alpha.detach().clone();
        Tensor[] weights = search.CopyOfWeights();

        StepOutcome outcome = OptimizationSchemes.SingleLevel.Step(search.Step);

        outcome.Architecture.Should().BeSameAs(outcome.Weights);
        (search.Alpha - (alpha - alphaGradient.Times(0.1))).abs().max().item<double>().Should().BeLessThan(1e-14);
        for (int i = 0; i < weights.Length; i++)
            (search.Supernet.Weights[i].Parameter - (weights[i] - weightGradients[i].Times(0.1))).abs().max().item<double>().Should()
                .BeLessThan(1e-14);
    }

    [Fact]
    public void First_order_bi_level_moves_weights_by_one_batch_and_then_alpha_by_the_other_at_the_moved_weights()
    {
        using var scope = NewDisposeScope();
        using var search = new SmallSearch(Plain, Plain);
        Tensor alpha = search.Alpha.detach().clone();
        Tensor[] weights = search.CopyOfWeights();
        Tensor[] gradients = search.Gradients(search.Train).Weights;
        search.SetWeights([.. weights.Zip(gradients, (w, g) => w - g.Times(0.1))]);
        Tensor[] moved = search.CopyOfWeights();
        Tensor expected = alpha - search.Gradients(search.Validation).Alpha.Times(0.1);
        search.SetWeights(weights);

        OptimizationSchemes.BiLevel.Step(search.Step);

        (search.Alpha - expected).abs().max().item<double>().Should().BeLessThan(1e-14);
        for (int i = 0; i < weights.Length; i++)
            (search.Supernet.Weights[i].Parameter - moved[i]).abs().max().item<double>().Should().BeLessThan(1e-14);
    }

    [Fact]
    public void Architecture_first_takes_alphas_gradient_at_the_old_weights()
    {
        using var scope = NewDisposeScope();
        using var search = new SmallSearch(Plain, Plain);
        Tensor expected = search.Alpha - search.Gradients(search.Validation).Alpha.Times(0.1);
        new BiLevelScheme { Order = UpdateOrder.ArchitectureFirst }.Step(search.Step);
        (search.Alpha - expected).abs().max().item<double>().Should().BeLessThan(1e-14);
    }

    [Fact]
    public void Exact_second_order_gradient_is_the_derivative_of_the_validation_loss_after_one_step_of_the_weights()
    {
        using var scope = NewDisposeScope();
        using var search = new SmallSearch();
        OptimizationSchemes.SingleLevel.Step(search.Step);
        Tensor[] start = search.CopyOfWeights();
        Tensor alpha = search.Alpha.detach().clone();
        Tensor[] buffers = [.. Enumerable.Range(0, start.Length).Select(i => search.Weights.MomentumBuffer(i)!.clone())];

        double LossAfterOneStep(int edge, int operation, double change)
        {
            using (no_grad())
                search.Alpha[edge, operation].Plus_(change);
            Tensor[] gradients = search.Gradients(search.Train).Weights;
            search.SetWeights([.. start.Select((w, i) => w - buffers[i].Times(0.9).Plus(gradients[i]).Plus(w.Times(3e-4)).Times(0.1))]);
            double loss = search.Loss(search.Validation);
            search.SetWeights(start);
            using (no_grad())
                search.Alpha.copy_(alpha);
            return loss;
        }

        Tensor gradient = ArchitectureGradientOf(search, ArchitectureGradient.Exact, alpha, start);
        const double h = 1e-5;
        foreach (var (edge, operation) in new[] { (0, 1), (1, 2), (2, 3), (4, 4), (5, 3) })
        {
            double numeric = (LossAfterOneStep(edge, operation, h) - LossAfterOneStep(edge, operation, -h)) / (2 * h);
            gradient[edge, operation].item<double>().Should().BeApproximately(numeric, 1e-6 * Math.Max(1, Math.Abs(numeric)));
        }
    }

    [Fact]
    public void Second_order_by_finite_differences_agrees_with_the_exact_one()
    {
        using var scope = NewDisposeScope();
        using var search = new SmallSearch();
        OptimizationSchemes.SingleLevel.Step(search.Step);
        Tensor[] start = search.CopyOfWeights();
        Tensor alpha = search.Alpha.detach().clone();
        Tensor exact = ArchitectureGradientOf(search, ArchitectureGradient.Exact, alpha, start);
        Tensor first = ArchitectureGradientOf(search, ArchitectureGradient.FirstOrder, alpha, start);
        Tensor approximate = ArchitectureGradientOf(search, ArchitectureGradient.FiniteDifference, alpha, start);
        double error = (approximate - exact).norm().item<double>() / exact.norm().item<double>();
        double secondOrderShare = (first - exact).norm().item<double>() / exact.norm().item<double>();
        error.Should().BeLessThan(1e-4);
        secondOrderShare.Should().BeGreaterThan(1e-2, "otherwise the agreement would say nothing about the second order");
    }

    [Theory]
    [InlineData(ArchitectureGradient.FiniteDifference)]
    [InlineData(ArchitectureGradient.Exact)]
    public void Second_order_leaves_the_weights_bit_for_bit_where_they_were(ArchitectureGradient kind)
    {
        using var scope = NewDisposeScope();
        using var search = new SmallSearch();
        Tensor[] before = search.CopyOfWeights();
        search.Step.UpdateArchitectureUnrolled(kind == ArchitectureGradient.Exact);
        Tensor[] after = search.CopyOfWeights();
        before.Zip(after).Should().OnlyContain(pair => pair.First.equal(pair.Second).all().item<bool>());
    }

    [Theory]
    [InlineData(false, 2)]
    [InlineData(false, 3)]
    [InlineData(false, 4)]
    [InlineData(true, 3)]
    public void Second_order_that_fails_leaves_weights_and_execution_as_they_were(bool exact, int failing)
    {
        using var scope = NewDisposeScope();
        using var search = new SmallSearch();
        int evaluated = 0;
        var step = new StepContext(search.Supernet, search.Weights, search.Architecture, loss: (logits, labels) =>
            ++evaluated < failing ? nn.functional.cross_entropy(logits, labels) : throw new TimeoutException())
        {
            WeightBatch = search.Train,
            ArchitectureBatch = search.Validation,
        };
        Tensor[] before = search.CopyOfWeights();
        FluentActions.Invoking(() => step.UpdateArchitectureUnrolled(exact)).Should().Throw<InvalidOperationException>()
            .WithMessage("The loss*fails*").WithInnerException<TimeoutException>();
        evaluated.Should().Be(failing);
        search.Supernet.Execution.Should().Be(CellExecution.Merged);
        before.Zip(search.CopyOfWeights()).Should().OnlyContain(pair => pair.First.equal(pair.Second).all().item<bool>());
    }

    [Theory]
    [InlineData(ArchitectureGradient.FiniteDifference)]
    [InlineData(ArchitectureGradient.Exact)]
    public void A_scheme_of_ones_own_can_be_of_second_order(ArchitectureGradient kind)
    {
        using var scope = NewDisposeScope();
        Tensor AlphaAfter(IOptimizationScheme scheme)
        {
            using var search = new SmallSearch();
            scheme.Step(search.Step);
            scheme.Step(search.Step);
            return search.Alpha.detach().clone();
        }
        Tensor own = AlphaAfter(new Own(kind == ArchitectureGradient.Exact)), expected = AlphaAfter(new BiLevelScheme { Gradient = kind });
        own.equal(expected).all().item<bool>().Should().BeTrue();
        own.equal(AlphaAfter(OptimizationSchemes.BiLevel)).all().item<bool>().Should().BeFalse();
    }

    [Fact]
    public void A_penalty_moves_alpha_but_not_the_weights()
    {
        using var scope = NewDisposeScope();
        using var plain = new SmallSearch(Plain, Plain);
        using var penalized = new SmallSearch(Plain, Plain);
        var step = new StepContext(penalized.Supernet, penalized.Weights, penalized.Architecture, [new ZeroOneLoss()])
        {
            WeightBatch = penalized.Train,
        };
        OptimizationSchemes.SingleLevel.Step(plain.Step);
        OptimizationSchemes.SingleLevel.Step(step);
        // −10 · mean over 30 entries of (σ − 0.5)², at σ = 0.125.
        double expected = -0.1 * -10 / 30.0 * 2 * (0.125 - 0.5) * 0.125 * 0.875;
        (penalized.Alpha - plain.Alpha).Minus(expected).abs().max().item<double>().Should().BeLessThan(1e-14);
        for (int i = 0; i < plain.Supernet.Weights.Count; i++)
            plain.Supernet.Weights[i].Parameter.equal(penalized.Supernet.Weights[i].Parameter).all().item<bool>().Should().BeTrue();
    }

    [Fact]
    public void Bi_level_halves_do_not_meet_and_together_are_all_samples()
    {
        using var generator = new Generator(3UL);
        SampleAllocation allocation = OptimizationSchemes.BiLevel.Allocate(1001, generator);
        allocation.WeightSamples.Count.Should().BeInRange(500, 501);
        allocation.WeightSamples.Intersect(allocation.ArchitectureSamples!).Should().BeEmpty();
        allocation.WeightSamples.Concat(allocation.ArchitectureSamples!).Order().Should()
            .Equal(Enumerable.Range(0, 1001).Select(i => (long)i));
    }

    [Fact]
    public void Single_level_gives_all_samples_to_both()
    {
        using var generator = new Generator(3UL);
        SampleAllocation allocation = OptimizationSchemes.SingleLevel.Allocate(10, generator);
        allocation.WeightSamples.Should().HaveCount(10);
        allocation.ArchitectureSamples.Should().BeNull();
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(1.5)]
    [InlineData(double.NaN)]
    public void A_portion_that_leaves_a_half_empty_is_refused(double portion)
    {
        using var generator = new Generator(3UL);
        new BiLevelScheme { TrainPortion = portion }.Invoking(s => s.Allocate(10, generator))
            .Should().Throw<ArgumentOutOfRangeException>().WithMessage("*within (0, 1)*");
    }

    /// <summary>α's gradient, read from a step of rate 1 without momentum; weights and α are put back.</summary>
    private static Tensor ArchitectureGradientOf(SmallSearch search, ArchitectureGradient kind, Tensor alpha, Tensor[] weights,
        double radius = 1e-5)
    {
        if (kind == ArchitectureGradient.FirstOrder)
            search.Step.UpdateArchitecture();
        else
            UnrolledGradient.UpdateArchitecture(search.Step, kind == ArchitectureGradient.Exact, radius);
        Tensor gradient = alpha - search.Alpha.detach();
        using (no_grad())
            search.Alpha.copy_(alpha);
        search.SetWeights(weights);
        return gradient;
    }

    /// <summary>DARTS of second order, as somebody outside of the library would write it.</summary>
    private sealed class Own(bool exact) : IOptimizationScheme
    {
        public string Name => "own";

        public SampleAllocation Allocate(long samples, Generator generator) => OptimizationSchemes.BiLevel.Allocate(samples, generator);

        public StepOutcome Step(StepContext step)
        {
            BatchOutcome architecture = step.UpdateArchitectureUnrolled(exact);
            return new StepOutcome(step.UpdateWeights(), architecture);
        }
    }
}
