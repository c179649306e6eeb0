using SingleDarts.Core.Kernels;
using SingleDarts.Core.Operations;
using SingleDarts.Core.Runtime;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace SingleDarts.Core.Supernets;

/// <summary>
/// Everything mergeable that leaves a node x of a cell. For each target j it is c_j = Σ_k p_{jk} o_k(x) over convolutions, identities and
/// average poolings, with one ReLU, one convolution for each kernel size and one pooling for all targets.
/// </summary>
internal sealed class FanOut : IMergedComputation
{
    private readonly IReadOnlyList<ConvolutionBlock> blocks;
    private readonly LinearMap[] maps;
    private readonly int[] targets;
    private readonly int linearFirst, identity;
    private readonly ScalarType? convolutionType;
    private readonly Tensor blockPlan, linearPlan, hostPlaces;
    private Tensor places;

    /// <summary>Groups the candidates of a node.</summary>
    /// <param name="terms">Candidates for which <see cref="Fits"/> holds.</param>
    /// <param name="operations">Columns of α.</param>
    /// <param name="convolutionType">Floating type of the convolutions; that of the node if <see langword="null"/>.</param>
    public FanOut(IReadOnlyList<MergedTerm> terms, int operations, ScalarType? convolutionType)
    {
        this.convolutionType = convolutionType;
        targets = [.. terms.Select(term => term.Target).Distinct().Order()];
        blocks = ConvolutionBlock.Of(terms.Where(term => ConvolutionBlock.Fits(term.Module)));
        MergedTerm[] linear = [.. terms.Where(term => LinearMap.Fits(term.Module))];
        List<string> keys = [.. linear.Select(term => LinearMap.Key(term.Module)).Distinct()];
        maps = [.. keys.Select(key => LinearMap.Of(linear.First(term => LinearMap.Key(term.Module) == key).Module))];
        identity = Array.FindIndex(maps, map => map.Pooling is null);
        Weights = [.. blocks.SelectMany(block => block.Weights)];
        linearFirst = Weights.Count;
        blockPlan = Plan([.. blocks.SelectMany((block, b) => block.Targets.SelectMany((target, i) => new[] { Slot(target), b, i }))]);
        linearPlan = Plan([.. linear.SelectMany(term => new[] { Slot(term.Target), keys.IndexOf(LinearMap.Key(term.Module)) })]);
        places = hostPlaces = Plan(
            [.. blocks.SelectMany(block => block.Terms).Concat(linear).Select(term => term.Row * operations + term.Column)]);
    }

    /// <summary>Nodes that get something, in order.</summary>
    public int[] Targets => targets;

    /// <inheritdoc/>
    public IReadOnlyList<Parameter> Weights { get; }

    /// <summary>Whether a module can be merged with others like it.</summary>
    public static bool Fits(nn.Module module) => ConvolutionBlock.Fits(module) || LinearMap.Fits(module);

    /// <summary>Integers as scripts take them.</summary>
    /// <param name="numbers">Any number.</param>
    public static Tensor Plan(int[] numbers) => tensor(numbers, ScalarType.Int64).DetachFromDisposeScope();

    /// <summary>The convolutions of a node with their statistics.</summary>
    /// <param name="x">The node, [N, C, H, W].</param>
    /// <param name="weights"><see cref="Weights"/>.</param>
    public NormalizedBranches[] Convolve(Tensor x, Tensor[] weights)
    {
        if (blocks.Count == 0)
            return [];
        using Tensor active = Activate(x);
        return ConvolveActive(active, weights);
    }

    /// <summary>c_j for every target.</summary>
    /// <param name="x">The node.</param>
    /// <param name="p">Operation weights, [edges, operations].</param>
    /// <param name="branches">What <see cref="Convolve"/> gave.</param>
    public Tensor[] Mix(Tensor x, Tensor p, NormalizedBranches[] branches)
    {
        Tensor q = WeightsOf(p);
        Tensor[] sums = [.. blocks.Select((block, b) => block.Mix(branches[b], q))];
        Tensor[] linear = [.. maps.Select(map => map.Forward(x))];
        long channels = sums.Length > 0 ? sums[0].shape[1] / blocks[0].Targets.Count : linear[0].shape[1];
        return MergedKernels.Spread(sums, blockPlan, linear, linearPlan, q, linearFirst, (int)channels, targets.Length);
    }

