using SingleDarts.Core.Kernels;
using SingleDarts.Core.Operations;
using SingleDarts.Core.Runtime;
using SingleDarts.Core.Spaces;
using static TorchSharp.torch;

namespace SingleDarts.Core.Supernets;

/// <summary>
/// Computes a cell as <see cref="CellExecution.Merged"/> says: the same output as the definition in <see cref="SupernetCell"/> up to
/// rounding. An edge with a decorator, with a hook on its mixture, or on a module that would not be called, is computed by its
/// <see cref="MixedOp"/>.
/// </summary>
/// <param name="kind">The kind of cell.</param>
/// <param name="edges">The mixtures of its edges.</param>
/// <param name="convolutionType">Floating type of the convolutions; that of the nodes if <see langword="null"/>.</param>
internal sealed class MergedExecution(
    CellSpecification kind, IReadOnlyList<MixedOp> edges, ScalarType? convolutionType)
{
    private readonly CellTopology topology = kind.Topology;
    private readonly nn.Module<Tensor, Tensor>[][] bypassed = [.. edges.Select(edge => Enumerable.Range(0, edge.Count)
        .Where(k => edge.Computes(k) && MergingPlan.Bypasses(edge[k])).SelectMany(k => edge[k].modules().Prepend(edge[k]))
        .OfType<nn.Module<Tensor, Tensor>>().Distinct().ToArray())];
    private MergingPlan? plan;

    /// <summary>The cell's output.</summary>
    /// <param name="inputs">Its input nodes, [N, C, H, W].</param>
    /// <param name="weights">How it mixes its candidates.</param>
    /// <param name="pass">How parts with a backward pass of their own are computed.</param>
    public Tensor Forward(Tensor[] inputs, MixingWeights weights, MergedPass pass)
    {
        bool[] watched = [.. edges.Select((edge, e) => ForwardHooks.Any(edge) || bypassed[e].Any(ForwardHooks.Any) ||
            (edge.Partial is { } partial && ForwardHooks.Any(partial)))];
        if (plan is null || !plan.Fits(weights, watched, inputs[0]))
            plan = new MergingPlan(kind, edges, weights, watched, convolutionType, inputs[0]);
        return plan.Whole is { } whole
            ? MergedFunction.Apply(whole, inputs, plan.WeightsOfParts(weights), pass.Recompute, pass.Backward)[0]
            : NodeByNode(plan, inputs, weights, pass);
    }

    private Tensor NodeByNode(MergingPlan plan, Tensor[] inputs, MixingWeights weights, MergedPass pass)
    {
        Tensor p = weights.Scaled, ofParts = plan.WeightsOfParts(weights);
        var nodes = new Tensor?[topology.Nodes];
        inputs.CopyTo(nodes, 0);
        void Add(int target, Tensor term) => nodes[target] = nodes[target]?.Plus_(term) ?? term;
        for (int source = 0; source < topology.Nodes - 1; source++)
        {
            Tensor x = nodes[source]!;
            foreach (IMergedComputation part in plan.Parts[source])
                foreach (var (target, term) in part.Targets.Zip(pass.Apply(part, x, ofParts)))
                    Add(target, term);
            foreach (MergingPlan.SharedPooling pooling in plan.Poolings[source])
            {
                Tensor pooled = pooling.Module.call(x);
                foreach (CellEdge edge in pooling.Edges)
                    Add(edge.Target, pooled * p[edge.Index, pooling.Column]);
            }
            foreach (MergingPlan.OtherEdge other in plan.Others[source])
            {
                EdgeWeights own = weights[other.Edge.Index] with { Computed = other.Computed, Merged = pass };
                Tensor mixture = edges[other.Edge.Index].call(x, own);
                // Sums are made in place, and a hook or decorator may keep what it was given.
                Add(other.Edge.Target, other.IsAlone ? mixture.clone() : mixture);
            }
        }
        return SupernetCell.Output(topology, nodes);
    }
}
