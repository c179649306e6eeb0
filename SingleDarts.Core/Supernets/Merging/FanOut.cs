using TorchSharp;
using SingleDarts.Core.Operations;
using SingleDarts.Core.Runtime;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace SingleDarts.Core.Supernets;

/// <summary>
/// Everything mergeable that leaves a node x of a cell. For each target j it is c_j = Σ_k p_{jk} o_k(x) over convolutions, identities and
/// average poolings, with one ReLU, one convolution for each kernel size and one pooling for all targets.
/// </summary>
internal sealed class FanOut
{
    private static readonly Scalar One = 1;
    private readonly ConvolutionGroup[] convolutions;
    private readonly LinearGroup[] linear;
    private readonly int[] targets;

    /// <summary>Groups the candidates of a node.</summary>
    /// <param name="terms">Candidates for which <see cref="Fits"/> holds.</param>
    public FanOut(IReadOnlyList<MergedTerm> terms)
    {
        Terms = terms;
        targets = [.. terms.Select(term => term.Target).Distinct().Order()];
        convolutions = [.. terms.Where(term => term.Module is ReluConvBatchNorm)
            .GroupBy(term => ((ReluConvBatchNorm)term.Module).KernelSize, (_, group) => new ConvolutionGroup([.. group]))];
        linear = [.. LinearGroup.Of(terms.Where(term => term.Module is not ReluConvBatchNorm))];
        Weights = [.. convolutions.SelectMany(group => group.Weights)];
    }

    /// <summary>The candidates.</summary>
    public IReadOnlyList<MergedTerm> Terms { get; }

    /// <summary>Nodes that get something, in order.</summary>
    public IReadOnlyList<int> Targets => targets;

    /// <summary>Weights of all convolutions.</summary>
    public IReadOnlyList<Parameter> Weights { get; }

    /// <summary>Whether a module can be merged with others like it.</summary>
    public static bool Fits(nn.Module module) => ConvolutionGroup.Fits(module) || LinearGroup.Fits(module);

    /// <summary>The convolutions of a node with their statistics.</summary>
    /// <param name="x">The node, [N, C, H, W].</param>
    /// <param name="weights"><see cref="Weights"/>.</param>
    public NormalizedBranch[] Convolve(Tensor x, IReadOnlyList<Tensor> weights)
    {
        if (convolutions.Length == 0)
            return [];
        using Tensor active = x.relu();
        return [.. Groups(weights).Select(g => g.Group.Forward(active, g.Weight))];
    }

    /// <summary>c_j for every target.</summary>
    /// <param name="x">The node.</param>
    /// <param name="p">Operation weights, [edges, operations].</param>
    /// <param name="branches">What <see cref="Convolve"/> gave.</param>
    public Tensor[] Mix(Tensor x, Tensor p, NormalizedBranch[] branches)
    {
        var products = Targets.Select(_ => new List<(Tensor Value, Tensor Factor)>()).ToArray();
        var shifts = new Tensor?[Targets.Count];
        foreach (LinearGroup group in linear)
        {
            Tensor value = group.Forward(x);
            foreach (MergedTerm term in group.Terms)
                products[Output(term)].Add((value, Weight(p, term).to(x.dtype)));
        }
        for (int g = 0; g < branches.Length; g++)
        {
            var (scale, shift) = ConvolutionGroup.Scaling(branches[g], WeightsOf(p, convolutions[g]));
            (scale, shift) = (scale.to(x.dtype), shift.to(x.dtype));
            for (int i = 0; i < convolutions[g].Terms.Count; i++)
            {
                int output = Output(convolutions[g].Terms[i]);
                products[output].Add((Slice(branches[g].Values, i, shift.shape[1]), scale.select(0, i).view(-1, 1, 1)));
                shifts[output] = shifts[output] is { } other ? other + shift.select(0, i) : shift.select(0, i);
            }
        }
        return [.. products.Select((product, output) => Sum(product, shifts[output]))];
    }

