using SingleDarts.Core.Kernels;
using SingleDarts.Core.Runtime;
using SingleDarts.Core.Spaces;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace SingleDarts.Core.Supernets;

/// <summary>A cell whose candidates can all be merged: one step of autograd.</summary>
/// <param name="topology">The cell's nodes and edges.</param>
/// <param name="parts">What leaves every node but the last.</param>
internal sealed class MergedCell(CellTopology topology, IReadOnlyList<IMergedComputation[]> parts) : IMergedComputation
{
    /// <inheritdoc/>
    public int[] Targets => [];

    /// <inheritdoc/>
    public IReadOnlyList<Parameter> Weights { get; } = [.. parts.SelectMany(ofNode => ofNode).SelectMany(part => part.Weights)];

    /// <inheritdoc/>
    public (Tensor[] Outputs, Kept[] Kept) Forward(Tensor[] inputs, Tensor p, Tensor[] weights, bool isAgain)
    {
        var nodes = new Tensor?[topology.Nodes];
        inputs.CopyTo(nodes, 0);
        var kept = new Kept[topology.Nodes - 1];
        int next = 0;
        for (int source = 0; source < kept.Length; source++)
        {
            Tensor x = nodes[source]!;
            var ofParts = new List<Kept[]>();
            foreach (IMergedComputation part in parts[source])
            {
                var (terms, own) = part.Forward([x], p, weights[next..(next += part.Weights.Count)], isAgain);
                foreach (var (target, term) in part.Targets.Zip(terms))
                    nodes[target] = nodes[target]?.Plus_(term) ?? term;
                ofParts.Add(own);
            }
            kept[source] = new KeptSource(source < inputs.Length ? null : x, ofParts);
        }
        return ([topology.Output == CellOutput.LastNode ? nodes[^1]! : cat([.. nodes[topology.Inputs..].Select(n => n!)], 1)], kept);
    }

    /// <inheritdoc/>
    public (Tensor[] Inputs, Tensor P, Tensor[] Weights) Backward(
        Tensor[] gradients, Tensor[] inputs, Tensor p, Tensor[] weights, Kept[] kept, bool ofWeights)
    {
        Tensor?[] ofNodes = topology.Output == CellOutput.LastNode
            ? [.. kept.Select(_ => (Tensor?)null), gradients[0]]
            : [.. inputs.Select(_ => (Tensor?)null), .. gradients[0].chunk(topology.ComputedNodes, 1).Select(Dense)];
        var dw = new Tensor[ofWeights ? weights.Length : 0];
        Tensor? dp = null;
        int next = weights.Length;
        for (int source = kept.Length - 1; source >= 0; source--)
        {
            var node = (KeptSource)kept[source];
            Tensor x = node.Node ?? inputs[source];
            for (int i = parts[source].Length - 1; i >= 0; i--)
            {
                using var scope = NewDisposeScope();
                IMergedComputation part = parts[source][i];
                int first = next - part.Weights.Count;
                var (dx, share, ofPart) = part.Backward(
                    [.. part.Targets.Select(target => ofNodes[target]!)], [x], p, weights[first..next], node.Parts[i], ofWeights);
                ofNodes[source] = (ofNodes[source] is { } other ? dx[0].Plus_(other) : dx[0]).MoveToOuterDisposeScope();
                dp = (dp is null ? share : share.Plus_(dp)).MoveToOuterDisposeScope();
                for (int w = 0; w < ofPart.Length; w++)
                    dw[first + w] = ofPart[w].MoveToOuterDisposeScope();
                next = first;
            }
            ofNodes[source] ??= zeros_like(x);
            node.Release();
        }
        return ([.. ofNodes.Take(inputs.Length).Select(gradient => gradient!)], dp!, dw);
    }

    private static Tensor Dense(Tensor part) => part.dim() == 4 ? NativeKernels.ChannelsLast(part) : part;

    /// <summary>What is kept of a node.</summary>
    /// <param name="node">Its value; null for an input node, which others keep.</param>
    /// <param name="parts">What is kept of each part that leaves it.</param>
    private sealed class KeptSource(Tensor? node, IReadOnlyList<Kept[]> parts) : Kept
    {
        public Tensor? Node => node;

        public IReadOnlyList<Kept[]> Parts => parts;

        public override IEnumerable<Tensor> Tensors =>
            (node is null ? [] : new[] { node }).Concat(parts.SelectMany(part => part).SelectMany(part => part.Tensors));

        public override void Forget()
        {
            foreach (Kept part in parts.SelectMany(part => part))
                part.Forget();
        }
    }
}
