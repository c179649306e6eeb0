using SingleDarts.Core.Runtime;
using SingleDarts.Core.Theory;
using static TorchSharp.torch;

namespace SingleDarts.Core.Tests.Theory;

public class OuterProductCorrelationTests
{
    [Fact]
    public void The_double_sum_is_the_inner_product_and_a_batch_with_itself_is_a_squared_norm()
    {
        using var scope = NewDisposeScope();
        var random = new Random(1);
        Tensor d = Draw(random, 6, 3), x = Draw(random, 6, 4), e = Draw(random, 5, 3), z = Draw(random, 5, 4);
        double sum = 0;
        for (int j = 0; j < 6; j++)
            for (int k = 0; k < 5; k++)
                sum += (d[j] * e[k]).sum().item<double>() * (z[k] * x[j]).sum().item<double>();
        OuterProductCorrelation.Between(d, x, e, z).Should().BeApproximately(sum, 1e-12);
        OuterProductCorrelation.Between(d, x, d, x).Should().BePositive();
        OuterProductCorrelation.Cosine(d, x, d, x).Should().BeApproximately(1, 1e-14);
        OuterProductCorrelation.Cosine(d, x, -d, x).Should().BeApproximately(-1, 1e-14);
        FluentActions.Invoking(() => OuterProductCorrelation.Between(d, x, e, x)).Should().Throw<ArgumentException>()
            .WithMessage("*same samples*");
        FluentActions.Invoking(() => OuterProductCorrelation.Between(d, x, z, e)).Should().Throw<ArgumentException>()
            .WithMessage("*same outputs*");
    }

    /// <summary>Margin: 4 standard errors of the mean over 1,000 pairs of batches of 8 samples, 3 outputs and 4 inputs.</summary>
    [Theory]
    [InlineData(0)]
    [InlineData(0.5)]
    public void Independent_batches_correlate_by_the_squared_mean_gradient_which_is_zero_only_without_a_mean(double slope)
    {
        const int Pairs = 1_000, N = 8;
        var random = new Random(1); // one stream: consecutive seeds of System.Random give related numbers
        double[] independent = new double[Pairs], same = new double[Pairs];
        for (int r = 0; r < Pairs; r++)
        {
            using var scope = NewDisposeScope();
            Tensor x = Draw(random, N, 4), z = Draw(random, N, 4);
            Tensor d = Draw(random, N, 3).Plus(x[.., ..3].Times(slope)), e = Draw(random, N, 3).Plus(z[.., ..3].Times(slope));
            independent[r] = OuterProductCorrelation.Between(d, x, e, z);
            same[r] = OuterProductCorrelation.Between(d, x, d, x);
        }
        double mean = independent.Average(), error = Math.Sqrt(independent.Average(v => (v - mean) * (v - mean)) / Pairs);
        mean.Should().BeApproximately(N * N * 3 * slope * slope, 4 * error);
        same.Average().Should().BeGreaterThan(mean + (10 * error));
    }

    private static Tensor Draw(Random random, int samples, int width) =>
        tensor(Gauss.Vector(random, samples * width)).reshape(samples, width);
}
