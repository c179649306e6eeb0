using SingleDarts.Core.Runtime;
using SingleDarts.Core.Spaces;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace SingleDarts.Core.Supernets;

/// <summary>A cell whose candidates can all be merged: one <see cref="FanOut"/> for each node.</summary>
/// <param name="topology">The cell's nodes and edges.</param>
/// <param name="fanOuts">Of every node but the last, or <see langword="null"/> where nothing leaves a node.</param>
internal sealed class MergedCell(CellTopology topology, IReadOnlyList<FanOut?> fanOuts) : IMergedComputation
{
    private readonly int[] starts = [.. fanOuts.Select((_, source) => fanOuts.Take(source).Sum(f => f?.Weights.Count ?? 0))];

    /// <inheritdoc/>
    public IReadOnlyList<Parameter> Weights { get; } = [.. fanOuts.SelectMany(fanOut => fanOut?.Weights ?? [])];

    /// <inheritdoc/>
    public (Tensor[] Outputs, KeptNode[] Kept) Forward(Tensor[] inputs, Tensor p, Tensor[] weights)
    {
        var nodes = new Tensor?[topology.Nodes];
        inputs.CopyTo(nodes, 0);
        var kept = new KeptNode[topology.Nodes - 1];
        for (int source = 0; source < kept.Length; source++)
        {
            Tensor x = nodes[source]!;
            NormalizedBranches[]? branches = null;
            if (fanOuts[source] is { } fanOut)
            {
                branches = fanOut.Convolve(x, weights[Part(source)]);
                foreach (var (target, term) in fanOut.Targets.Zip(fanOut.Mix(x, p, branches)))
                    nodes[target] = nodes[target]?.Plus_(term) ?? term;
            }
            kept[source] = new KeptNode(source < inputs.Length ? null : x, branches);
        }
        return ([topology.Output == CellOutput.LastNode ? nodes[^1]! : cat([.. nodes[topology.Inputs..].Select(n => n!)], 1)], kept);
    }

    /// <inheritdoc/>
    public (Tensor[] Inputs, Tensor P, Tensor[] Weights) Backward(
        Tensor[] gradients, Tensor[] inputs, Tensor p, Tensor[] weights, KeptNode[] kept)
    {
        Tensor?[] ofNodes = topology.Output == CellOutput.LastNode
            ? [.. kept.Select(_ => (Tensor?)null), gradients[0]]
            : [.. inputs.Select(_ => (Tensor?)null), .. gradients[0].chunk(topology.ComputedNodes, 1)];
        var dw = new Tensor[weights.Length];
        Tensor? dp = null;
        for (int source = kept.Length - 1; source >= 0; source--)
        {
            Tensor x = kept[source].Node ?? inputs[source];
            if (fanOuts[source] is { } fanOut)
            {
                using var scope = NewDisposeScope();
                var (dx, share, ofWeights) = fanOut.Backward(
                    [.. fanOut.Targets.Select(target => ofNodes[target]!)], x, p, weights[Part(source)],
                    kept[source].Branches);
                ofNodes[source] = (ofNodes[source] is { } other ? dx.Plus_(other) : dx).MoveToOuterDisposeScope();
                dp = (dp is null ? share : share.Plus_(dp)).MoveToOuterDisposeScope();
                for (int i = 0; i < ofWeights.Length; i++)
                    dw[starts[source] + i] = ofWeights[i].MoveToOuterDisposeScope();
            }
            ofNodes[source] ??= zeros_like(x);
            kept[source].Release();
        }
        return ([.. ofNodes.Take(inputs.Length).Select(gradient => gradient!)], dp!, dw);
    }

    private Range Part(int source) => starts[source]..(starts[source] + (fanOuts[source]?.Weights.Count ?? 0));
}
