using SingleDarts.Core.Kernels;
using SingleDarts.Core.Runtime;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace SingleDarts.Core.Operations;

/// <summary>
/// What leaves a node x of a cell, for each target j c_j = Σ_k p_{jk} o_k(x) over <see cref="DepthwiseChain"/>s, poolings and
/// identities, by <see cref="IImageKernels"/>. p is taken into the last normalisation, so that products with p are never stored, and a
/// pooling is computed once for all targets.
/// </summary>
internal sealed class NodeMixture : IMergedComputation
{
    private readonly IImageKernels kernels;
    private readonly (int P, int Target, DepthwiseChain Chain)[] chains;
    private readonly (PoolingBatchNorm Pooling, (int P, int Target)[] Uses)[] poolings;
    private readonly (int P, int Target)[] identities;

    private NodeMixture(IImageKernels kernels, IReadOnlyList<MergedTerm> terms, int operations)
    {
        this.kernels = kernels;
        Targets = [.. terms.Select(term => term.Target).Distinct().Order()];
        (int, int) Use(MergedTerm term) => (term.Row * operations + term.Column, Array.IndexOf(Targets, term.Target));
        chains = [.. from term in terms
                     let chain = DepthwiseChain.Of(term.Module)
                     where chain is not null
                     let use = Use(term)
                     select (use.Item1, use.Item2, chain)];
        poolings = [.. terms.Where(term => term.Module is PoolingBatchNorm).GroupBy(term => ((PoolingBatchNorm)term.Module).Key)
            .Select(same => ((PoolingBatchNorm)same.First().Module, same.Select(Use).ToArray()))];
        identities = [.. terms.Where(term => term.Module is Identity).Select(Use)];
        Weights = [.. chains.SelectMany(chain => chain.Chain.Weights)];
    }

    /// <summary>The nodes that get something.</summary>
    public int[] Targets { get; }

    /// <inheritdoc/>
    public IReadOnlyList<Parameter> Weights { get; }

    /// <summary>The mixture of some candidates.</summary>
    /// <param name="x">An input like those to come.</param>
    /// <param name="terms">Candidates that <see cref="Fits"/>.</param>
    /// <param name="operations">Columns of p.</param>
    /// <returns>Null if there are no kernels for the input, or nothing but identities.</returns>
    public static NodeMixture? Of(Tensor x, IReadOnlyList<MergedTerm> terms, int operations) =>
        terms.Any(term => term.Module is not Identity) && OwnKernels.For(x) is { } kernels
            ? new NodeMixture(kernels, terms, operations) : null;

    /// <summary>Whether a module can be a term of a cell: nobody waits for it to be called, and its normalisations use the statistics of
    /// the batch.</summary>
    /// <param name="module">The module.</param>
    public static bool Fits(nn.Module<Tensor, Tensor> module) => !ForwardHooks.Any(module) && IsKind(module) && (module is Identity ||
        module is PoolingBatchNorm { HasRunningStatistics: false, IsWatched: false } || DepthwiseChain.Of(module) is not null);

    /// <summary>Whether a module is of a kind that can be a term, watched or not.</summary>
    /// <param name="module">The module.</param>
    public static bool IsKind(nn.Module<Tensor, Tensor> module) =>
        module is Identity or PoolingBatchNorm or DepthwiseBlock or SeparableConvolution;

    /// <inheritdoc/>
    public (Tensor[] Outputs, Kept[] Kept) Forward(Tensor[] inputs, Tensor p, Tensor[] weights, bool isAgain)
    {
        Images x = Images.Of(inputs[0]);
        double[] mixing = Host.Doubles(p);
        Kept[] kept = [
            .. Split(weights).Select((own, k) => chains[k].Chain.Forward(kernels, x, own, tracks: !isAgain)),
            .. poolings.Select(pooling => Pool(x, pooling.Pooling))];
        Images dense = identities.Length == 0 ? x : x.Dense();
        return ([.. Targets.Select((_, slot) => Sum(slot, dense, mixing, kept).Tensor)], kept);
    }

