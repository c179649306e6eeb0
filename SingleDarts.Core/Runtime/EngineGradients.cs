using static TorchSharp.torch;

namespace SingleDarts.Core.Runtime;

/// <summary>
/// The gradients that a backward pass in .NET has given to libtorch's engine. The engine takes a reference of its own to each, but only
/// after the pass has returned, so the pass itself cannot dispose them; and outside of every dispose scope nobody else does until the
/// garbage collector comes, by when many steps' gradients of all weights would fill the memory. The next backward pass on the same thread
/// and the optimiser's step are moments at which the engine has surely taken over. Each thread of the engine (one for each device) has its
/// own, because they run at the same time.
/// </summary>
internal static class EngineGradients
{
    [ThreadStatic] private static IReadOnlyList<Tensor>? handedOver;

    /// <summary>Keeps gradients until <see cref="Release"/>.</summary>
    /// <param name="gradients">The gradients.</param>
    public static void HandOver(IReadOnlyList<Tensor> gradients) => handedOver = gradients;

    /// <summary>Lets go of what this thread has handed over.</summary>
    public static void Release()
    {
        foreach (Tensor tensor in handedOver ?? [])
            tensor.Dispose();
        handedOver = null;
    }
}
