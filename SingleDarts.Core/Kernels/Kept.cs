using static TorchSharp.torch;

namespace SingleDarts.Core.Kernels;

/// <summary>What a forward pass keeps for the backward pass.</summary>
internal abstract class Kept
{
    /// <summary>The tensors that are kept.</summary>
    public abstract IEnumerable<Tensor> Tensors { get; }

    /// <summary>Lets go of what the backward pass can compute again.</summary>
    public abstract void Forget();

    /// <summary>Takes the tensors out of the dispose scope.</summary>
    public void Detach()
    {
        foreach (Tensor tensor in Tensors)
            tensor.DetachFromDisposeScope();
    }

    /// <summary>Frees the tensors.</summary>
    public void Release()
    {
        foreach (Tensor tensor in Tensors)
            tensor.Dispose();
    }
}
