using SingleDarts.Core.Theory;

namespace SingleDarts.Core.Tests.Theory;

public class CollapseTimeTests
{
    [Theory]
    [InlineData(2, 0.1, 133, 24)]
    [InlineData(5, 0.01, 1834, 160)]
    public void Printed_bound_is_far_below_the_iterations_needed(int operations, double epsilon, int needed, int printed)
    {
        CollapseTime x = CollapseTime.Uniform(operations, epsilon, learningRate: 0.05, margin: 1);
        x.Iterations.Should().Be(needed);
        Math.Round(x.Printed.Right).Should().Be(printed);
        x.Printed.IsBroken.Should().BeTrue();
        x.Corrected.Applies.Should().BeTrue();
        x.Corrected.Holds.Should().BeTrue();
    }

    [Fact]
    public void Corrected_bound_of_gradient_descent_has_no_violation_in_3000_cases()
    {
        var random = new Random(1);
        double tightest = 0;
        for (int c = 0; c < 3_000; c++)
        {
            int n = 2 + (c % 7);
            double learningRate = Logarithmic(random, 0.01, 3), epsilon = Logarithmic(random, 0.02, 0.6),
                spread = Logarithmic(random, 1e-3, 2);
            double[] alpha = Gauss.Vector(random, n, spread), g = Gauss.Vector(random, n);
            int best = random.Next(n);
            alpha[best] = alpha.Max() + (c % 3 == 0 ? 0 : random.NextDouble());
            g[best] = g.Min() - 0.2 - random.NextDouble();
            var x = new CollapseTime(alpha, g, learningRate, epsilon);
            if (!x.Corrected.Applies || !x.Corrected.Holds)
                throw new InvalidOperationException($"case {c}: {x.Corrected}");
            tightest = Math.Max(tightest, x.Corrected.Right > 5 ? x.Corrected.Left / x.Corrected.Right : 0);
        }
        tightest.Should().BeInRange(0.75, 1, "a bound that nothing comes near would prove little");
    }

    [Fact]
    public void Bound_of_gradient_flow_is_met_exactly_by_equal_margins_and_never_passed_by_uneven_ones()
    {
        var random = new Random(2);
        for (int c = 0; c < 100; c++)
        {
            int n = 2 + (c % 7);
            double epsilon = Logarithmic(random, 0.05, 0.4), lead = c % 2 == 0 ? 0 : random.NextDouble();
            bool even = c % 5 == 0;
            double[] alpha = new double[n], extra = new double[n];
            for (int k = 1; k < n; k++)
                (alpha[k], extra[k]) = even ? (0, 0) : (-random.NextDouble(), 2 * random.NextDouble());
            alpha[0] = lead;
            double start = Gauss.Softmax(alpha)[0], bound = CollapseBound.GradientFlow(n, epsilon, 1, 1, Math.Min(start, 1 - 1e-9));
            double time = FlowTime(alpha, extra, epsilon);
            if (even)
                time.Should().BeApproximately(bound, 1e-5 * (1 + bound));
            else
                time.Should().BeLessThan(bound + 1e-5);
        }
    }

    [Fact]
    public void F_has_the_derivative_that_the_proof_integrates()
    {
        foreach (double p in new[] { 0.05, 0.3, 0.5, 0.9 })
            ((CollapseBound.F(p + 1e-6) - CollapseBound.F(p - 1e-6)) / 2e-6).Should()
                .BeApproximately(1 / (p * p * (1 - p) * (1 - p)), 1e-3);
        CollapseBound.F(0.5).Should().Be(0);
    }

