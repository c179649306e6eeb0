using SingleDarts.Core.Operations;
using SingleDarts.Core.Runtime;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace SingleDarts.Core.Supernets;

/// <summary>
/// The m candidates <see cref="ReluConvBatchNorm"/> of one kernel size and stride that leave a node, as one convolution with their
/// output channels side by side. Biases are left out, because the batch normalisation takes them away again, and p is the scale of the
/// normalisation: Σ_k p_k (y_k − μ_k) / σ_k needs y alone, and its backward pass gives ∂L/∂p as the gradient of the scale.
/// </summary>
internal sealed class ConvolutionGroup
{
    private readonly ReluConvBatchNorm[] modules;
    private readonly int stride, padding;
    private readonly double epsilon;

    public ConvolutionGroup(IReadOnlyList<MergedTerm> terms)
    {
        Terms = terms;
        modules = [.. terms.Select(term => (ReluConvBatchNorm)term.Module)];
        stride = modules[0].Stride;
        padding = modules[0].KernelSize / 2;
        epsilon = modules[0].Normalization.eps;
    }

    /// <summary>The candidates, in the order of their channels.</summary>
    public IReadOnlyList<MergedTerm> Terms { get; }

    /// <summary>The candidates' convolution weights, in the same order.</summary>
    public IEnumerable<Parameter> Weights => modules.Select(module => module.Convolution.weight);

    /// <summary>Whether the group's definition fits a module: its batch normalisation has neither scale, shift nor running statistics.</summary>
    public static bool Fits(nn.Module module) =>
        module is ReluConvBatchNorm { Normalization: { affine: false, track_running_stats: false } };

    /// <summary>The merged weight, [m·C, C, k, k].</summary>
    /// <param name="weights">The candidates' weights.</param>
    public static Tensor Merge(ReadOnlySpan<Tensor> weights) => weights.Length == 1 ? weights[0].alias() : cat([.. weights]);

    /// <summary>y = W * relu(x) and its statistics.</summary>
    /// <param name="active">relu(x).</param>
    /// <param name="weight">The merged weight.</param>
    public NormalizedBranch Forward(Tensor active, Tensor weight)
    {
        Tensor values = nn.functional.conv2d(active, weight, strides: [stride, stride], padding: [padding, padding]);
        var (mean, variance) = NativeKernels.BatchStatistics(values);
        return new NormalizedBranch(values, mean, (variance + epsilon).rsqrt_());
    }

    /// <summary>Scale s = p / σ and shift −μ s of every candidate, both [m, C].</summary>
    /// <param name="branch">The statistics.</param>
    /// <param name="p">Operation weights of the candidates, [m].</param>
    public static (Tensor Scale, Tensor Shift) Scaling(NormalizedBranch branch, Tensor p)
    {
        Tensor scale = branch.InverseDeviation.view(p.shape[0], -1) * p.unsqueeze(1);
        return (scale, (branch.Mean.view_as(scale) * scale).neg_());
    }

    /// <summary>Gradients of the mixture in relu(x), in the merged weight and in p, [m].</summary>
    /// <param name="gradient">Of the candidates' targets side by side, [N, m·C, H, W].</param>
    /// <param name="active">relu(x).</param>
    /// <param name="weight">The merged weight.</param>
    /// <param name="branch">What the forward pass gave.</param>
    /// <param name="p">Operation weights of the candidates, [m].</param>
    public (Tensor Active, Tensor Weight, Tensor P) Backward(
        Tensor gradient, Tensor active, Tensor weight, NormalizedBranch branch, Tensor p)
    {
        Tensor scale = p.unsqueeze(1).expand(-1, branch.Mean.numel() / p.shape[0]).contiguous().view(-1);
        var (values, scales) = NativeKernels.BatchNormBackward(
            gradient, branch.Values, scale, branch.Mean, branch.InverseDeviation, epsilon);
        var (input, weights) = NativeKernels.ConvolutionBackward(values, active, weight, stride, padding);
        values.Dispose();
        return (input, weights, scales.view(p.shape[0], -1).sum(1));
    }
}
