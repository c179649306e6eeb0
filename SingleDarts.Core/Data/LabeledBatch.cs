using static TorchSharp.torch;

namespace SingleDarts.Core.Data;

/// <summary>One batch.</summary>
/// <param name="Inputs">Floating point, shape [N, ...].</param>
/// <param name="Labels">64-bit integers, shape [N].</param>
public sealed record LabeledBatch(Tensor Inputs, Tensor Labels) : IDisposable
{
    /// <summary>Number of samples, N.</summary>
    public long Size => Labels.shape[0];

    /// <summary>Frees both tensors.</summary>
    public void Dispose()
    {
        Inputs.Dispose();
        Labels.Dispose();
    }
}
