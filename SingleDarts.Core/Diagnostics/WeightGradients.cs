using SingleDarts.Core.Data;
using SingleDarts.Core.Runtime;
using SingleDarts.Core.Schemes;
using SingleDarts.Core.Optimizers;
using SingleDarts.Core.Supernets;
using static TorchSharp.torch;

namespace SingleDarts.Core.Diagnostics;

/// <summary>For every chosen node, the weight gradients of one batch per unit of p, as one vector on the supernet's device.</summary>
internal sealed class WeightGradients : IDisposable
{
    private WeightGradients(Tensor[] vectors) => Vectors = vectors;

    public Tensor[] Vectors { get; }

    /// <summary>One forward and one backward pass of a batch at the present weights.</summary>
    /// <param name="step">Supernet and loss.</param>
    /// <param name="batch">The batch.</param>
    /// <param name="mixing">Mixing weights by kind of cell, without gradient history.</param>
    /// <param name="nodes">Whose weights.</param>
    public static WeightGradients Of(
        StepContext step, LabeledBatch batch, IReadOnlyDictionary<string, MixingWeights> mixing, IReadOnlyList<NodeWeights> nodes)
    {
        using var scope = NewDisposeScope();
        Tensor[] weights = [.. nodes.SelectMany(node => node.Weights).Select(w => (Tensor)w.Weight)];
        Tensor[] gradients = step.Supernet.Gradients(step.Evaluate(batch, mixing).Loss, weights);
        int next = 0;
        return PerUnit(mixing, nodes, _ => gradients[next++]);
    }

    /// <summary>What SGD's momentum has gathered of them, or null if there is none.</summary>
    public static WeightGradients? OfMomentum(
        ScheduledOptimizer updater, IReadOnlyDictionary<string, MixingWeights> mixing, IReadOnlyList<NodeWeights> nodes)
    {
        using var scope = NewDisposeScope();
        if (updater.MomentumBuffer(0) is null)
            return null;
        var indices = new Dictionary<Tensor, int>(ReferenceEqualityComparer.Instance);
        for (int i = 0; i < updater.Parameters.Count; i++)
            indices[updater.Parameters[i].Parameter] = i;
        return nodes.SelectMany(node => node.Weights).All(w => indices.ContainsKey(w.Weight))
            ? PerUnit(mixing, nodes, weight => updater.MomentumBuffer(indices[weight])!)
            : null;
    }

    /// <summary>Vectors that were kept before; the gradients own copies of them on a device.</summary>
    public static WeightGradients Load(IEnumerable<Tensor> vectors, Device device, ScalarType type) =>
        new([.. vectors.Select(vector => vector.to(type, device, copy: true).DetachFromDisposeScope())]);

    /// <summary>Whether the vectors belong to some nodes.</summary>
    public bool Fits(IReadOnlyList<NodeWeights> nodes) =>
        Vectors.Length == nodes.Count && Vectors.Zip(nodes).All(pair => pair.First.shape is [var size] && size == pair.Second.Size);

    /// <summary>Correlation at a node: linear in its weights, never a loop over pairs of samples.</summary>
    public Correlation With(WeightGradients other, int node)
    {
        using var scope = NewDisposeScope();
        Tensor a = Host.ToFloat64(Vectors[node]), b = Host.ToFloat64(other.Vectors[node]);
        double product = Host.Number<double>(a.dot(b));
        double norms = Math.Sqrt(Host.Number<double>(a.dot(a))) * Math.Sqrt(Host.Number<double>(b.dot(b)));
        return new Correlation(product, norms == 0 ? 0 : product / norms);
    }

    public void Dispose()
    {
        foreach (Tensor vector in Vectors)
            vector.Dispose();
    }

    private static WeightGradients PerUnit(
        IReadOnlyDictionary<string, MixingWeights> mixing, IReadOnlyList<NodeWeights> nodes, Func<Tensor, Tensor> gradientOf)
    {
        using var _ = no_grad();
        Tensor Part(NodeWeights node, Tensor weight, int edge, int operation)
        {
            Tensor gradient = gradientOf(weight), p = mixing[node.Kind].Scaled[edge, operation];
            return where(p.eq(Scalars.Zero), zeros_like(p), gradient.reshape(-1) / p);
        }
        return new([.. nodes.Select(node =>
            cat([.. node.Weights.Select(w => Part(node, w.Weight, w.Edge, w.Operation))]).DetachFromDisposeScope())]);
    }
}
