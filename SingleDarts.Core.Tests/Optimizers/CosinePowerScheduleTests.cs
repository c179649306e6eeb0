using SingleDarts.Core.Optimizers;

namespace SingleDarts.Core.Tests.Optimizers;

public class CosinePowerScheduleTests
{
    /// <summary>The published form: q = nᵘ with u = 1 + (1 + cos(π e / E)) / 2, moved and scaled so that it goes from 1 to 0.</summary>
    [Theory]
    [InlineData(2.0)]
    [InlineData(10.0)]
    [InlineData(0.5)]
    public void It_is_the_scaled_power(double order)
    {
        Schedule schedule = new CosinePowerSchedule { Start = 0.025, End = 1e-4, Order = order };
        double Power(double cosine) => Math.Pow(order, 1 + ((1 + cosine) / 2));
        for (int epoch = 0; epoch <= 100; epoch += 5)
        {
            double share = (Power(Math.Cos(Math.PI * epoch / 100)) - Power(-1)) / (Power(1) - Power(-1));
            schedule.At(new EpochPosition(epoch, 0, 100)).Should().BeApproximately(1e-4 + (0.0249 * share), 1e-15);
        }
        schedule.At(new EpochPosition(0, 0, 100)).Should().Be(0.025);
    }

    [Fact]
    public void Order_1_is_the_cosine()
    {
        for (int epoch = 0; epoch < 50; epoch++)
            new CosinePowerSchedule { Start = 0.1, End = 0.01, Order = 1 }.At(new EpochPosition(epoch, 0, 50))
                .Should().BeApproximately(Schedule.Cosine(0.1, 0.01).At(new EpochPosition(epoch, 0, 50)), 1e-16);
    }

    [Theory]
    [InlineData(0, 0, "*order of the cosine power schedule of the learning rate of the weights is 0;*")]
    [InlineData(2, 1, "*from 0.025 to 1; expected an end from 0 to the start*")]
    public void Invalid_settings_are_rejected(double order, double minimum, string message) =>
        OptimizerSettings.Default.CosinePower(minimum, order).Faults("weights").Should().ContainSingle().Which.Should().Match(message);
}