    /// <inheritdoc/>
    public (Tensor[] Inputs, Tensor P, Tensor[] Weights) Backward(
        Tensor[] gradients, Tensor[] inputs, Tensor p, Tensor[] weights, Kept[] kept, bool ofWeights)
    {
        Images x = Images.Of(inputs[0]);
        Images[] g = [.. gradients.Select(Images.DenseOf)];
        double[] mixing = Host.Doubles(p), shares = new double[mixing.Length];
        var dw = new List<Tensor>();
        Images? dx = null;
        foreach (var (own, k) in Split(weights).Select((own, k) => (own, k)))
        {
            var (place, target, chain) = chains[k];
            var part = (KeptChain)kept[k];
            if (part.Values is null)
                part = chain.Forward(kernels, x, own, tracks: false);
            (dx, shares[place], IEnumerable<Tensor> ofOwn) = chain.Backward(
                kernels, x, own, part, g[target], mixing[place], dx, ofWeights);
            dw.AddRange(ofOwn);
            part.Release();
        }
        if (identities.Length > 0)
            dx = Identities(x.Dense(), g, mixing, shares, dx);
        for (int i = 0; i < poolings.Length; i++)
        {
            var part = (KeptChain)kept[chains.Length + i];
            if (part.Values is null)
                part = Pool(x, poolings[i].Pooling);
            dx ??= Zeros(x);
            Poolings(i, part, x, g, mixing, shares, dx);
            part.Release();
        }
        using Tensor all = from_array(shares);
        return ([dx!.Tensor], all.to(p.dtype, copy: true).view(p.shape), [.. dw]);
    }

    private Images Sum(int slot, Images x, double[] mixing, Kept[] kept)
    {
        var terms = new List<(Images Value, double P, AffineMap Map)>();
        for (int k = 0; k < chains.Length; k++)
            if (chains[k].Target == slot)
                Add((KeptChain)kept[k], chains[k].P);
        for (int i = 0; i < poolings.Length; i++)
            foreach (var (place, _) in poolings[i].Uses.Where(use => use.Target == slot))
                Add((KeptChain)kept[chains.Length + i], place);
        foreach (var (place, _) in identities.Where(use => use.Target == slot))
            terms.Add((x, mixing[place], AffineMap.Identity(x.Channels)));
        var shift = new double[terms[0].Map.Shift.Length];
        foreach (var (_, factor, map) in terms)
            for (int c = 0; c < shift.Length; c++)
                shift[c] += factor * map.Shift[c];
        return kernels.Sum(
            [.. terms.Select(term => term.Value)],
            [.. terms.Select(term => Array.ConvertAll(term.Map.Scale, a => term.P * a))], shift);

        void Add(KeptChain part, int place) => terms.Add((part.Values![^1], mixing[place], part.Normalizations[^1].Affine));
    }

    private Images Identities(Images x, Images[] g, double[] mixing, double[] shares, Images? into)
    {
        var none = new double[x.Channels];
        foreach (var (place, target) in identities)
            shares[place] = kernels.Products(g[target], x, none).Product.Sum();
        return kernels.Sum(
            [.. identities.Select(use => g[use.Target])],
            [.. identities.Select(use => Array.ConvertAll(none, _ => mixing[use.P]))], none, into);
    }

    private void Poolings(int index, KeptChain kept, Images x, Images[] g, double[] mixing, double[] shares, Images into)
    {
        var (pooling, uses) = poolings[index];
        BlockNormalization normalization = kept.Normalizations[0];
        Images y = kept.Values![0];
        var (gradient, product) = (new double[normalization.Mean.Length], new double[normalization.Mean.Length]);
        foreach (var (place, target) in uses)
        {
            var sums = kernels.Products(g[target], y, normalization.Mean);
            shares[place] = normalization.ShareOfP(sums);
            for (int c = 0; c < gradient.Length; c++)
            {
                gradient[c] += mixing[place] * sums.Gradient[c];
                product[c] += mixing[place] * sums.Product[c];
            }
        }
        double[][] backward = normalization.Backward((gradient, product), 1, (long)y.Count * y.Pixels);
        double[][] scales = [.. uses.Select(use => Array.ConvertAll(backward[0], each => each * mixing[use.P])), backward[1]];
        double[] shift = [.. backward[3].Select((r, c) => r - backward[1][c] * normalization.Mean[c])];
        Images dy = kernels.Sum([.. uses.Select(use => g[use.Target]), y], scales, shift);
        kernels.PoolBackward(x, pooling.IsMaximum, pooling.Stride, dy, into);
        dy.Tensor.Dispose();
    }

    private KeptChain Pool(Images x, PoolingBatchNorm pooling)
    {
        var (y, mean, variance) = kernels.Pool(x, pooling.IsMaximum, pooling.Stride);
        return new KeptChain([y], [pooling.Normalization is { } normalization
            ? BlockNormalization.Of(normalization, [], mean, variance)
            : BlockNormalization.None(mean.Length)]);
    }

    private static Images Zeros(Images x)
    {
        Images zeros = Images.New(x, x.Channels, x.Height, x.Width);
        zeros.Tensor.zero_();
        return zeros;
    }

    private IEnumerable<Tensor[]> Split(Tensor[] weights)
    {
        int next = 0;
        foreach (var (_, _, chain) in chains)
            yield return weights[next..(next += chain.Weights.Length)];
    }
}
