using SingleDarts.Core.Runtime;
using SingleDarts.Core.Optimizers;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace SingleDarts.Core.Tests.Optimizers;

public class OptimizerTests
{
    private const int Steps = 20;

    [Theory]
    [InlineData(0, 0, false)]
    [InlineData(0.9, 0, false)]
    [InlineData(0.9, 0.01, false)]
    [InlineData(0.9, 0.01, true)]
    public void Sgd_follows_its_recurrence(double momentum, double decay, bool nesterov)
    {
        double w = 1.5, buffer = 0;
        double[] moved = Run(OptimizerSettings.Default.Sgd(0.1, momentum, decay, nesterov));
        for (int t = 0; t < Steps; t++)
        {
            double gradient = Gradient(t) + decay * w;
            buffer = t == 0 ? gradient : momentum * buffer + gradient;
            w -= 0.1 * (momentum == 0 ? gradient : nesterov ? gradient + momentum * buffer : buffer);
            moved[t].Should().BeApproximately(w, 1e-12);
        }
    }

    [Theory]
    [InlineData(0)]
    [InlineData(0.01)]
    public void Adam_follows_its_recurrence(double decay)
    {
        double w = 1.5, mean = 0, square = 0;
        double[] moved = Run(OptimizerSettings.Default.Adam(0.01, 0.5, 0.999, decay));
        for (int t = 0; t < Steps; t++)
        {
            double gradient = Gradient(t) + decay * w;
            mean = 0.5 * mean + 0.5 * gradient;
            square = 0.999 * square + 0.001 * gradient * gradient;
            w -= 0.01 * (mean / (1 - Math.Pow(0.5, t + 1))) / (Math.Sqrt(square / (1 - Math.Pow(0.999, t + 1))) + 1e-8);
            moved[t].Should().BeApproximately(w, 1e-12);
        }
    }

    [Fact]
    public void Warm_up_rises_in_equal_steps_and_hands_over()
    {
        var settings = OptimizerSettings.Default.WarmUp(5, of: 25).Sgd(0.5).Cosine();
        Enumerable.Range(0, 5).Select(e => settings.LearningRateAt(new EpochPosition(e, 0.3, 25))).Should()
            .Equal(0.1, 0.2, 0.5 * 3 / 5, 0.4, 0.5);
        settings.LearningRateAt(new EpochPosition(5, 0, 25)).Should().Be(0.5);
        settings.LearningRateAt(new EpochPosition(15, 0, 25)).Should().BeApproximately(0.25, 1e-15);
    }

