using SingleDarts.Core.Runs;
using static TorchSharp.torch;

namespace SingleDarts.Core.Tests.Runs;

public class EpochSumsTests
{
    [Fact]
    public void Means_are_over_the_samples_that_were_added_also_after_a_resume()
    {
        using var scope = NewDisposeScope();
        using var sums = new EpochSums(CPU, "loss", "auxiliary", "correct");
        sums.Add(0, (tensor(6f), 4), (null, 4), (tensor(3L), 4));
        using var resumed = new EpochSums(CPU, "loss", "auxiliary", "correct");
        resumed.LoadState(sums.SaveState());
        resumed.Add(1, (tensor(1f), 1), (null, 1), (tensor(1L), 1));
        resumed.Means()["loss"].Should().Be(7.0 / 5);
        resumed.Means()["correct"].Should().Be(4.0 / 5);
        resumed.Means()["auxiliary"].Should().BeNull();
        resumed.Reset();
        resumed.Means()["loss"].Should().BeNull();
    }

    [Theory]
    [InlineData(double.NaN)]
    [InlineData(double.PositiveInfinity)]
    [InlineData(double.NegativeInfinity)]
    public void The_first_step_that_is_not_finite_is_kept(double value)
    {
        using var scope = NewDisposeScope();
        using var sums = new EpochSums(CPU, "loss", "other");
        sums.Add(3, (tensor(1f), 1), (tensor(2f), 1));
        sums.DivergedAt().Should().Be(-1);
        sums.Add(4, (tensor(1f), 1), (tensor((float)value), 1));
        sums.Add(5, (tensor((float)value), 1), (tensor(1f), 1));
        sums.DivergedAt().Should().Be(4);
        sums.Reset();
        sums.DivergedAt().Should().Be(-1);
    }

    [Fact]
    public void Sums_of_other_names_are_rejected()
    {
        using var scope = NewDisposeScope();
        using EpochSums two = new(CPU, "a", "b"), three = new(CPU, "a", "b", "c");
        three.Invoking(s => s.LoadState(two.SaveState())).Should().Throw<InvalidDataException>()
            .WithMessage("'sums' has shape [2]; expected [3]*");
    }
}
