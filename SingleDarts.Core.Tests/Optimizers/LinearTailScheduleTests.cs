using SingleDarts.Core.Optimizers;

namespace SingleDarts.Core.Tests.Optimizers;

public class LinearTailScheduleTests
{
    [Theory]
    [InlineData(0, 1.0)]
    [InlineData(1, 244.0 / 245)]
    [InlineData(100, 145.0 / 245)]
    [InlineData(244, 1.0 / 245)]
    [InlineData(245, 1.0 / 245)]
    [InlineData(246, 0.8 / 245)]
    [InlineData(249, 0.2 / 245)]
    public void Linear_decay_of_250_epochs_has_the_published_values(int epoch, double share) =>
        new LinearTailSchedule { Start = 0.5 }.At(new EpochPosition(epoch, 0.7, 250)).Should().BeApproximately(0.5 * share, 1e-15);

    [Theory]
    [InlineData(1)]
    [InlineData(5)]
    [InlineData(6)]
    [InlineData(30)]
    public void Linear_decay_starts_at_the_top_never_rises_and_stays_above_zero(int epochs)
    {
        var schedule = new LinearTailSchedule { Start = 2 };
        double[] rates = [.. Enumerable.Range(0, epochs).Select(e => schedule.At(new EpochPosition(e, 0, epochs)))];
        rates[0].Should().Be(2);
        rates.Should().BeInDescendingOrder();
        rates[^1].Should().BePositive();
    }

    [Fact]
    public void An_overlapping_warm_up_lies_over_the_beginning_and_another_stands_before_it()
    {
        var over = OptimizerSettings.Default.Sgd(0.375).LinearTail().WarmUp(5, of: 250, overlaps: true);
        Enumerable.Range(0, 5).Select(e => over.LearningRateAt(new EpochPosition(e, 0, 250))).Should()
            .Equal(0.375 / 5, 0.375 * 2 / 5, 0.375 * 3 / 5, 0.375 * 4 / 5, 0.375);
        over.LearningRateAt(new EpochPosition(5, 0, 250)).Should().BeApproximately(0.375 * 240 / 245, 1e-15);
        over.LearningRateAt(new EpochPosition(249, 0, 250)).Should().BeApproximately(0.375 / (245 * 5), 1e-15);

        var before = OptimizerSettings.Default.Sgd(0.375).LinearTail().WarmUp(5, of: 250);
        before.LearningRateAt(new EpochPosition(5, 0, 250)).Should().Be(0.375);
        before.LearningRateAt(new EpochPosition(6, 0, 250)).Should().BeApproximately(0.375 * 239 / 240, 1e-15);
    }
}
