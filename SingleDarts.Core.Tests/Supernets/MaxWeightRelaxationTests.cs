using SingleDarts.Core.Optimizers;
using SingleDarts.Core.Supernets;
using static TorchSharp.torch;

namespace SingleDarts.Core.Tests.Supernets;

public class MaxWeightRelaxationTests
{
    private static readonly RelaxationContext Now = new(Cells.NasBench201, new EpochPosition(0, 0, 1), new Generator(1UL));

    [Fact]
    public void The_strongest_operation_has_the_weight_1_and_the_others_lag_by_their_distance()
    {
        using var scope = NewDisposeScope();
        Tensor alpha = tensor(new[,] { { Math.Log(0.1), Math.Log(0.2), Math.Log(0.7) } });
        Tensor p = new MaxWeightRelaxation().Relax(alpha, Now).P;
        p.data<double>().ToArray().Should().Equal([0.4, 0.5, 1.0], (a, b) => Math.Abs(a - b) < 1e-14);
        new MaxWeightRelaxation().Expectation(alpha, Now).data<double>().ToArray()
            .Should().Equal([0.1, 0.2, 0.7], (a, b) => Math.Abs(a - b) < 1e-14);
    }

    /// <summary>∂p_k/∂α_m = s_k (δ_km − s_m) − s_j (δ_jm − s_m) with j the strongest: through the maximum, too.</summary>
    [Fact]
    public void The_gradient_goes_through_the_maximum()
    {
        using var scope = NewDisposeScope();
        var random = new Random(2);
        Tensor alpha = tensor(Gauss.Vector(random, 30), [6, 5], requires_grad: true), d = tensor(Gauss.Vector(random, 30), [6, 5]);
        (new MaxWeightRelaxation().Relax(alpha, Now).P * d).sum().backward();
        for (int edge = 0; edge < 6; edge++)
        {
            double[] row = [.. Enumerable.Range(0, 5).Select(k => alpha[edge, k].item<double>())];
            double[] s = Gauss.Softmax(row), of = [.. Enumerable.Range(0, 5).Select(k => d[edge, k].item<double>())];
            int j = Enumerable.Range(0, 5).MaxBy(k => s[k]);
            for (int m = 0; m < 5; m++)
            {
                double expected = Enumerable.Range(0, 5).Sum(k => of[k] *
                    ((s[k] * ((k == m ? 1 : 0) - s[m])) - (s[j] * ((j == m ? 1 : 0) - s[m]))));
                alpha.grad![edge, m].item<double>().Should().BeApproximately(expected, 1e-14);
            }
        }
    }
}