    /// <summary>Gradients of Σ_j ⟨c_j, g_j⟩ in x, p and the weights.</summary>
    /// <param name="gradients">g_j for every target.</param>
    /// <param name="x">The node.</param>
    /// <param name="p">Operation weights, [edges, operations].</param>
    /// <param name="weights"><see cref="Weights"/>.</param>
    /// <param name="branches">What <see cref="Convolve"/> gave, or <see langword="null"/> to compute it again.</param>
    /// <param name="ofWeights">Whether the gradients of the weights are asked for.</param>
    public (Tensor X, Tensor P, Tensor[] Weights) Backward(
        Tensor[] gradients, Tensor x, Tensor p, Tensor[] weights, NormalizedBranches[]? branches, bool ofWeights)
    {
        Tensor q = WeightsOf(p);
        var (shares, weightGradients) = (new List<Tensor>(), new List<Tensor>());
        Tensor? dx = null;
        if (blocks.Count > 0)
        {
            Tensor active = Activate(x);
            branches ??= ConvolveActive(active, weights);
            for (int b = 0; b < blocks.Count; b++)
            {
                var (back, share, ofBlock) = blocks[b].Backward(
                    [.. blocks[b].Targets.Select(target => gradients[Slot(target)])], active, weights[WeightsOf(b)],
                    branches[b], q, ofWeights);
                dx = dx?.Plus_(back) ?? back;
                shares.Add(share);
                weightGradients.AddRange(ofBlock);
            }
            dx = MergedKernels.ReluBackward_(dx!.to(x.dtype), x);
        }
        if (maps.Length > 0)
        {
            Tensor[] all = MergedKernels.LinearBackward(
                gradients, [.. maps.Select(map => map.Forward(x))], linearPlan, q, linearFirst, dx, identity);
            shares.Add(all[0]);
            for (int map = 0; map < maps.Length; map++)
                if (map == identity)
                    dx = all[1 + map];
            for (int map = 0; map < maps.Length; map++)
                if (map != identity && maps[map].Backward(all[1 + map], x) is var back)
                    dx = dx?.Plus_(back) ?? back;
        }
        return (dx!, MergedKernels.Scatter([.. shares], places, p), [.. weightGradients]);
    }

    (Tensor[] Outputs, Kept[] Kept) IMergedComputation.Forward(Tensor[] inputs, Tensor p, Tensor[] weights, bool isAgain)
    {
        NormalizedBranches[] branches = Convolve(inputs[0], weights);
        Tensor[] outputs = Mix(inputs[0], p, branches);
        return (outputs, [new KeptBranches([.. branches.Select((ofBlock, b) => blocks[b].Keep(ofBlock))])]);
    }

    (Tensor[] Inputs, Tensor P, Tensor[] Weights) IMergedComputation.Backward(
        Tensor[] gradients, Tensor[] inputs, Tensor p, Tensor[] weights, Kept[] kept, bool ofWeights)
    {
        var (dx, dp, dw) = Backward(gradients, inputs[0], p, weights, ((KeptBranches)kept[0]).Branches, ofWeights);
        kept[0].Release();
        return ([dx], dp, dw);
    }

    private Tensor Activate(Tensor x) => convolutionType is { } type ? x.relu().to(type) : x.relu();

    private NormalizedBranches[] ConvolveActive(Tensor active, Tensor[] weights) =>
        [.. blocks.Select((block, b) => block.Convolve(active, weights[WeightsOf(b)]))];

    private Range WeightsOf(int block)
    {
        int start = blocks.Take(block).Sum(b => b.Weights.Count);
        return start..(start + blocks[block].Weights.Count);
    }

    private int Slot(int target) => Array.IndexOf(targets, target);

    private Tensor WeightsOf(Tensor p)
    {
        if (places.device_type != p.device_type || places.device_index != p.device_index)
            places = Host.Send(hostPlaces, p.device).DetachFromDisposeScope();
        return MergedKernels.Gather(p, places);
    }
}
