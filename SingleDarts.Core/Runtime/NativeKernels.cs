using static TorchSharp.torch;

namespace SingleDarts.Core.Runtime;

/// <summary>Operators of libtorch that TorchSharp does not wrap.</summary>
internal static class NativeKernels
{
    private static readonly TorchScript Script = new("""
        def channels_last(x: Tensor) -> Tensor:
            return x.contiguous(memory_format=2)
        def new_images(like: Tensor, n: int, c: int, h: int, w: int):
            return torch.empty([n, c, h, w], dtype=like.dtype, device=like.device, memory_format=2)
        def share_storage(x: Tensor, y: Tensor) -> Tensor:
            return x.set_(y)

        """);

    /// <summary>The same values with the channels innermost in memory; the tensor itself if they already are.</summary>
    /// <param name="x">[N, C, H, W].</param>
    public static Tensor ChannelsLast(Tensor x) => (Tensor)Script.Call("channels_last", x);

    /// <summary>A new tensor with the channels innermost in memory, whose numbers are arbitrary.</summary>
    /// <param name="like">Gives type and device.</param>
    /// <param name="shape">[N, C, H, W].</param>
    public static Tensor NewImages(Tensor like, long[] shape) => (Tensor)Script.Call(
        "new_images", like, (int)shape[0], (int)shape[1], (int)shape[2], (int)shape[3]);

    /// <summary>Makes a tensor a view of another's memory, with its shape.</summary>
    /// <param name="x">The tensor that changes.</param>
    /// <param name="view">Where its values lie from now on.</param>
    public static void ShareStorage(Tensor x, Tensor view) => ((Tensor)Script.Call("share_storage", x, view)).Dispose();
}
