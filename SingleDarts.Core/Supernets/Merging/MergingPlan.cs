using SingleDarts.Core.Kernels;
using SingleDarts.Core.Operations;
using SingleDarts.Core.Spaces;
using static TorchSharp.torch;

namespace SingleDarts.Core.Supernets;

/// <summary>What of a cell is computed together, for one choice of candidates and one set of edges that stand alone.</summary>
internal sealed class MergingPlan
{
    private readonly bool[,]? computed;
    private readonly bool[] watched;
    private readonly Type? kernelType;

    /// <summary>Plans a cell.</summary>
    /// <param name="kind">The kind of cell.</param>
    /// <param name="edges">The mixtures of its edges.</param>
    /// <param name="weights">Say which candidates are computed.</param>
    /// <param name="watched">Which edges have hooks, so that they are computed by their <see cref="MixedOp"/>.</param>
    /// <param name="convolutionType">Floating type of the convolutions; that of the nodes if <see langword="null"/>.</param>
    /// <param name="input">An input node.</param>
    public MergingPlan(
        CellSpecification kind, IReadOnlyList<MixedOp> edges, MixingWeights weights, bool[] watched, ScalarType? convolutionType,
        Tensor input)
    {
        this.watched = watched;
        IImageKernels? kernels = OwnKernels.For(input);
        kernelType = kernels?.GetType();
        computed = weights.Computed;
        CellTopology topology = kind.Topology;
        int[] columns = [.. Enumerable.Range(0, kind.Operations.Count)];
        Candidate[] all = [..
            from edge in topology.Edges
            from k in columns
            where edges[edge.Index].Computes(k) && weights.Computes(edge.Index, k)
            select new Candidate(edge, k, edges[edge.Index][k])];
        bool[] partial = [.. edges.Select((edge, e) => kernels is not null && !watched[e] && edge.Partial is { Stride: 1 } &&
            all.Any(c => c.Edge.Index == e && c.Module is not TorchSharp.Modules.Identity) &&
            all.All(c => c.Edge.Index != e || NodeMixture.Fits(c.Module)))];
        bool[] alone = [.. edges.Select((edge, e) => watched[e] || (edge.IsDecorated && !partial[e]))];
        Candidate[] behind = [.. all.Where(c => partial[c.Edge.Index])];
        int[] sources = [.. Enumerable.Range(0, topology.Nodes - 1)];
        int[] mixed = kernels is not null ? [.. sources.Where(source => all.Any(c => c.Edge.Source == source && !alone[c.Edge.Index] &&
            !partial[c.Edge.Index] && c.Module is not TorchSharp.Modules.Identity && NodeMixture.Fits(c.Module)))] : [];
        Candidate[] blended = [.. all.Where(c =>
            !alone[c.Edge.Index] && !partial[c.Edge.Index] && mixed.Contains(c.Edge.Source) && NodeMixture.Fits(c.Module))];
        Candidate[] fanned = [.. all.Except(behind).Except(blended).Where(c => !alone[c.Edge.Index] && FanOut.Fits(c.Module))];
        Candidate[] pooled = [.. all.Except(behind).Except(blended).Where(c => !alone[c.Edge.Index] && IsShared(c.Module))];
        Candidate[] others = [.. all.Except(behind).Except(blended).Except(fanned).Except(pooled)];
        MergedTerm[] Terms(Candidate[] of, int source) => [.. of.Where(c => c.Edge.Source == source)
            .Select(c => new MergedTerm(c.Edge.Index, c.Column, c.Edge.Target, c.Module))];
        HasPartial = behind.Length > 0;
        IMergedComputation? Partial(int source, int k)
        {
            MergedTerm[] terms = Terms([.. behind.Where(c => edges[c.Edge.Index].Partial!.K == k)], source);
            return NodeMixture.Of(input, terms, columns.Length) is not { } mixture ? null : new PartialMixture(kernels!, mixture, k, [..
                mixture.Targets.Select(target => topology.Edges.Count * columns.Length + terms.First(t => t.Target == target).Row)]);
        }
        int[] divisors = [.. behind.Select(c => edges[c.Edge.Index].Partial!.K).Distinct()];
        Parts = [.. sources.Select(source => (IMergedComputation?[])
        [
            .. divisors.Select(k => Partial(source, k)),
            NodeMixture.Of(input, Terms(blended, source), columns.Length),
            Terms(fanned, source) is { Length: > 0 } own ? new FanOut(own, columns.Length, convolutionType) : null,
        ]).Select(parts => parts.OfType<IMergedComputation>().ToArray())];
        Poolings = [.. sources.Select(source => pooled.Where(c => c.Edge.Source == source).GroupBy(c => c.Column)
            .Select(same => new SharedPooling(same.First().Module, same.Key, [.. same.Select(c => c.Edge)])).ToArray())];
        Others = [.. sources.Select(source => topology.Edges
            .Where(edge => edge.Source == source && (alone[edge.Index] || others.Any(c => c.Edge == edge) ||
                all.All(c => c.Edge.Target != edge.Target)))
            .Select(edge => new OtherEdge(
                edge, [.. columns.Select(k => others.Any(c => c.Edge == edge && c.Column == k))], alone[edge.Index]))
            .ToArray())];
        if (pooled.Length == 0 && Others.All(edges => edges.Length == 0) &&
            (topology.Output == CellOutput.LastNode || topology.OutputMultiplier == topology.ComputedNodes))
            Whole = new MergedCell(topology, Parts);
    }

