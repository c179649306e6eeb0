using SingleDarts.Core.Operations;
using static TorchSharp.torch;

namespace SingleDarts.Core.Supernets;

/// <summary>
/// The mixture on one edge: ō(x) = Σ_k p_k · o_k(x) (Eq. 2). This is the definition that every faster execution is held against.
/// </summary>
public sealed class MixedOp : nn.Module<Tensor, Tensor, Tensor>
{
    private readonly TorchSharp.Modules.ModuleList<nn.Module<Tensor, Tensor>> operations;
    private readonly bool[] computed;

    /// <summary>Builds every candidate for one place.</summary>
    /// <param name="candidates">The candidates, in the column order of α.</param>
    /// <param name="context">The place.</param>
    public MixedOp(IReadOnlyList<CandidateOperation> candidates, OperationContext context) : base(nameof(MixedOp))
    {
        operations = nn.ModuleList([.. candidates.Select(candidate => candidate.Create(context))]);
        computed = [.. candidates.Select(candidate => !candidate.IsZero)];
        if (!computed.Contains(true))
            computed[0] = true;
        RegisterComponents();
    }

    /// <summary>Number of candidates.</summary>
    public int Count => computed.Length;

    /// <summary>Module of candidate k.</summary>
    /// <param name="k">Column of α.</param>
    public nn.Module<Tensor, Tensor> this[int k] => operations[k];

    /// <summary>Whether candidate k is computed: all but those that are zero by definition.</summary>
    /// <param name="k">Column of α.</param>
    public bool Computes(int k) => computed[k];

    /// <summary>Σ_k p_k · o_k(x); operations that are zero by definition are left out of the sum.</summary>
    /// <param name="input">x, [N, C, ...].</param>
    /// <param name="weights">p of this edge, [operations].</param>
    /// <returns>[N, C', ...].</returns>
    public override Tensor forward(Tensor input, Tensor weights) => Mix(input, weights, Computes)!;

    /// <summary>The sum over some of the candidates, or <see langword="null"/> over none.</summary>
    internal Tensor? Mix(Tensor input, Tensor weights, Func<int, bool> includes)
    {
        using var scope = NewDisposeScope();
        Tensor? sum = null;
        for (int k = 0; k < Count; k++)
        {
            if (!includes(k))
                continue;
            Tensor term = operations[k].call(input) * weights[k];
            sum = sum is null ? term : sum.add_(term);
        }
        return sum?.MoveToOuterDisposeScope();
    }
}
