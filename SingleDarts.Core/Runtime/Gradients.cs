using static TorchSharp.torch;

namespace SingleDarts.Core.Runtime;

/// <summary>
/// Gradients that leave the <c>grad</c> of every tensor as it is. An error on the way is thrown; in <c>autograd.grad</c> of TorchSharp it
/// would end the process.
/// </summary>
internal static class Gradients
{
    /// <summary>Gradients of the sum of an output; null for leaves that it does not reach.</summary>
    /// <param name="output">Any tensor.</param>
    /// <param name="leaves">Leaves that require a gradient.</param>
    /// <param name="retainGraph">Whether the graph can be walked again.</param>
    /// <param name="createGraph">Whether the gradients can be differentiated again; this also retains the graph.</param>
    public static Tensor?[] Of(Tensor output, IReadOnlyList<Tensor> leaves, bool retainGraph = false, bool createGraph = false)
    {
        if (!output.requires_grad || leaves.Count == 0)
            return new Tensor?[leaves.Count];
        Tensor?[] saved = [.. leaves.Select(leaf => leaf.grad)];
        try
        {
            foreach (Tensor leaf in leaves)
                leaf.grad = null;
            autograd.backward([output.sum()], retain_graph: retainGraph || createGraph, create_graph: createGraph, inputs: [.. leaves]);
            return [.. leaves.Select(leaf => leaf.grad)];
        }
        finally
        {
            for (int i = 0; i < leaves.Count; i++)
                leaves[i].grad = saved[i];
        }
    }
}
