using SingleDarts.Core.Runtime;
using static TorchSharp.torch;

namespace SingleDarts.Core.Supernets;

/// <summary>
/// Softmax over the operations of an edge (Eq. 2; DARTS): the operations compete. By Theorem 4.2 an operation that leads gains
/// ground as long as it is no worse than the mixture.
/// </summary>
/// <param name="InitialDeviation">Standard deviation of the normal distribution that α starts from; 1e-3 in DARTS.</param>
public sealed record SoftmaxRelaxation(double InitialDeviation = 1e-3) : IRelaxation
{
    /// <inheritdoc/>
    public string Name => "softmax";

    /// <inheritdoc/>
    public Tensor Initialize(long edges, long operations, Generator generator) =>
        randn([edges, operations], dtype: ScalarType.Float64, generator: generator).Times_(InitialDeviation);

    /// <inheritdoc/>
    public MixingWeights Relax(Tensor alpha, RelaxationContext context) => Given.NotNull(alpha).softmax(-1);
}
