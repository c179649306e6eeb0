using SingleDarts.Core.Theory;

namespace SingleDarts.Core.Tests.Theory;

public class SoftmaxAmplificationTests
{
    [Fact]
    public void Corrected_form_has_no_violation_in_100_000_cases_and_covers_the_best_operation()
    {
        var random = new Random(1);
        int applied = 0;
        for (int c = 0; c < 100_000; c++)
        {
            SoftmaxAmplification x = SoftmaxAmplification.Draw(2 + (c % 7), random);
            applied += x.Corrected.Applies ? 1 : 0;
            if (x.Corrected.IsBroken || (x.Printed.Applies && x.Gradients[x.Better] == x.Gradients.Min() && !x.Corrected.Applies))
                throw new InvalidOperationException($"case {c}: {x.Corrected}");
        }
        applied.Should().BeGreaterThan(20_000);
    }

    /// <summary>Margin: 4 standard errors of a survey of 10,000 cases (0.3 points each), as the sampling of the earlier one is not
    /// recorded.</summary>
    [Theory]
    [InlineData(2, 0)]
    [InlineData(3, 8.9)]
    [InlineData(5, 12.6)]
    [InlineData(8, 13.1)]
    public void Printed_form_fails_in_a_tenth_of_all_cases_from_three_operations_on(int operations, double percent)
    {
        var random = new Random(operations);
        int applied = 0, broken = 0;
        for (int c = 0; c < 60_000; c++)
        {
            SoftmaxAmplification x = SoftmaxAmplification.Draw(operations, random);
            applied += x.Printed.Applies ? 1 : 0;
            broken += x.Printed.IsBroken ? 1 : 0;
        }
        (100.0 * broken / applied).Should().BeApproximately(percent, operations == 2 ? 0 : 1.2);
    }

    [Theory]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(50)]
    public void Counterexample_is_half_against_a_tenth(int operations)
    {
        SoftmaxAmplification x = SoftmaxAmplification.Counterexample(operations);
        x.Printed.IsBroken.Should().BeTrue();
        x.Printed.Left.Should().BeApproximately(0.5, 1e-12);
        x.Printed.Right.Should().BeApproximately(0.2, 1e-12);
        x.Corrected.Applies.Should().BeFalse();
        x.Corrected.Assumptions[2].Shortfall.Should().BeApproximately(1, 1e-12);
        SoftmaxAmplification.FindCounterexample(operations, new Random(3)).Printed.IsBroken.Should().BeTrue();
        SoftmaxAmplification.Statement.Verdict.Should().Be(TheoremVerdict.FalseInGeneral);
    }

    [Fact]
    public void An_operation_must_be_better_and_not_as_good()
    {
        Assumption equal = new SoftmaxAmplification([1, 0], [2, 2], 0, 1).Printed.Assumptions[0];
        (equal.Holds, equal.Shortfall).Should().Be((false, 0));
        Assumption worse = new SoftmaxAmplification([1, 0], [5, 2], 0, 1).Printed.Assumptions[0];
        (worse.Holds, worse.Shortfall).Should().Be((false, 3));
        Assumption better = new SoftmaxAmplification([1, 0], [1, 2], 0, 1).Printed.Assumptions[0];
        (better.Holds, better.Shortfall).Should().Be((true, 0));
    }

    /// <summary>Margin: 5 standard errors of the mean, the variance and the fourth moment of 40,000 draws.</summary>
    [Fact]
    public void Drawn_cases_are_standard_normal()
    {
        var random = new Random(5);
        double[] drawn = [.. Enumerable.Range(0, 4_000).SelectMany(_ =>
        {
            SoftmaxAmplification x = SoftmaxAmplification.Draw(5, random);
            return x.Alpha.Concat(x.Gradients);
        })];
        drawn.Average().Should().BeApproximately(0, 5 / Math.Sqrt(drawn.Length));
        drawn.Average(v => v * v).Should().BeApproximately(1, 5 * Math.Sqrt(2.0 / drawn.Length));
        drawn.Average(v => v * v * v * v).Should().BeApproximately(3, 5 * Math.Sqrt(96.0 / drawn.Length));
    }

    [Fact]
    public void Bad_input_is_refused()
    {
        Refused(() => SoftmaxAmplification.Counterexample(1), "nothing to compare");
        Refused(() => SoftmaxAmplification.Counterexample(2), "true for two operations");
        Refused(() => SoftmaxAmplification.FindCounterexample(2, new Random(0)), "true for two operations");
        Refused(() => _ = new SoftmaxAmplification([0, 1], [1], 0, 1), "expected 2");
        Refused(() => _ = new SoftmaxAmplification([0, double.NaN], [1, 2], 0, 1), "finite");
        Refused(() => _ = new SoftmaxAmplification([0, 1], [1, 2], 1, 1), "two operations");
        Refused(() => AlphaGradient.Softmax(new[] { 0.5, 0.6 }, new[] { 1.0, 2.0 }), "no distribution");
        Refused(() => AlphaGradient.Sigmoid(new[] { 0.5, 1.6 }, new[] { 1.0, 2.0 }), "within [0, 1]");
    }

    private static void Refused(Action act, string message) => act.Should().Throw<ArgumentException>().WithMessage($"*{message}*");
}
