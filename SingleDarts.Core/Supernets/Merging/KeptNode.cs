using static TorchSharp.torch;

namespace SingleDarts.Core.Supernets;

/// <summary>What a forward pass keeps of a node for the backward pass.</summary>
/// <param name="node">The node's value, or <see langword="null"/> for an input node, which others keep.</param>
/// <param name="branches">The convolutions that leave it; <see langword="null"/> where they are to be computed again.</param>
internal sealed class KeptNode(Tensor? node, NormalizedBranches[]? branches)
{
    /// <summary>The node's value, or <see langword="null"/> for an input node.</summary>
    public Tensor? Node { get; } = node;

    /// <summary>The convolutions that leave the node; <see langword="null"/> where they are to be computed again.</summary>
    public NormalizedBranches[]? Branches { get; private set; } = branches;

    private IEnumerable<Tensor> Tensors => (Node is null ? [] : new[] { Node }).Concat(Branches?.SelectMany(b => b.Tensors) ?? []);

    /// <summary>Lets the convolutions go.</summary>
    public KeptNode WithoutBranches()
    {
        Branches = null;
        return this;
    }

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
