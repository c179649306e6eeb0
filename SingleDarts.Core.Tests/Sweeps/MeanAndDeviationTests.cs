using CsCheck;
using SingleDarts.Core.Sweeps;

namespace SingleDarts.Core.Tests.Sweeps;

public class MeanAndDeviationTests
{
    [Fact]
    public void Mean_and_deviation_of_known_numbers()
    {
        MeanAndDeviation found = MeanAndDeviation.Of([2, 4, 4, 4, 5, 5, 7, 9]);
        found.Mean.Should().Be(5);
        found.StandardDeviation.Should().BeApproximately(Math.Sqrt(32.0 / 7), 1e-14);
        found.StandardError.Should().BeApproximately(Math.Sqrt(32.0 / 7 / 8), 1e-14);
        found.Count.Should().Be(8);
    }

    [Fact]
    public void One_number_has_no_deviation_and_none_has_no_mean()
    {
        MeanAndDeviation.Of([3]).Should().Be(new MeanAndDeviation(1, 3, double.NaN));
        MeanAndDeviation.Of([]).Should().Be(new MeanAndDeviation(0, double.NaN, double.NaN));
    }

    [Fact]
    public void A_repeated_number_has_deviation_0() => MeanAndDeviation.Of([0.1, 0.1, 0.1]).StandardDeviation.Should().Be(0);

    /// <summary>Σ i = n(n+1)/2 and Σ (i − mean)² = n(n² − 1)/12.</summary>
    [Fact]
    public void Shifted_and_stretched_whole_numbers_have_the_closed_form() =>
        Gen.Select(Gen.Int[2, 50], Gen.Double[-100, 100], Gen.Double[0.1, 10]).Sample((n, shift, stretch) =>
        {
            MeanAndDeviation found = MeanAndDeviation.Of(Enumerable.Range(1, n).Reverse().Select(i => shift + (stretch * i)));
            found.Mean.Should().BeApproximately(shift + (stretch * (n + 1) / 2), 1e-9);
            found.StandardDeviation.Should().BeApproximately(stretch * Math.Sqrt(n * ((n * (double)n) - 1) / 12 / (n - 1)), 1e-9);
        }, iter: 200);
}
