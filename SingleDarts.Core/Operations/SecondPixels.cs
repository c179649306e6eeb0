using static TorchSharp.torch;

namespace SingleDarts.Core.Operations;

/// <summary>
/// Every second pixel of an image. A 1×1 convolution of stride 2 is a 1×1 convolution of these. libtorch 2.10 computes the gradient of
/// the weights of the former, with fewer than 16 channels in channels-last memory, beyond the memory that it has (oneDNN, seen at 56×56),
/// so that it is not used here.
/// </summary>
internal static class SecondPixels
{
    /// <summary>A view of [N, C, ⌈(H − from) / 2⌉, ⌈(W − from) / 2⌉].</summary>
    /// <param name="input">[N, C, H, W].</param>
    /// <param name="from">First row and column.</param>
    public static Tensor Of(Tensor input, long from = 0) =>
        input[TensorIndex.Colon, TensorIndex.Colon, TensorIndex.Slice(from, null, 2), TensorIndex.Slice(from, null, 2)];
}
