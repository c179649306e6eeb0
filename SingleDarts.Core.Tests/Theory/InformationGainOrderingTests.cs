using SingleDarts.Core.Theory;

namespace SingleDarts.Core.Tests.Theory;

public class InformationGainOrderingTests
{
    private static readonly double[][] Small = [[0, 0, 0], [0, 0.1, -0.1], [0, -0.3, 0.3]];
    private static readonly double[] Third = [1.0 / 3, 1.0 / 3, 1.0 / 3];

    [Fact]
    public void Gradient_is_cross_entropy_less_divergence_less_entropy_and_the_corrected_order_never_fails()
    {
        var random = new Random(1);
        for (int c = 0; c < 20_000; c++)
        {
            InformationGainOrdering x = Draw(random, Math.Pow(10, -3 + 4 * random.NextDouble()));
            double scale = 1 + x.Gradients.Max(Math.Abs);
            for (int k = 0; k < 3; k++)
                x.Gradients[k].Should().BeApproximately(x.CrossEntropies[k] - x.Divergences[k] - x.Entropy, 1e-12 * scale);
            x.GradientDifference.Should().BeApproximately(x.ExactDifference, 1e-12 * scale);
            x.Corrected.IsBroken.Should().BeFalse();
        }
    }

    [Fact]
    public void Gradients_are_finite_differences_of_the_loss_and_the_corrected_order_applies_exactly_where_it_holds()
    {
        var random = new Random(4);
        for (int c = 0; c < 200; c++)
        {
            double[][] x = [.. Enumerable.Range(0, 3).Select(_ => Gauss.Vector(random, 4))];
            double[] p = Gauss.Softmax(Gauss.Vector(random, 3));
            double Loss(int operation, double step)
            {
                double[] mixture = [.. Enumerable.Range(0, 4).Select(l =>
                    (p[0] * x[0][l]) + (p[1] * x[1][l]) + (p[2] * x[2][l]) + (step * x[operation][l]))];
                return -Math.Log(Gauss.Softmax(mixture)[2]);
            }
            var ordering = new InformationGainOrdering(x, p, label: 2, better: 0, worse: 1);
            for (int k = 0; k < 3; k++)
                ordering.Gradients[k].Should().BeApproximately((Loss(k, 1e-6) - Loss(k, -1e-6)) / 2e-6, 1e-8);
            ordering.Corrected.Applies.Should().Be(ordering.Corrected.Holds);
        }
    }

    [Fact]
    public void One_operation_far_from_the_mixture_is_enough_to_miss_the_printed_assumption()
    {
        var x = new InformationGainOrdering([[0, 0], [0, 0], [3, -3]], [0.5, 0.5, 0], 0, 0, 1);
        x.Divergences[0].Should().BeApproximately(0, 1e-15);
        x.Printed.Assumptions[0].Holds.Should().BeFalse();
        x.Printed.Assumptions[0].Shortfall.Should().BeApproximately(x.Divergences[2] - 0.01, 1e-12);
    }

    [Fact]
    public void Printed_order_fails_more_often_the_larger_the_divergence()
    {
        double[] percent = [0.07, 0.2, 0.75, 2.2, 7, 14];
        int[] cases = new int[6], broken = new int[6];
        var random = new Random(2);
        for (int c = 0; c < 150_000; c++)
        {
            InformationGainOrdering x = Draw(random, Math.Pow(10, -3 + 4.5 * random.NextDouble()));
            int bin = (int)Math.Ceiling(Math.Log10(x.Divergences.Max())) + 4;
            if (bin is < 0 or > 5)
                continue;
            cases[bin]++;
            broken[bin] += x.Printed.Holds ? 0 : 1;
        }
        for (int bin = 0; bin < 6; bin++)
        {
            double rate = 100.0 * broken[bin] / cases[bin], error = Math.Sqrt(percent[bin] * (100 - percent[bin]) / cases[bin]);
            rate.Should().BeApproximately(percent[bin], (0.25 * percent[bin]) + (4 * error), "largest divergence up to 1e{0}", bin - 4);
        }
    }

    [Fact]
    public void A_better_operation_can_have_the_larger_gradient_although_all_divergences_are_small()
    {
        var x = new InformationGainOrdering(Small, Third, label: 0, better: 0, worse: 1, tolerance: 0.05);
        x.Printed.IsBroken.Should().BeTrue();
        x.Gradients[1].Should().BeNegative();
        x.Gradients[0].Should().Be(0);
        x.Corrected.Applies.Should().BeFalse();
        new InformationGainOrdering(Small, Third, 0, 0, 1, tolerance: 0.001).Printed.Assumptions[0].Shortfall.Should().BePositive();
        InformationGainOrdering.Statement.Verdict.Should().Be(TheoremVerdict.HoldsUpToAnError);
    }

    [Fact]
    public void Bad_input_is_refused()
    {
        Refused(() => new InformationGainOrdering([[0, 0]], [1], 0, 0, 0), "fewer than two");
        Refused(() => new InformationGainOrdering(Small, [0.5, 0.5, 0.5], 0, 0, 1), "no distribution");
        Refused(() => new InformationGainOrdering(Small, [0.5, 0.5], 0, 0, 1), "expected 3");
        Refused(() => new InformationGainOrdering([[0, double.NaN], [1, 1]], [0.5, 0.5], 0, 0, 1), "finite");
        Refused(() => new InformationGainOrdering([[0, 1], [1, 1, 1]], [0.5, 0.5], 0, 0, 1), "all must agree");
        Refused(() => new InformationGainOrdering(Small, Third, 3, 0, 1), "within 0 and 2");
    }

    private static void Refused(Action act, string message) => act.Should().Throw<ArgumentException>().WithMessage($"*{message}*");

    private static InformationGainOrdering Draw(Random random, double scale)
    {
        double[][] x = [.. Enumerable.Range(0, 3).Select(_ => Gauss.Vector(random, 10, scale))];
        double[] p = Gauss.Softmax(Gauss.Vector(random, 3));
        var forward = new InformationGainOrdering(x, p, 0, 0, 1);
        return forward.CrossEntropies[0] <= forward.CrossEntropies[1] ? forward : new InformationGainOrdering(x, p, 0, 1, 0);
    }
}
