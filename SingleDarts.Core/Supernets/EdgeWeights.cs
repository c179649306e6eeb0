using static TorchSharp.torch;

namespace SingleDarts.Core.Supernets;

/// <summary>How an edge mixes its candidates: a row of <see cref="MixingWeights"/>.</summary>
/// <param name="P">p, [operations].</param>
/// <param name="Computed">For each operation, whether the candidate is computed; all if <see langword="null"/>.</param>
public sealed record EdgeWeights(Tensor P, IReadOnlyList<bool>? Computed = null)
{
    /// <summary>Factor of the edge in the sum of its node, a scalar; 1 if <see langword="null"/>.</summary>
    public Tensor? Factor { get; init; }

    /// <inheritdoc cref="MixingWeights.CountsUncomputed"/>
    public bool CountsUncomputed { get; init; }

    /// <summary>Whether candidates may be computed together, and how; each by its module if <see langword="null"/>.</summary>
    internal MergedPass? Merged { get; init; }

    /// <summary>Weights with which every candidate is computed.</summary>
    /// <param name="p">p, [operations].</param>
    public static implicit operator EdgeWeights(Tensor p) => new(p);

    /// <summary>Whether a candidate is computed.</summary>
    /// <param name="operation">Entry of p.</param>
    public bool Computes(int operation) => Computed is null || Computed[operation];
}
