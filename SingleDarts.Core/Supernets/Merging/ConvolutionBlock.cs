using SingleDarts.Core.Operations;
using SingleDarts.Core.Runtime;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace SingleDarts.Core.Supernets;

/// <summary>
/// Candidates <see cref="ReluConvBatchNorm"/> that leave a node for the same m targets, in groups of one kernel size. A group is one
/// convolution with its candidates' output channels side by side. Biases are left out, because the batch normalisation takes them away
/// again, and p is the scale of the normalisation: Σ p (y − μ) / σ needs y alone, and the backward pass of the normalisation gives ∂L/∂p
/// as the gradient of its scale.
/// </summary>
internal sealed class ConvolutionBlock
{
    private readonly int first, stride;
    private readonly int[] sizes;
    private readonly Tensor paddings;
    private readonly TorchSharp.Scalar epsilon;

    private ConvolutionBlock(MergedTerm[] terms, int first)
    {
        (Terms, this.first) = (terms, first);
        ReluConvBatchNorm[] modules = [.. terms.Select(term => (ReluConvBatchNorm)term.Module)];
        stride = modules[0].Stride;
        epsilon = Scalars.Of(modules[0].Normalization.eps);
        sizes = [.. modules.Select(module => module.KernelSize).Distinct()];
        paddings = FanOut.Plan([.. sizes.Select(size => size / 2)]);
        Groups = sizes.Length;
        Targets = [.. terms.Take(terms.Length / Groups).Select(term => term.Target)];
        Weights = [.. modules.Select(module => module.Convolution.weight)];
    }

    /// <summary>The candidates, group after group.</summary>
    public IReadOnlyList<MergedTerm> Terms { get; }

    /// <summary>The node that each candidate of a group feeds.</summary>
    public IReadOnlyList<int> Targets { get; }

    /// <summary>The candidates' convolution weights, in the order of <see cref="Terms"/>.</summary>
    public IReadOnlyList<Parameter> Weights { get; }

    /// <summary>Number of groups.</summary>
    public int Groups { get; }

    /// <summary>
    /// Whether the definition fits a module: its batch normalisation has neither scale, shift nor running statistics, and it is no 1×1
    /// convolution of stride 2.
    /// </summary>
    public static bool Fits(nn.Module module) =>
        module is ReluConvBatchNorm { IsSubsampling: false, Normalization: { affine: false, track_running_stats: false } };

    /// <summary>Forms the blocks of a node.</summary>
    /// <param name="terms">Candidates for which <see cref="Fits"/> holds.</param>
    public static IReadOnlyList<ConvolutionBlock> Of(IEnumerable<MergedTerm> terms)
    {
        var aligned =
            from term in terms
            let module = (ReluConvBatchNorm)term.Module
            group term by (module.KernelSize, module.Stride, module.Normalization.eps) into same
            group same by (same.Key.Stride, same.Key.eps, string.Join(' ', same.Select(term => term.Target)));
        var blocks = new List<ConvolutionBlock>();
        foreach (var groups in aligned)
            blocks.Add(new ConvolutionBlock([.. groups.SelectMany(same => same)], blocks.Sum(block => block.Terms.Count)));
        return blocks;
    }

    /// <summary>The convolutions of relu(x) with their statistics.</summary>
    /// <param name="active">relu(x), [N, C, H, W].</param>
    /// <param name="weights"><see cref="Weights"/>.</param>
    public NormalizedBranches Convolve(Tensor active, Tensor[] weights) =>
        MergedKernels.Convolve(active, weights, stride, paddings, epsilon);

    /// <summary>The candidates' share of the targets, side by side, [N, m·C, H, W].</summary>
    /// <param name="branches">What <see cref="Convolve"/> gave.</param>
    /// <param name="q">Operation weights of all merged candidates of the node.</param>
    public Tensor Mix(NormalizedBranches branches, Tensor q) => MergedKernels.NormalizedSum(branches, q, first, Targets.Count);

    /// <summary>What is worth keeping for the backward pass: the values of pointwise convolutions are freed, because one of 3×3 takes nine
    /// times as long and no more memory.</summary>
    /// <param name="branches">What <see cref="Convolve"/> gave.</param>
    public NormalizedBranches Keep(NormalizedBranches branches)
    {
        Tensor Kept(Tensor y, int group)
        {
            if (sizes[group] > 1)
                return y;
            var (type, device) = (y.dtype, y.device);
            y.Dispose();
            return empty(0, type, device);
        }
        return branches with { Values = [.. branches.Values.Select(Kept)] };
    }

    /// <summary>Gradients in relu(x), in p of <see cref="Terms"/> and in <see cref="Weights"/>.</summary>
    /// <param name="gradients">Of the candidates' targets, in the order of <see cref="Targets"/>.</param>
    /// <param name="active">relu(x).</param>
    /// <param name="weights"><see cref="Weights"/>.</param>
    /// <param name="branches">What <see cref="Convolve"/> gave.</param>
    /// <param name="q">Operation weights of all merged candidates of the node.</param>
    /// <param name="ofWeights">Whether the gradients of the weights are asked for.</param>
    public (Tensor Active, Tensor P, Tensor[] Weights) Backward(
        Tensor[] gradients, Tensor active, Tensor[] weights, NormalizedBranches branches, Tensor q, bool ofWeights)
    {
        Tensor[] all = MergedKernels.ConvolutionsBackward(
            gradients, active, weights, branches, q, first, stride, paddings, epsilon, ofWeights);
        return (all[0], all[1], all[2..]);
    }
}
