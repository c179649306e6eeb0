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
        At(Schedule.Cosine(1, perStep: true), 1, 4, 0.5).Should().BeApproximately((1 + Math.Cos(Math.PI * 1.5 / 4)) / 2, 1e-15);
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

    /// <summary>T_start 10, T_stop 40, T_max 50: β₀ before epoch 10, the formulas with e and not e − 10, one value from 40 on.</summary>
    [Theory]
    [InlineData(DecayShape.Linear, 9, 1)]
    [InlineData(DecayShape.Linear, 10, 1)]
    [InlineData(DecayShape.Linear, 30, 0.5)]
    [InlineData(DecayShape.Linear, 40, 0.25)]
    [InlineData(DecayShape.Linear, 41, 0.25)]
    [InlineData(DecayShape.Linear, 49, 0.25)]
    [InlineData(DecayShape.Cosine, 9, 1)]
    [InlineData(DecayShape.Cosine, 10, 0.85355339059327373)]
    [InlineData(DecayShape.Cosine, 20, 0.5)]
    [InlineData(DecayShape.Cosine, 30, 0.14644660940672627)]
    [InlineData(DecayShape.Cosine, 40, 0)]
    [InlineData(DecayShape.Cosine, 49, 0)]
    [InlineData(DecayShape.SlowCosine, 9, 1)]
    [InlineData(DecayShape.SlowCosine, 10, 0.92387953251128674)]
    [InlineData(DecayShape.SlowCosine, 20, 0.70710678118654757)]
    [InlineData(DecayShape.SlowCosine, 40, 0)]
    [InlineData(DecayShape.SlowCosine, 49, 0)]
    public void The_switches_of_DartsMinus_begin_and_end_its_decay(DecayShape shape, int epoch, double expected)
    {
        Schedule beta = new WindowedDecay { Shape = shape, From = 10, Until = 40, Over = 50 };
        At(beta, epoch, 50, 0.9).Should().BeApproximately(expected, 1e-15);
        At(beta with { Start = 0.7 }, epoch, 50).Should().BeApproximately(0.7 * expected, 1e-15);
    }

    [Fact]
    public void Without_switches_it_is_the_decay_over_the_run_that_never_becomes_zero()
    {
        for (int epoch = 0; epoch < 50; epoch++)
        {
            At(new WindowedDecay(), epoch, 50).Should().BeApproximately(At(Schedule.Linear(1, 0), epoch, 50), 1e-15).And.BePositive();
            At(new WindowedDecay { Shape = DecayShape.Cosine }, epoch, 50).Should()
                .BeApproximately(At(Schedule.Cosine(1), epoch, 50), 1e-15);
            At(new WindowedDecay { Shape = DecayShape.SlowCosine }, epoch, 50).Should()
                .BeApproximately(At(Schedule.QuarterCosine(1), epoch, 50), 1e-15);
        }
        At(new WindowedDecay { Until = 20 }, 49, 50).Should().BeApproximately(0.6, 1e-15, "the value of epoch 20 is kept");
        At(new WindowedDecay { From = 10, Shape = DecayShape.Cosine }, 49, 50).Should()
            .BeGreaterThan(At(new WindowedDecay { From = 10, Shape = DecayShape.Cosine }, 40, 50), "as in the published code");
    }

    [Fact]
    public void Switches_that_contradict_each_other_are_named()
    {
        new WindowedDecay { From = -1 }.Faults("β").Should().ContainSingle().Which.Should().Contain("β").And.Contain("epoch -1");
        new WindowedDecay { From = 10, Until = 9 }.Faults("β").Should().ContainSingle().Which.Should().Contain("epoch 9");
        new WindowedDecay { From = 50, Over = 50 }.Faults("β").Should().ContainSingle().Which.Should().Contain("over 50 epochs");
        new WindowedDecay { Shape = (DecayShape)7 }.Faults("β").Should().ContainSingle().Which.Should().Contain("SlowCosine");
        new WindowedDecay { From = 10, Until = 40, Over = 50 }.Faults("β").Should().BeEmpty();
        new WindowedDecay { From = 10, Until = 10, Over = 11 }.Faults("β").Should().BeEmpty();
    }

    [Fact]
    public void A_decay_over_a_number_of_epochs_of_its_own_is_not_that_of_the_run()
    {
        Schedule beta = new WindowedDecay { Over = 40 };
        foreach (int epochs in new[] { 40, 50 })
            At(beta, 10, epochs).Should().BeApproximately(0.75, 1e-15);
    }

    [Fact]
    public void A_schedule_that_follows_feedback_begins_with_its_start()
    {
        var schedule = new FeedbackSchedule { Start = 0.3 };
        schedule.At(new EpochPosition(0, 0, 10)).Should().Be(0.3);
        schedule.At(new EpochPosition(4, 0, 10) { Feedback = 0.7 }).Should().Be(0.7);
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
        Schedule.Cosine(1, 0, halfPeriod: 1).Faults("τ").Should().BeEmpty();
        Schedule.Linear(0.03, 0.3).Faults("ε").Should().BeEmpty("a schedule may rise");
    }

    private static double At(Schedule schedule, int epoch, int epochs, double fraction = 0) =>
        schedule.At(new EpochPosition(epoch, fraction, epochs));
}
