using static TorchSharp.torch;

namespace SingleDarts.Core.Runtime;

/// <summary>
/// Gradients that leave the <c>grad</c> of every tensor as it is. An error on the way is thrown; in <c>autograd.grad</c> of TorchSharp it
/// would end the process.
/// </summary>
internal static class Gradients
{
    // A tensor without values stands for none.
    private static readonly TorchScript Script = new("""
        def gradients(output: Tensor, inputs: List[Tensor], retain_graph: bool, create_graph: bool) -> List[Tensor]:
            found = torch.autograd.grad([output], inputs, retain_graph=retain_graph, create_graph=create_graph, allow_unused=True)
            result: List[Tensor] = []
            for gradient in found:
                result.append(torch.empty([0]) if gradient is None else gradient)
            return result

        """);

    /// <summary>Gradients of the sum of an output; null for inputs that it does not depend on.</summary>
    /// <param name="output">Any tensor.</param>
    /// <param name="inputs">Tensors with values that require a gradient.</param>
    /// <param name="retainGraph">Whether the graph can be walked again.</param>
    /// <param name="createGraph">Whether the gradients can be differentiated again; this also retains the graph.</param>
    /// <exception cref="System.Runtime.InteropServices.ExternalException">The backward pass failed.</exception>
    public static Tensor?[] Of(Tensor output, IReadOnlyList<Tensor> inputs, bool retainGraph = false, bool createGraph = false)
    {
        if (!output.requires_grad || inputs.Count == 0)
            return new Tensor?[inputs.Count];
        Tensor sum = output.dim() == 0 ? output : output.sum();
        var found = (Tensor[])Script.Call("gradients", sum, inputs.ToArray(), retainGraph || createGraph, createGraph);
        return [.. found.Select(gradient => gradient.numel() == 0 ? null : gradient)];
    }
}
