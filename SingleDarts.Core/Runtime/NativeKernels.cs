using static TorchSharp.torch;

namespace SingleDarts.Core.Runtime;

/// <summary>Operators of libtorch that TorchSharp does not wrap, or wraps in a way that ends the process if they fail.</summary>
internal static class NativeKernels
{
    private static readonly TorchScript Script = new("""
        def channels_last(x: Tensor) -> Tensor:
            return x.contiguous(memory_format=2)
        def share_storage(x: Tensor, y: Tensor) -> Tensor:
            return x.set_(y)
        def gradients(output: Tensor, inputs: List[Tensor], retain_graph: bool, create_graph: bool) -> List[Tensor]:
            found = torch.autograd.grad([output], inputs, retain_graph=retain_graph, create_graph=create_graph, allow_unused=True)
            result: List[Tensor] = []
            for i in range(len(inputs)):
                gradient = found[i]
                result.append(torch.zeros_like(inputs[i]) if gradient is None else gradient)
            return result

        """);

    /// <summary>The same values with the channels innermost in memory; the tensor itself if they already are.</summary>
    /// <param name="x">[N, C, H, W].</param>
    public static Tensor ChannelsLast(Tensor x) => (Tensor)Script.Call("channels_last", x);

    /// <summary>Makes a tensor a view of another's memory, with its shape.</summary>
    /// <param name="x">The tensor that changes.</param>
    /// <param name="view">Where its values lie from now on.</param>
    public static void ShareStorage(Tensor x, Tensor view) => ((Tensor)Script.Call("share_storage", x, view)).Dispose();

    /// <summary>
    /// Gradients of a scalar without touching anybody's <c>grad</c>; zeros for inputs that the scalar does not depend on.
    /// <c>torch.autograd.grad</c> of TorchSharp ends the process if the backward pass fails, for example out of memory.
    /// </summary>
    /// <param name="output">A scalar with a gradient history.</param>
    /// <param name="inputs">Tensors of that history, any shapes.</param>
    /// <param name="retainGraph">Whether the graph can be walked again.</param>
    /// <param name="createGraph">Whether the gradients can be differentiated again; this also retains the graph.</param>
    /// <returns>One tensor of each input's shape.</returns>
    /// <exception cref="System.Runtime.InteropServices.ExternalException">The backward pass failed.</exception>
    public static Tensor[] Gradients(Tensor output, Tensor[] inputs, bool retainGraph = false, bool createGraph = false) =>
        (Tensor[])Script.Call("gradients", output, inputs, retainGraph || createGraph, createGraph);
}
