using SingleDarts.Core.Runtime;
using static TorchSharp.torch;

namespace SingleDarts.Core.Supernets;

/// <summary>How a cell mixes its candidates: the operation weights p, and which candidates are computed.</summary>
/// <param name="P">p, [edges, operations].</param>
/// <param name="Computed">
/// For each edge and operation, whether the candidate is computed; all if <see langword="null"/>. A candidate that is not computed adds
/// nothing to its node, and its p gets no gradient.
/// </param>
public sealed record MixingWeights(Tensor P, bool[,]? Computed = null)
{
    /// <summary>Weights with which every candidate is computed.</summary>
    /// <param name="p">p, [edges, operations].</param>
    public static implicit operator MixingWeights(Tensor p) => new(p);

    /// <summary>The weights of one edge. Its p is a new tensor in the current dispose scope.</summary>
    /// <param name="edge">Row of p.</param>
    public EdgeWeights this[int edge] => new(
        P[edge], Computed is null ? null : [.. Enumerable.Range(0, Computed.GetLength(1)).Select(k => Computed[edge, k])]);

    /// <summary>Whether a candidate is computed.</summary>
    /// <param name="edge">Row of p.</param>
    /// <param name="operation">Column of p.</param>
    public bool Computes(int edge, int operation) => Computed is null || Computed[edge, operation];

    /// <summary>Weights that compute only the candidates whose p is not zero. Reads the device once for all cells.</summary>
    /// <param name="weights">p of some cells, [edges, operations] each.</param>
    internal static MixingWeights[] WithoutZeros(IReadOnlyList<Tensor> weights)
    {
        using var scope = NewDisposeScope();
        bool[] all = Host.Numbers<bool>(cat([.. weights.Select(p => p.detach().ne(Scalars.Zero).flatten())]));
        var result = new List<MixingWeights>();
        int at = 0;
        foreach (Tensor p in weights)
        {
            var computed = new bool[p.shape[0], p.shape[1]];
            Buffer.BlockCopy(all, at, computed, 0, computed.Length);
            at += computed.Length;
            result.Add(new MixingWeights(p, computed));
        }
        return [.. result];
    }
}
