using SingleDarts.Core.Runtime;
using static TorchSharp.torch;

namespace SingleDarts.Core.Supernets;

/// <summary>
/// An independent sigmoid for each operation (Section 4.3): ∂L/∂α_i = p_i (1 − p_i) ∂L/∂x̄ · x_i, so operations do not compete.
/// </summary>
/// <param name="InitialProbability">
/// p of every operation at the start, within (0, 1). The paper takes 0.125, that is α = −ln 7; 0.5, that is α = 0, is the starred
/// row of Table 5.
/// </param>
public sealed record SigmoidRelaxation(double InitialProbability = 0.125) : IRelaxation
{
    /// <summary>p of every operation at the start.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is not within (0, 1).</exception>
    public double InitialProbability { get; init; } = InitialProbability is > 0 and < 1
        ? InitialProbability
        : throw new ArgumentOutOfRangeException(
            nameof(InitialProbability), InitialProbability, "A sigmoid starts within (0, 1), for example at 0.125.");

    /// <inheritdoc/>
    public string Name => "sigmoid";

    /// <inheritdoc/>
    public Tensor Initialize(long edges, long operations, Generator generator) =>
        TensorArithmetic.Filled([edges, operations], Math.Log(InitialProbability / (1 - InitialProbability)), ScalarType.Float64);

    /// <inheritdoc/>
    public MixingWeights Relax(Tensor alpha, RelaxationContext context) => Given.NotNull(alpha).sigmoid();
}