    [Theory]
    [InlineData(1, 5)]
    [InlineData(100, 5)]
    public void Gradient_is_clipped_to_the_norm_over_all_parameters_only_where_it_is_longer(double scale, double norm)
    {
        using var scope = NewDisposeScope();
        var a = new Parameter(zeros(3, dtype: ScalarType.Float64));
        var b = new Parameter(zeros([2, 2], dtype: ScalarType.Float64));
        var untouched = new Parameter(ones(2, dtype: ScalarType.Float64));
        using var updater = new ScheduledOptimizer(
            OptimizerSettings.Default.Sgd(1, momentum: 0).ClipGradientNorm(norm), [("a", a), ("b", b), ("c", untouched)]);
        Tensor ga = tensor(new[] { 0.1, -0.2, 0.3 }).Times(scale), gb = tensor(new[,] { { 0.5, 0 }, { -1, 0.2 } }).Times(scale);
        (a * ga).sum().Plus((b * gb).sum()).backward();
        double length = Math.Sqrt(ga.Squared().sum().item<double>() + gb.Squared().sum().item<double>());
        updater.Step();
        double factor = length > norm ? norm / (length + 1e-6) : 1;
        a.Plus(ga.Times(factor)).abs().max().item<double>().Should().BeLessThan(1e-12);
        b.Plus(gb.Times(factor)).abs().max().item<double>().Should().BeLessThan(1e-12);
        untouched.sum().item<double>().Should().Be(2);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void State_that_is_saved_and_loaded_goes_on_bit_for_bit(bool adam)
    {
        OptimizerSettings rule = adam ? OptimizerSettings.Default.Adam(0.01) : OptimizerSettings.Default.Sgd(0.1);
        using var scope = NewDisposeScope();
        Parameter first = New(), second = New();
        using var whole = new ScheduledOptimizer(rule, [("w", first)]);
        Move(whole, first, 0, 10);
        using var resumed = new ScheduledOptimizer(rule, [("w", second)]);
        using (no_grad())
            second.copy_(first);
        resumed.LoadState(whole.SaveState());
        Move(whole, first, 10, 20);
        Move(resumed, second, 10, 20);
        second.equal(first).all().item<bool>().Should().BeTrue();
    }

    [Fact]
    public void State_of_other_parameters_is_refused_by_name()
    {
        using var scope = NewDisposeScope();
        using var sgd = new ScheduledOptimizer(OptimizerSettings.Default.Sgd(0.1), [("w", New())]);
        using var adam = new ScheduledOptimizer(OptimizerSettings.Default.Adam(0.1), [("w", New())]);
        sgd.Invoking(u => u.LoadState(new Dictionary<string, Tensor> { ["v/momentum"] = zeros(1) }))
            .Should().Throw<InvalidDataException>().WithMessage("*'v/momentum'*");
        sgd.Invoking(u => u.LoadState(new Dictionary<string, Tensor> { ["w/momentum"] = zeros(2, 3) }))
            .Should().Throw<InvalidDataException>().WithMessage("*'w/momentum'*[2, 3]*[1]*");
        adam.Invoking(u => u.LoadState(new Dictionary<string, Tensor>()))
            .Should().Throw<InvalidDataException>().WithMessage("*lacks 'w/step'*");
    }

    [Fact]
    public void Each_fault_of_a_rule_is_named()
    {
        Faults(OptimizerSettings.Default.Sgd(-0.1)).Should().ContainSingle().Which.Should().Contain("learning rate").And.Contain("-0.1");
        Faults(OptimizerSettings.Default.Sgd(double.NaN)).Should().NotBeEmpty();
        Faults(OptimizerSettings.Default.Sgd(0.1, momentum: 1)).Should().ContainSingle().Which.Should().Contain("momentum");
        Faults(OptimizerSettings.Default.Sgd(0.1, momentum: 0, nesterov: true)).Should().ContainSingle().Which.Should().Contain("Nesterov");
        Faults(OptimizerSettings.Default.Adam(0.1, beta2: 1)).Should().ContainSingle().Which.Should().Contain("β2");
        Faults(OptimizerSettings.Default.Sgd(0.1).Cosine(0.2)).Should().ContainSingle().Which.Should().Contain("0.2");
        Faults(OptimizerSettings.Default.Sgd(0.1).WarmUp(5, of: 5)).Should().ContainSingle().Which.Should().Contain("share of 1");
        Faults(OptimizerSettings.Default.Sgd(0.1).WarmUp(-1, of: 5)).Should().ContainSingle().Which.Should().Contain("share of -0.2");
        Faults(OptimizerSettings.Default.Sgd(0.1).WarmUp(1, of: 0)).Should().ContainSingle();
        Faults(OptimizerSettings.Default.Sgd(0.1).WarmUp(0, of: 5)).Should().BeEmpty();
        Faults(OptimizerSettings.Default.Sgd(0.1).Cosine(halfPeriod: 0)).Should().ContainSingle().Which.Should().Contain("0 epochs");
        Faults(OptimizerSettings.Default.Sgd(0.1).Linear(-0.1)).Should().ContainSingle().Which.Should().Contain("-0.1");
        Faults(OptimizerSettings.Default.Sgd(0.1).Linear(double.NaN)).Should().ContainSingle().Which.Should().Contain("NaN");
        Faults(OptimizerSettings.Default.FreezeFor(50, of: 50)).Should().ContainSingle().Which.Should().Contain("share of 1 ");
        Faults(OptimizerSettings.Default.FreezeFor(-1, of: 50)).Should().ContainSingle().Which.Should().Contain("-0.02");
        Faults(OptimizerSettings.Default.FreezeFor(0, of: 0)).Should().ContainSingle().Which.Should().Contain("NaN");
        Faults(OptimizerSettings.Default.EverySteps(0)).Should().ContainSingle().Which.Should().Contain("every 0-th step");
        Faults(OptimizerSettings.Default.FreezeFor(15, of: 50).EverySteps(5)).Should().BeEmpty();
        Faults(OptimizerSettings.Default.Sgd(0.1).ClipGradientNorm(double.NaN)).Should().ContainSingle().Which.Should().Contain("NaN");
        Faults(OptimizerSettings.Default).Should().BeEmpty();

        static IEnumerable<string> Faults(OptimizerSettings rule) => rule.Faults("weights");
    }

    private static double Gradient(int step) => Math.Sin(step) + 0.3;

    private static Parameter New() => new(tensor(new[] { 1.5 }));

    private static double[] Run(OptimizerSettings rule)
    {
        using var scope = NewDisposeScope();
        Parameter w = New();
        using var updater = new ScheduledOptimizer(rule, [("w", w)]);
        return Move(updater, w, 0, Steps);
    }

    private static double[] Move(ScheduledOptimizer updater, Parameter w, int from, int to) =>
        [.. Enumerable.Range(from, to - from).Select(t =>
    {
        updater.ZeroGrad();
        w.Times(Gradient(t)).sum().backward();
        updater.Step();
        return w.item<double>();
    })];
}
