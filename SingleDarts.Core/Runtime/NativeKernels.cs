using static TorchSharp.torch;

namespace SingleDarts.Core.Runtime;

/// <summary>Operators of libtorch that TorchSharp does not wrap. The script is constant: an error in one ends the process.</summary>
internal static class NativeKernels
{
    private static readonly Lazy<jit.CompilationUnit> Script = new(() => jit.compile("""
        def channels_last(x: Tensor) -> Tensor:
            return x.contiguous(memory_format=2)
        def share_storage(x: Tensor, y: Tensor) -> Tensor:
            return x.set_(y)
        def release(x: Tensor) -> Tensor:
            return x.set_()
        def batch_statistics(x: Tensor) -> Tuple[Tensor, Tensor]:
            return torch.batch_norm_update_stats(x, None, None, 0.0)
        def batch_norm_backward(g: Tensor, x: Tensor, scale: Tensor, mean: Tensor, deviation: Tensor, e: float) -> Tuple[Tensor, Tensor]:
            gx, gs, gb = torch.native_batch_norm_backward(g, x, scale, None, None, mean, deviation, True, e, [True, True, False])
            return gx, gs
        def convolution_backward(g: Tensor, x: Tensor, w: Tensor, s: int, p: int) -> Tuple[Tensor, Tensor]:
            gx, gw, gb = torch.convolution_backward(g, x, w, None, [s, s], [p, p], [1, 1], False, [0, 0], 1, [True, True, False])
            return gx, gw
        def relu_backward_(g: Tensor, x: Tensor) -> Tensor:
            return torch.threshold_backward(g, x, 0, grad_input=g)


        """));

    /// <summary>The same values with the channels innermost in memory; the tensor itself where they are.</summary>
    /// <param name="x">[N, C, H, W].</param>
    public static Tensor ChannelsLast(Tensor x) => (Tensor)Script.Value.invoke("channels_last", x);

    /// <summary>Mean and biased variance of each channel over the batch and space.</summary>
    /// <param name="x">[N, C, H, W].</param>
    public static (Tensor Mean, Tensor Variance) BatchStatistics(Tensor x) =>
        ((Tensor, Tensor))Script.Value.invoke("batch_statistics", x);

    /// <summary>Gradients of s · (x − mean) / √(variance + ε), with the statistics of x, in x and in the scale s.</summary>
    /// <param name="gradient">Of the output, [N, C, H, W].</param>
    /// <param name="x">[N, C, H, W].</param>
    /// <param name="scale">s, [C].</param>
    /// <param name="mean">[C].</param>
    /// <param name="inverseDeviation">1 / √(variance + ε), [C].</param>
    /// <param name="epsilon">ε.</param>
    public static (Tensor Input, Tensor Scale) BatchNormBackward(
        Tensor gradient, Tensor x, Tensor scale, Tensor mean, Tensor inverseDeviation, double epsilon) =>
        ((Tensor, Tensor))Script.Value.invoke("batch_norm_backward", gradient, x, scale, mean, inverseDeviation, epsilon);

    /// <summary>Gradients of a convolution without bias in its input and its weight.</summary>
    /// <param name="gradient">Of the output.</param>
    /// <param name="x">The input.</param>
    /// <param name="weight">[out, in, k, k].</param>
    /// <param name="stride">Spatial stride.</param>
    /// <param name="padding">Zero padding on each side.</param>
    public static (Tensor Input, Tensor Weight) ConvolutionBackward(Tensor gradient, Tensor x, Tensor weight, long stride, long padding) =>
        ((Tensor, Tensor))Script.Value.invoke("convolution_backward", gradient, x, weight, stride, padding);

    /// <summary>Sets a gradient to zero in place where the input of the ReLU was not positive.</summary>
    /// <param name="gradient">Of relu(x); changed.</param>
    /// <param name="x">Input or output of the ReLU.</param>
    public static Tensor ReluBackward_(Tensor gradient, Tensor x) => (Tensor)Script.Value.invoke("relu_backward_", gradient, x);

    public static void Release(Tensor x) => ((Tensor)Script.Value.invoke("release", x)).Dispose();

    /// <summary>Makes a tensor a view of another's memory, with its shape.</summary>
    /// <param name="x">The tensor that changes.</param>
    /// <param name="view">Where its values lie from now on.</param>
    public static void ShareStorage(Tensor x, Tensor view) => ((Tensor)Script.Value.invoke("share_storage", x, view)).Dispose();
}
