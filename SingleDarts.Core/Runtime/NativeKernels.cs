using static TorchSharp.torch;

namespace SingleDarts.Core.Runtime;

/// <summary>Operators of libtorch that TorchSharp does not wrap.</summary>
internal static class NativeKernels
{
    private static readonly TorchScript Script = new("""
        def channels_last(x: Tensor) -> Tensor:
            return x.contiguous(memory_format=2)
        def share_storage(x: Tensor, y: Tensor) -> Tensor:
            return x.set_(y)

        """);

    /// <summary>The same values with the channels innermost in memory; the tensor itself if they already are.</summary>
    /// <param name="x">[N, C, H, W].</param>
    public static Tensor ChannelsLast(Tensor x) => (Tensor)Script.Call("channels_last", x);

    /// <summary>Makes a tensor a view of another's memory, with its shape.</summary>
    /// <param name="x">The tensor that changes.</param>
    /// <param name="view">Where its values lie from now on.</param>
    public static void ShareStorage(Tensor x, Tensor view) => ((Tensor)Script.Call("share_storage", x, view)).Dispose();
}
