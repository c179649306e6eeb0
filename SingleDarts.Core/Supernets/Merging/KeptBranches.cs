using SingleDarts.Core.Kernels;
using static TorchSharp.torch;

namespace SingleDarts.Core.Supernets;

/// <summary>What is kept of a <see cref="FanOut"/>.</summary>
/// <param name="branches">The convolutions that leave the node; pointwise ones without their values.</param>
internal sealed class KeptBranches(NormalizedBranches[] branches) : Kept
{
    /// <summary>The convolutions that leave the node; <see langword="null"/> if they are to be computed again.</summary>
    public NormalizedBranches[]? Branches { get; private set; } = branches;

    /// <inheritdoc/>
    public override IEnumerable<Tensor> Tensors => Branches?.SelectMany(b => b.Tensors) ?? [];

    /// <inheritdoc/>
    public override void Forget() => Branches = null;
}
