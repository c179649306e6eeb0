using CsCheck;
using SingleDarts.Core.Data;
using static TorchSharp.torch;

namespace SingleDarts.Core.Tests.Data;

public class SampleOrderTests
{
    [Fact]
    public void Shuffle_keeps_every_sample_once() =>
        Gen.Select(Gen.Long[0, 99].Array[1, 60], Gen.ULong).Sample((samples, seed) =>
        {
            using var generator = new Generator(seed, CPU);
            SampleOrder.Shuffle(samples, generator).Order().Should().Equal(samples.Order());
        }, threads: 1);

    [Fact]
    public void Split_is_a_partition_of_the_rounded_size() =>
        Gen.Select(Gen.Long[2, 200], Gen.Double[0.01, 0.99], Gen.ULong).Sample((count, portion, seed) =>
        {
            using var generator = new Generator(seed, CPU);
            var (first, second) = SampleOrder.Split(count, portion, generator);
            first.Concat(second).Order().Should().Equal(Enumerable.Range(0, (int)count).Select(i => (long)i));
            first.Should().BeInAscendingOrder().And.NotBeEmpty();
            second.Should().BeInAscendingOrder().And.NotBeEmpty();
            ((double)first.Length).Should().BeApproximately(Math.Clamp(count * portion, 1, count - 1), 0.5);
        }, threads: 1);

    [Fact]
    public void Draws_repeat_are_uniform_and_avoid_what_is_excluded()
    {
        using var generator = new Generator(4, CPU);
        long[] draws = SampleOrder.DrawWithReplacement([10, 20, 30, 40], 9000, generator, new HashSet<long> { 30 });
        draws.Should().NotContain(30);
        foreach (long sample in new[] { 10L, 20, 40 })
            draws.Count(d => d == sample).Should().BeInRange(2800, 3200, "3000 are expected, standard deviation 45");
        FluentActions.Invoking(() => SampleOrder.DrawWithReplacement([1], 2, generator, new HashSet<long> { 1 }))
            .Should().Throw<ArgumentException>().WithMessage("*all of them are excluded*");
    }

    [Theory]
    [InlineData(1, 0.5)]
    [InlineData(10, 0)]
    [InlineData(10, 1)]
    [InlineData(10, double.NaN)]
    public void A_split_without_two_parts_is_refused(long count, double portion)
    {
        using var generator = new Generator(4, CPU);
        FluentActions.Invoking(() => SampleOrder.Split(count, portion, generator)).Should().Throw<ArgumentOutOfRangeException>();
    }
}
