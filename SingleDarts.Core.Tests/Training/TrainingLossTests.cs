using SingleDarts.Core.Training;
using static TorchSharp.torch;

namespace SingleDarts.Core.Tests.Training;

public class TrainingLossTests
{
    private static readonly double[,] Logits = { { 1, 2, 0.5 }, { -1, 0, 3 } }, Side = { { 0, 0, 1 }, { 2, -2, 0 } };
    private static readonly long[] Labels = [1, 0];

    [Theory]
    [InlineData(0)]
    [InlineData(0.1)]
    [InlineData(1)]
    public void Label_smoothing_is_the_cross_entropy_against_the_smoothed_target(double smoothing)
    {
        using var scope = NewDisposeScope();
        new TrainingLoss(smoothing, 0).CrossEntropy(tensor(Logits), tensor(Labels)).item<double>()
            .Should().BeApproximately(CrossEntropy(Logits, smoothing), 1e-14);
    }

    [Fact]
    public void Auxiliary_loss_is_added_with_its_weight_and_smoothed_alike()
    {
        using var scope = NewDisposeScope();
        var (main, auxiliary, total) = new TrainingLoss(0.2, 0.4).Of((tensor(Logits), tensor(Side)), tensor(Labels));
        main.item<double>().Should().BeApproximately(CrossEntropy(Logits, 0.2), 1e-14);
        auxiliary!.item<double>().Should().BeApproximately(CrossEntropy(Side, 0.2), 1e-14);
        total.item<double>().Should().BeApproximately(CrossEntropy(Logits, 0.2) + 0.4 * CrossEntropy(Side, 0.2), 1e-14);
    }

    private static double CrossEntropy(double[,] logits, double smoothing)
    {
        double sum = 0;
        for (int i = 0; i < 2; i++)
        {
            double normalizer = Enumerable.Range(0, 3).Sum(c => Math.Exp(logits[i, c]));
            for (int c = 0; c < 3; c++)
                sum -= ((c == Labels[i] ? 1 - smoothing : 0) + smoothing / 3) * Math.Log(Math.Exp(logits[i, c]) / normalizer);
        }
        return sum / 2;
    }
}
