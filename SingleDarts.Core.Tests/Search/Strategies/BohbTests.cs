using SingleDarts.Core.Search;
using SingleDarts.Core.Spaces;

namespace SingleDarts.Core.Tests.Search.Strategies;

/// <summary>BOHB by the rules of HpBandSter with the constants of NAS-Bench-201.</summary>
public class BohbTests
{
    private static readonly SearchSpace Space = SearchSpaces.NasBench201();

    private static StrategySearch Search { get; } = new()
    {
        Space = Space, Strategy = new Bohb(), Evaluator = new Convolutions(), Evaluations = 40, Seed = 1,
    };

    [Theory]
    [InlineData(12, 200, "22.22 66.67 200.00")]
    [InlineData(1, 12, "1.33 4.00 12.00")]
    [InlineData(1, 9, "1.00 3.00 9.00")]
    [InlineData(5, 5, "5.00")]
    public void Rungs_are_the_largest_budget_divided_by_three_as_often_as_it_can_be(double least, double most, string budgets) =>
        string.Join(' ', new Bohb { MinimumEpochs = least, MaximumEpochs = most }.Budgets
            .Select(epochs => FormattableString.Invariant($"{epochs:F2}"))).Should().Be(budgets);

    [Fact]
    public void Brackets_have_9_3_and_3_genotypes_and_a_third_of_each_rung_goes_on()
    {
        EvaluatedGenotype[] trace = [.. Search.Run().Trace];
        double[] cycle = [.. Enumerable.Repeat(22.2, 9), 66.7, 66.7, 66.7, 200, 66.7, 66.7, 66.7, 200, 200, 200, 200];
        trace.Select(e => Math.Round(e.Budget.Epochs!.Value, 1)).Should().Equal([.. cycle, .. cycle]);
        foreach (var (from, count, kept) in new[] { (0, 9, 3), (9, 3, 1), (13, 3, 1), (20, 9, 3), (29, 3, 1) })
        {
            EvaluatedGenotype[] rung = trace[from..(from + count)];
            int[] best = [.. Enumerable.Range(0, count).OrderByDescending(i => rung[i].Accuracy).Take(kept).Order()];
            trace[(from + count)..(from + count + kept)].Select(e => e.Genotype).Should().Equal(best.Select(i => rung[i].Genotype));
        }
        new StrategyResult(trace).Best.Budget.Epochs.Should().Be(200, "only the largest budget counts");
        Search.Run(trace[..23]).Trace.Should().Equal(trace, "a search goes on from its trace");
    }

    /// <summary>By hand: n = 4, d = 2, h = 1.06 σ 4^(−1/6); σ² of 0, 0, 1, 4 is 2.6875, of 1, 1, 1, 1 it is 0.</summary>
    [Fact]
    public void The_density_is_that_of_statsmodels()
    {
        var density = new ChoiceDensity([[0, 1], [0, 1], [1, 1], [4, 1]], 0.3);
        double h = 1.06 * Math.Sqrt(2.6875) * Math.Pow(4, -1.0 / 6);
        density.Bandwidths.Should().Equal([h, 0.3], (a, b) => Math.Abs(a - b) < 1e-15);
        h.Should().BeGreaterThan(1, "five candidates have bandwidths above 1");
        density.At([0, 1]).Should().BeApproximately(0.7 * ((2 * (1 - h)) + (2 * h / 2)) / 4, 1e-15);
        density.At([2, 1]).Should().BeApproximately(0.7 * h / 2, 1e-15, "a value that the data lack");
        new ChoiceDensity([[0, 1], [0, 1]], 0.3).At([0, 0]).Should().Be(double.PositiveInfinity, "the data have one value there");
    }

    [Fact]
    public void A_model_needs_14_results_of_one_budget_and_the_largest_such_budget_decides()
    {
        // All good results have convolutions, all bad ones skip connections; proposals then lean to convolutions.
        EvaluatedGenotype[] Results(int count, double epochs, bool convolutionsAreGood) => [.. Enumerable.Range(0, count).Select(i =>
            new EvaluatedGenotype(NasBench201Genotypes.FromIndex(i % 2 == 0 ? Six(3) : Six(1)), new(epochs),
                new((i % 2 == 0) == convolutionsAreGood ? 0.9 : 0.1, 1)))];
        double Convolutions(EvaluatedGenotype[] trace)
        {
            // Bracket 0 has 13 evaluations, bracket 1 has 4, bracket 2 has 3: the next proposal is new behind 20 and 40.
            EvaluatedGenotype[] whole = [.. trace, .. Enumerable.Range(0, 40 - trace.Length).Select(i => new EvaluatedGenotype(
                Space.RandomGenotype((long)i), new(1000 + i), new(0.5, 1)))];
            return Enumerable.Range(0, 300).Average(seed => new Bohb().Ask(new StrategyContext(Space, whole, new Random(seed))).Genotype
                .Count("nor_conv_3x3"));
        }
        double uniform = Convolutions(Results(13, 200, true));
        uniform.Should().BeApproximately(6 / 5.0, 0.25);
        Convolutions(Results(14, 200, true)).Should().BeGreaterThan(3);
        Convolutions([.. Results(14, 22, true), .. Results(14, 67, false)]).Should().BeLessThan(0.8);
        Convolutions([.. Results(14, 67, false), .. Results(14, 22, true)]).Should().BeLessThan(0.8);
        new Bohb { RandomShare = 1 }.Ask(new StrategyContext(Space, [], new Random(1))).Budget.Epochs.Should().BeApproximately(22.2, 0.1);
    }

    [Fact]
    public void Invalid_settings_are_named()
    {
        new Bohb { MinimumEpochs = 9, MaximumEpochs = 3, Eta = 1, RandomShare = 2 }.Faults(Space).Should().HaveCount(3)
            .And.ContainMatch("*from 9 to 3 epochs*").And.ContainMatch("*η = 1*")
            .And.ContainMatch("*share of 2*");
        new Bohb().Faults(Space).Should().BeEmpty();
    }

    private static int Six(int operation) => Enumerable.Repeat(operation, 6).Aggregate((index, digit) => (5 * index) + digit);
}
