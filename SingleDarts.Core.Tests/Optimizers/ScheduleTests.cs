using SingleDarts.Core.Optimizers;

namespace SingleDarts.Core.Tests.Optimizers;

/// <summary>Schedules against closed forms and published values.</summary>
public class ScheduleTests
{
    [Fact]
    public void Cosine_is_half_a_wave_from_the_start_to_the_end_at_whole_epochs()
    {
        Schedule cosine = Schedule.Cosine(0.025, 0.001);
        for (int e = 0; e < 50; e++)
            At(cosine, e, 50, 0.7).Should().BeApproximately(0.001 + 0.024 * (1 + Math.Cos(Math.PI * e / 50)) / 2, 1e-15);
        At(cosine, 25, 50).Should().BeApproximately(0.013, 1e-15);
        At(Schedule.Cosine(1, perStep: true), 0, 1, 0.5).Should().BeApproximately(0.5, 1e-15);
    }

    /// <summary>ENAS of NAS-Bench-201: 0.05 to 0.0005 with T_max 10, without restart.</summary>
    [Fact]
    public void A_half_period_that_is_shorter_than_the_run_makes_the_cosine_go_to_and_fro()
    {
        Schedule enas = Schedule.Cosine(0.05, 0.0005, halfPeriod: 10);
        foreach (int epoch in new[] { 0, 20, 40, 240 })
        {
            At(enas, epoch, 250).Should().BeApproximately(0.05, 1e-15);
            At(enas, epoch + 5, 250).Should().BeApproximately(0.02525, 1e-15);
        }
        At(enas, 10, 250).Should().BeApproximately(0.0005, 1e-15);
        At(enas, 13, 250).Should().BeApproximately(At(enas, 7, 250), 1e-15);
        At(enas, 10, 1000).Should().Be(At(enas, 10, 250), "it is a number of epochs, not a share");
    }

    [Fact]
    public void Temperature_of_Gdas_is_exactly_at_its_end_in_the_last_epoch()
    {
        Schedule tau = Schedule.Linear(10, 0.1, reachesEnd: true);
        At(tau, 0, 250).Should().Be(10);
        At(tau, 249, 250).Should().Be(0.1);
        for (int e = 0; e < 250; e++)
            At(tau, e, 250, 0.9).Should().BeApproximately(10 - 9.9 * e / 249, 1e-13);
        At(tau, 0, 1).Should().Be(10);
    }

    [Theory]
    [InlineData(1, 0, 0, 1)]
    [InlineData(1, 0, 25, 0.5)]
    [InlineData(1, 0, 49, 0.02)]
    [InlineData(0.03, 0.3, 0, 0.03)]
    [InlineData(0.03, 0.3, 49, 0.2946)]
    [InlineData(0, 0.3, 10, 0.06)]
    public void Beta_of_DartsMinus_epsilon_of_SDarts_and_drop_path_stop_one_step_before_the_end(
        double start, double end, int epoch, double published) =>
        At(Schedule.Linear(start, end), epoch, 50, 0.9).Should().BeApproximately(published, 1e-15);

    /// <summary>The three decays of β of DARTS- (<c>linear</c>, <c>cosine</c>, <c>slow_cosine</c>) from 1 over 50 epochs.</summary>
    [Fact]
    public void Decays_of_DartsMinus_are_those_of_its_code()
    {
        for (int e = 0; e < 50; e++)
        {
            At(Schedule.Linear(1, 0), e, 50, 0.9).Should().BeApproximately((50 - e) / 50.0, 1e-15);
            At(Schedule.Cosine(1), e, 50, 0.9).Should().BeApproximately((1 + Math.Cos(Math.PI * e / 50)) / 2, 1e-15);
            At(Schedule.QuarterCosine(1), e, 50, 0.9).Should().BeApproximately(Math.Cos(Math.PI / 2 * (e / 50.0)), 1e-15);
        }
        At(Schedule.QuarterCosine(3, 1), 25, 50).Should().BeApproximately(1 + Math.Sqrt(2), 1e-15);
    }

    [Fact]
    public void Constant_stays()
    {
        Schedule constant = Schedule.Constant(0.4);
        new[] { 0, 7, 49 }.Select(e => At(constant, e, 50, 0.5)).Should().Equal(0.4, 0.4, 0.4);
    }

    [Fact]
    public void A_learning_rate_starts_where_the_optimiser_says_whatever_start_the_schedule_has()
    {
        OptimizerSettings settings = OptimizerSettings.Default with { Schedule = Schedule.Linear(7, 0.01, reachesEnd: true) };
        settings = settings.Sgd(0.05);
        settings.Schedule.Start.Should().Be(0.05);
        settings.Should().Be(OptimizerSettings.Default.Sgd(0.05).Linear(0.01, reachesEnd: true));
        Enumerable.Range(0, 5).Select(e => settings.LearningRateAt(new EpochPosition(e, 0.5, 5))).Should()
            .Equal([0.05, 0.04, 0.03, 0.02, 0.01], (a, b) => Math.Abs(a - b) < 1e-15);
    }

    [Fact]
    public void Ends_that_are_no_numbers_and_periods_of_no_epoch_are_named()
    {
        Schedule.Linear(1, double.NaN).Faults("β").Should().ContainSingle().Which.Should().Contain("β").And.Contain("NaN");
        Schedule.Cosine(1, double.NegativeInfinity).Faults("β").Should().ContainSingle();
        Schedule.Cosine(1, 0, halfPeriod: 0).Faults("τ").Should().ContainSingle().Which.Should().Contain("τ").And.Contain("0 epochs");
        Schedule.Linear(0.03, 0.3).Faults("ε").Should().BeEmpty("a schedule may rise");
    }

    private static double At(Schedule schedule, int epoch, int epochs, double fraction = 0) =>
        schedule.At(new EpochPosition(epoch, fraction, epochs));
}
