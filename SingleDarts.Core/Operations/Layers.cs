using SingleDarts.Core.Runtime;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace SingleDarts.Core.Operations;

/// <summary>
/// Convolutions and linear layers as <c>nn</c> makes them, with the same first weights for the same seed, but drawn from the generator of
/// the run (<see cref="RunRandom"/>): those of <c>nn</c> are drawn from the generator of the process. They are made on the meta device,
/// which draws nothing, and then get their weights.
/// </summary>
internal static class Layers
{
    /// <summary>A square convolution of images.</summary>
    /// <remarks>Parameters as those of the other overload.</remarks>
    public static Conv2d Conv2d(
        long inChannels, long outChannels, long kernelSize, long stride = 1, long padding = 0, long dilation = 1, long groups = 1,
        bool bias = true) =>
        Conv2d(inChannels, outChannels, (kernelSize, kernelSize), (stride, stride), (padding, padding), (dilation, dilation), groups, bias);

    /// <summary>A convolution of images.</summary>
    /// <param name="inChannels">Channels of the input.</param>
    /// <param name="outChannels">Channels of the output.</param>
    /// <param name="kernelSize">Height and width of the kernel.</param>
    /// <param name="stride">Vertical and horizontal stride.</param>
    /// <param name="padding">Zero padding on each side.</param>
    /// <param name="dilation">Distance of the kernel's points.</param>
    /// <param name="groups">Groups of channels.</param>
    /// <param name="bias">Whether it has a bias.</param>
    public static Conv2d Conv2d(
        long inChannels, long outChannels, (long, long) kernelSize, (long, long) stride, (long, long) padding, (long, long) dilation,
        long groups = 1, bool bias = true)
    {
        Conv2d layer = nn.Conv2d(
            inChannels, outChannels, kernelSize, stride, padding, dilation, groups: groups, bias: bias, device: META);
        layer.weight = Drawn(layer.weight, layer.weight);
        if (bias)
            layer.bias = Drawn(layer.bias!, layer.weight);
        return layer;
    }

    /// <summary>A linear layer with a bias.</summary>
    /// <param name="inFeatures">Features of the input.</param>
    /// <param name="outFeatures">Features of the output.</param>
    public static Linear Linear(long inFeatures, long outFeatures)
    {
        Linear layer = nn.Linear(inFeatures, outFeatures, device: META);
        layer.weight = Drawn(layer.weight, layer.weight);
        layer.bias = Drawn(layer.bias!, layer.weight);
        return layer;
    }

    /// <summary>U(−1/√f, 1/√f) with f inputs of an output: Kaiming's uniform distribution with a = √5, by its own arithmetic for the
    /// weight.</summary>
    private static Parameter Drawn(Tensor like, Tensor weight)
    {
        double inputs = weight.numel() / weight.shape[0];
        double bound = like.dim() == 1 ? 1 / Math.Sqrt(inputs)
            : Math.Sqrt(3) * (Math.Sqrt(2.0 / (1 + Math.Pow(Math.Sqrt(5), 2))) / Math.Sqrt(inputs));
        using var scope = NewDisposeScope();
        Tensor drawn = empty(like.shape, like.dtype, CPU);
        drawn.uniform_(-bound, bound, RunRandom.Generator);
        var parameter = new Parameter(drawn);
        parameter.MoveToOuterDisposeScope();
        return parameter;
    }
}