    /// <summary>Gradients of Σ_j ⟨c_j, g_j⟩ in x, p and the weights.</summary>
    /// <param name="gradients">g_j for every target.</param>
    /// <param name="x">The node.</param>
    /// <param name="p">Operation weights, [edges, operations].</param>
    /// <param name="weights"><see cref="Weights"/>.</param>
    /// <param name="branches">What <see cref="Convolve"/> gave.</param>
    public (Tensor X, Tensor P, Tensor[] Weights) Backward(
        IReadOnlyList<Tensor> gradients, Tensor x, Tensor p, IReadOnlyList<Tensor> weights, NormalizedBranch[] branches)
    {
        if (branches.Length == 0)
            branches = Convolve(x, weights);
        var weightGradients = new List<Tensor>();
        var shares = new Tensor?[p.numel()];
        Tensor? dx = null;
        using (Tensor? active = convolutions.Length > 0 ? x.relu() : null)
        {
            foreach (var (group, weight, g) in Groups(weights))
            {
                using var scope = NewDisposeScope();
                Tensor side = SideBySide([.. group.Terms.Select(term => gradients[Output(term)])]);
                var (da, dw, dp) = group.Backward(side, active!, weight, branches[g], WeightsOf(p, group));
                side.Dispose();
                long each = dw.shape[0] / group.Terms.Count;
                for (int i = 0; i < group.Terms.Count; i++)
                {
                    weightGradients.Add(dw.narrow(0, i * each, each).MoveToOuterDisposeScope());
                    shares[Index(p, group.Terms[i])] = dp.select(0, i).MoveToOuterDisposeScope();
                }
                dx = dx is null ? da.MoveToOuterDisposeScope() : dx.add_(da).MoveToOuterDisposeScope();
            }
            dx = dx is null ? null : NativeKernels.ReluBackward_(dx, active!);
        }
        foreach (LinearGroup group in linear)
        {
            using var scope = NewDisposeScope();
            Tensor value = group.Forward(x);
            var parts = new List<(Tensor, Tensor)>();
            foreach (MergedTerm term in group.Terms)
            {
                Tensor g = gradients[Output(term)];
                shares[Index(p, term)] = Dot(g, value).to(p.dtype).MoveToOuterDisposeScope();
                parts.Add((g, Weight(p, term).to(x.dtype)));
            }
            if (group.Pooling is null && dx is not null)
            {
                foreach (var (g, factor) in parts)
                    dx.addcmul_(g, factor, One);
                continue;
            }
            Tensor back = group.Backward(Sum(parts, null), x);
            dx = dx is null ? back.MoveToOuterDisposeScope() : dx.add_(back).MoveToOuterDisposeScope();
        }
        using Tensor zero = zeros([], p.dtype, p.device);
        return (dx!, stack([.. shares.Select(share => share ?? zero)]).view_as(p), [.. weightGradients]);
    }

    private int Output(MergedTerm term) => Array.IndexOf(targets, term.Target);

    private IEnumerable<(ConvolutionGroup Group, Tensor Weight, int Index)> Groups(IReadOnlyList<Tensor> weights)
    {
        for (int g = 0, first = 0; g < convolutions.Length; first += convolutions[g++].Terms.Count)
            yield return (convolutions[g], ConvolutionGroup.Merge([.. weights.Skip(first).Take(convolutions[g].Terms.Count)]), g);
    }

    private static int Index(Tensor p, MergedTerm term) => (int)(term.Row * p.shape[1] + term.Column);

    private static Tensor Weight(Tensor p, MergedTerm term) => p.select(0, term.Row).select(0, term.Column);

    private static Tensor WeightsOf(Tensor p, ConvolutionGroup group) => stack([.. group.Terms.Select(term => Weight(p, term))]);

    private static Tensor Slice(Tensor merged, int i, long channels) => merged.narrow(1, i * channels, channels);

    /// <summary>The tensors along the channels; cat itself does not use several threads here.</summary>
    private static Tensor SideBySide(Tensor[] tensors)
    {
        if (tensors.Length == 1)
            return NativeKernels.ChannelsLast(tensors[0]);
        long[] shape = tensors[0].shape;
        Tensor all = empty([shape[0], shape[2], shape[3], tensors.Length * shape[1]], tensors[0].dtype, tensors[0].device).permute(0, 3, 1, 2);
        for (int i = 0; i < tensors.Length; i++)
            Slice(all, i, shape[1]).copy_(tensors[i]);
        return all;
    }

    /// <summary>Σ value · factor + shift, without temporaries.</summary>
    private static Tensor Sum(IReadOnlyList<(Tensor Value, Tensor Factor)> products, Tensor? shift)
    {
        var (first, weight) = products[0];
        Tensor sum = shift is null ? first * weight : shift.view(-1, 1, 1).addcmul(first, weight, One);
        foreach (var (value, factor) in products.Skip(1))
            sum.addcmul_(value, factor, One);
        return sum;
    }

    /// <summary>⟨a, b⟩ with both read in the order of a channels-last memory.</summary>
    private static Tensor Dot(Tensor a, Tensor b)
    {
        Tensor Flat(Tensor t) => (t.dim() == 4 ? t.permute(0, 2, 3, 1) : t).reshape(-1);
        return Flat(a).dot(Flat(b));
    }
}