    /// <summary>Whether there are <see cref="PartialMixture"/>s.</summary>
    public bool HasPartial { get; }

    /// <summary>For each node but the last, what can be merged of the candidates that leave it.</summary>
    public IMergedComputation[][] Parts { get; }

    /// <summary>For each node but the last, the poolings of <see cref="PoolingBatchNorm"/> that several edges have in common.</summary>
    public SharedPooling[][] Poolings { get; }

    /// <summary>
    /// For each node but the last, the edges with candidates that stand alone, with hooks, or into nodes that get nothing.
    /// </summary>
    public OtherEdge[][] Others { get; }

    /// <summary>The whole cell, if everything can be merged and every node gets something.</summary>
    public MergedCell? Whole { get; }

    /// <summary>Whether merged execution does not call a candidate's module, or not for every edge.</summary>
    /// <param name="candidate">The module.</param>
    public static bool Bypasses(nn.Module<Tensor, Tensor> candidate) => FanOut.Fits(candidate) || IsShared(candidate) ||
        NodeMixture.IsKind(candidate);

    /// <summary>Whether the plan is that of these weights and hooks.</summary>
    /// <param name="weights">Say which candidates are computed.</param>
    /// <param name="watched">Which edges have hooks.</param>
    /// <param name="input">An input node.</param>
    public bool Fits(MixingWeights weights, bool[] watched, Tensor input) => this.watched.SequenceEqual(watched) &&
        kernelType == OwnKernels.For(input)?.GetType() && (weights.Computed is null
        ? computed is null
        : computed is not null && computed.Cast<bool>().SequenceEqual(weights.Computed.Cast<bool>()));

    /// <summary>What the parts are given as p: the operation weights, behind them the factors of edges if a part needs them.</summary>
    /// <param name="weights">How the cell mixes its candidates.</param>
    public Tensor WeightsOfParts(MixingWeights weights) => !HasPartial ? weights.Scaled : cat([
        weights.Scaled.reshape(-1), weights.EdgeFactors ?? ones([weights.P.shape[0]], weights.P.dtype)]);

    /// <summary>Pooling has no weights, so that one serves all edges that leave a node.</summary>
    private static bool IsShared(nn.Module<Tensor, Tensor> candidate) => candidate is PoolingBatchNorm { HasRunningStatistics: false };

    private sealed record Candidate(CellEdge Edge, int Column, nn.Module<Tensor, Tensor> Module);

    /// <param name="Module">One edge's module, which is called.</param>
    /// <param name="Column">Column of p.</param>
    /// <param name="Edges">The edges that have the pooling.</param>
    internal sealed record SharedPooling(nn.Module<Tensor, Tensor> Module, int Column, IReadOnlyList<CellEdge> Edges);

    /// <param name="Edge">The edge.</param>
    /// <param name="Computed">Which of its candidates its <see cref="MixedOp"/> computes.</param>
    /// <param name="IsAlone">Whether the edge has a hook or decorator.</param>
    internal sealed record OtherEdge(CellEdge Edge, bool[] Computed, bool IsAlone);
}
