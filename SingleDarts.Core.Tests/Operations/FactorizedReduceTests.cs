using SingleDarts.Core.Operations;
using SingleDarts.Core.Runtime;
using static TorchSharp.torch;

namespace SingleDarts.Core.Tests.Operations;

public class FactorizedReduceTests
{
    [Theory]
    [InlineData(4)]
    [InlineData(5)]
    public void One_half_sees_even_pixels_and_the_other_odd_ones(long size)
    {
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        using var module = new FactorizedReduce(new OperationContext(1, 2, Stride: 2));
        module.eval();
        foreach (var (name, parameter) in module.named_parameters())
            if (name.Contains("even") || name.Contains("odd"))
                parameter.fill_(Scalars.One);
        Tensor input = TensorArithmetic.Range(size * size).Plus(1L).to(ScalarType.Float32).reshape(1, 1, size, size);
        float[,] Pixels(int from)
        {
            var half = new float[(size + 1) / 2, (size + 1) / 2];
            for (int i = 0; i < half.GetLength(0); i++)
                for (int j = 0; j < half.GetLength(1); j++)
                    half[i, j] = (2 * i) + from < size && (2 * j) + from < size ? ((2 * i) + from) * size + (2 * j) + from + 1 : 0;
            return half;
        }

        // Running mean 0 and variance 1 leave a factor of 1/√(1 + 1e-5).
        Tensor output = module.call(input).Times(Math.Sqrt(1 + 1e-5));
        output[0, 0].allclose(tensor(Pixels(0)), 1e-5).Should().BeTrue();
        output[0, 1].allclose(tensor(Pixels(1)), 1e-5).Should().BeTrue();
    }
}