    [Theory]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(8)]
    [InlineData(40)]
    public void Counterexamples_exist_for_any_number_of_operations(int operations)
    {
        CollapseTime x = CollapseTime.FindCounterexample(operations);
        x.Printed.IsBroken.Should().BeTrue();
        x.Corrected.Holds.Should().BeTrue();
    }

    [Fact]
    public void A_best_operation_that_is_not_the_largest_misses_the_assumption_by_the_difference()
    {
        var x = new CollapseTime([0, 0.5], [0, 1], 0.1, 0.1);
        x.Printed.Applies.Should().BeFalse();
        x.Printed.Assumptions[0].Shortfall.Should().BeApproximately(0.5, 1e-15);
        x.Printed.IsBroken.Should().BeFalse();
        new CollapseTime([0.2, 0.5], [0, 1], 0.1, 0.1).Printed.Assumptions[0].Shortfall.Should().BeApproximately(0.3, 1e-15);
    }

    [Fact]
    public void The_simulation_ends_at_the_largest_number_of_iterations()
    {
        int needed = new CollapseTime([0, 0.5], [0, 1], 0.1, 0.1).Iterations!.Value;
        new CollapseTime([0, 0.5], [0, 1], 0.1, 0.1, needed).Iterations.Should().Be(needed);
        var cut = new CollapseTime([0, 0.5], [0, 1], 0.1, 0.1, needed - 1);
        (cut.Iterations, cut.Printed.Left).Should().Be((null, double.PositiveInfinity));
        int bound = (int)CollapseTime.Uniform(2, 0.1, 0.05, 1).Corrected.Right;
        new CollapseTime([0, 0], [0, 1], 0.05, 0.1, bound).Iterations.Should().Be(133);
        Refused(() => _ = new CollapseTime([0, 0], [0, 1], 0.05, 0.1, bound - 1), "Raise maximumIterations");
    }

    [Fact]
    public void A_probability_at_the_target_has_not_passed_it()
    {
        new CollapseTime([0, 0], [0, 1], 0.1, 0.5).Iterations.Should().Be(1);
        new CollapseTime([0, 0], [0, 1], 0.1, 0.50001).Iterations.Should().Be(0);
    }

    [Fact]
    public void The_trajectory_is_that_of_the_operation_with_the_smallest_gradient()
    {
        double[] p = Gauss.Softmax([0.3, -0.2, 0.1]), g = [2, -1, 0.5];
        double mean = p.Zip(g, (u, v) => u * v).Sum();
        double[] next = Gauss.Softmax([0.3 - (0.1 * p[0] * (g[0] - mean)), -0.2 - (0.1 * p[1] * (g[1] - mean)),
            0.1 - (0.1 * p[2] * (g[2] - mean))]);
        double[] trajectory = [.. CollapseTime.Trajectory([0.3, -0.2, 0.1], g, 0.1).Take(2)];
        trajectory[0].Should().BeApproximately(1 - p[1], 1e-15);
        trajectory[1].Should().BeApproximately(1 - next[1], 1e-15);
    }

    [Fact]
    public void Bad_input_is_refused()
    {
        Refused(() => CollapseTime.FindCounterexample(1), "no counterexample");
        Refused(() => CollapseTime.Uniform(1, 0.1, 1, 1), "fewer than two");
        Refused(() => _ = new CollapseTime([0, 0], [1, 1], 0.1, 0.1), "margin δ is 0");
        Refused(() => _ = new CollapseTime([0, 0], [1], 0.1, 0.1), "expected 2");
        Refused(() => _ = new CollapseTime([0, 0], [1, 2], 0.1, 1e-9), "Raise maximumIterations");
        foreach (double epsilon in new[] { 0, 1, -1, double.NaN })
            Refused(() => CollapseBound.Printed(2, epsilon, 1, 1), "within (0, 1)");
        foreach (double bad in new[] { 0, -1, double.NaN, double.PositiveInfinity })
        {
            Refused(() => CollapseBound.GradientFlow(2, 0.1, bad, 1), "above 0");
            Refused(() => CollapseBound.GradientDescent(2, 0.1, 1, bad), "above 0");
        }
        Refused(() => CollapseBound.GradientDescent(4, 0.1, 1, 1, start: 0.1), "largest of 4");
    }

    private static void Refused(Action act, string message) => act.Should().Throw<ArgumentException>().WithMessage($"*{message}*");

    private static double Logarithmic(Random random, double from, double to) => from * Math.Pow(to / from, random.NextDouble());

    /// <summary>Runge-Kutta of fourth order on dα/dt = −p (g(t) − ḡ) with g_0 = 0 and g_k(t) = 1 + extra_k (1 + sin t), margin 1 at
    /// least.</summary>
    private static double FlowTime(double[] alpha, double[] extra, double epsilon)
    {
        const double Step = 0.01;
        double[] Slope(double[] a, double t)
        {
            double[] p = Gauss.Softmax(a), g = [.. extra.Select((e, k) => k == 0 ? 0 : 1 + (e * (1 + Math.Sin(t))))];
            double mean = p.Zip(g, (u, v) => u * v).Sum();
            return [.. p.Zip(g, (u, v) => -u * (v - mean))];
        }
        double[] Move(double[] a, double[] slope, double by) => [.. a.Zip(slope, (u, v) => u + (by * v))];
        double[] now = alpha;
        for (double t = 0; ; t += Step)
        {
            double before = 1 - Gauss.Softmax(now)[0];
            if (before < epsilon)
                return t;
            double[] k1 = Slope(now, t), k2 = Slope(Move(now, k1, Step / 2), t + (Step / 2)),
                k3 = Slope(Move(now, k2, Step / 2), t + (Step / 2)), k4 = Slope(Move(now, k3, Step), t + Step);
            double[] next = [.. now.Select((a, k) => a + (Step / 6 * (k1[k] + (2 * k2[k]) + (2 * k3[k]) + k4[k])))];
            double after = 1 - Gauss.Softmax(next)[0];
            if (after < epsilon)
                return t + (Step * (before - epsilon) / (before - after));
            now = next;
        }
    }
}
