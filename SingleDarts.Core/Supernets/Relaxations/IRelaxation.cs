using static TorchSharp.torch;

namespace SingleDarts.Core.Supernets;

/// <summary>
/// Makes the categorical choice of an operation continuous: architecture parameters α to operation weights p (Eq. 2).
/// </summary>
public interface IRelaxation
{
    /// <summary>Name of the relaxation in run records, with its settings.</summary>
    string Name { get; }

    /// <summary>
    /// Whether candidates whose operation weight is exactly zero are left out: not computed, and their weight gets no gradient. For
    /// relaxations that sample one operation; the weights are then read by the host once per forward pass, which waits for the device.
    /// </summary>
    bool IsHard => false;

    /// <summary>Start values of α.</summary>
    /// <param name="edges">Rows.</param>
    /// <param name="operations">Columns.</param>
    /// <param name="generator">CPU generator for random starts.</param>
    /// <returns>A tensor [edges, operations] of float64 on the CPU.</returns>
    Tensor Initialize(long edges, long operations, Generator generator);

    /// <summary>Operation weights p, differentiable in α.</summary>
    /// <param name="alpha">α, [edges, operations]; −∞ for candidates that an edge does not allow, whose p is set to 0 afterwards.</param>
    /// <param name="context">The moment. Its generator draws on the CPU: bring the numbers over with <c>.to(alpha.device)</c>.</param>
    /// <returns>p, [edges, operations], of α's type and device.</returns>
    Tensor OperationWeights(Tensor alpha, RelaxationContext context);
}
