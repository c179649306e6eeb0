using SingleDarts.Core.Kernels;
using static TorchSharp.torch;

namespace SingleDarts.Core.Operations;

/// <summary>What is kept of a <see cref="DepthwiseChain"/> or a pooling.</summary>
/// <param name="values">Outputs before their normalisation.</param>
/// <param name="normalizations">The normalisations.</param>
internal sealed class KeptChain(Images[] values, BlockNormalization[] normalizations) : Kept
{
    /// <summary>Outputs before their normalisation; null if they are to be computed again.</summary>
    public Images[]? Values { get; private set; } = values;

    /// <summary>The normalisations.</summary>
    public BlockNormalization[] Normalizations => normalizations;

    /// <inheritdoc/>
    public override IEnumerable<Tensor> Tensors => Values?.Select(images => images.Tensor) ?? [];

    /// <inheritdoc/>
    public override void Forget()
    {
        Release();
        Values = null;
    }
}
