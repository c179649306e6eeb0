using SingleDarts.Core.Theory;

namespace SingleDarts.Core.Tests.Theory;

/// <summary>The bounds as docs/explanation/theorems.md states them, at their edges and in their scale.</summary>
public class CollapseBoundTests
{
    public static TheoryData<int, double, double, double, double> Cases()
    {
        var cases = new TheoryData<int, double, double, double, double>();
        foreach (int n in new[] { 2, 3, 7 })
            foreach (double epsilon in new[] { 0.01, 0.25, 0.5, 0.8 })
                foreach (double start in new[] { 1.0 / n, 0.5, 0.6, 0.75, 0.97 })
                {
                    cases.Add(n, epsilon, 0.5, 0.06, start);
                    cases.Add(n, epsilon, 0.7, 3, start);
                }
        return cases;
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Bounds_are_their_formulas(int n, double epsilon, double learningRate, double margin, double start)
    {
        double h = learningRate * margin, target = 1 - epsilon;
        CollapseBound.Printed(n, epsilon, learningRate, margin).Should().BeApproximately(n * Math.Log(target * n) / h, 1e-9);
        double flow = start > target ? 0 : (n - 1.0) / n * (F(target) - F(start)) / h;
        CollapseBound.GradientFlow(n, epsilon, learningRate, margin, start).Should().BeApproximately(flow, 1e-9 * (1 + flow));
        double descent = start > target ? 0
            : epsilon > 0.5 ? Math.Floor(Rise(start, target, h)) + 1
            : (start < 0.5 ? Math.Ceiling(Rise(start, 0.5, h)) : 0) + Math.Floor((F(target) - F(Math.Max(start, 0.5))) / h) + 1;
        CollapseBound.GradientDescent(n, epsilon, learningRate, margin, start).Should().Be(descent);
    }

    [Fact]
    public void Without_a_start_all_operations_are_equal()
    {
        foreach (int n in new[] { 2, 3, 7 })
        {
            CollapseBound.GradientFlow(n, 0.1, 0.1, 1).Should().Be(CollapseBound.GradientFlow(n, 0.1, 0.1, 1, 1.0 / n)).And.BePositive();
            CollapseBound.GradientDescent(n, 0.1, 0.1, 1).Should().Be(CollapseBound.GradientDescent(n, 0.1, 0.1, 1, 1.0 / n));
        }
    }

    [Fact]
    public void A_probability_at_the_target_is_not_beyond_it()
    {
        CollapseBound.GradientDescent(2, 0.25, 0.1, 1, start: 0.75).Should().Be(1);
        CollapseBound.GradientFlow(2, 0.25, 0.1, 1, start: 0.75).Should().BeApproximately(0, 1e-13);
        CollapseBound.GradientDescent(2, 0.25, 0.1, 1, start: 0.7501).Should().Be(0);
        CollapseBound.GradientDescent(2, 0.25, 0.1, 1, start: 1).Should().Be(0, "a softmax in float64 can be 1");
    }

    [Fact]
    public void Bad_input_is_refused()
    {
        foreach (double p in new[] { 0, 1, -0.1, 1.1, double.NaN })
            FluentActions.Invoking(() => CollapseBound.F(p)).Should().Throw<ArgumentOutOfRangeException>().WithParameterName("p");
        FluentActions.Invoking(() => CollapseBound.Printed(1, 0.1, 1, 1)).Should().Throw<ArgumentOutOfRangeException>()
            .WithParameterName("operations");
        foreach (double start in new[] { 1.01, 0.2, double.NaN })
            FluentActions.Invoking(() => CollapseBound.GradientFlow(4, 0.1, 1, 1, start)).Should().Throw<ArgumentOutOfRangeException>()
                .WithParameterName("start").WithMessage("*[0.25, 1]*");
    }

    private static double F(double p) => (2 * Math.Log(p / (1 - p))) - (1 / p) + (1 / (1 - p));

    private static double Rise(double from, double to, double h) => Math.Min(
        (Math.Log(to / (1 - to)) - Math.Log(from / (1 - from))) / (h * from * (1 - from)), (F(to) - F(from)) * Math.Exp(h / 4) / h);
}
