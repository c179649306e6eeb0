using SingleDarts.Core.Operations;
using SingleDarts.Core.Runtime;
using static TorchSharp.torch;

namespace SingleDarts.Core.Supernets;

/// <summary>
/// The mixture on one edge: ō(x) = Σ_k p_k · o_k(x) (Eq. 2). This is the definition that every faster execution is held against.
/// </summary>
public sealed class MixedOp : nn.Module<Tensor, EdgeWeights, Tensor>
{
    private readonly TorchSharp.Modules.ModuleList<nn.Module<Tensor, Tensor>> operations;
    private readonly OperationContext context;
    private readonly bool[] computed;

    /// <summary>Builds the candidates for one place.</summary>
    /// <param name="candidates">The candidates, in the column order of α.</param>
    /// <param name="context">The place.</param>
    /// <param name="allowed">
    /// Columns of the candidates that the edge has, at least one; all if <see langword="null"/>. In the others' places stands a
    /// <see cref="Zero"/>, which has no weights and is not computed.
    /// </param>
    /// <exception cref="ArgumentException">Two candidates are one module or share weights.</exception>
    public MixedOp(IReadOnlyList<CandidateOperation> candidates, OperationContext context, IReadOnlyList<int>? allowed = null)
        : base(nameof(MixedOp))
    {
        this.context = context;
        allowed ??= [.. Enumerable.Range(0, candidates.Count)];
        operations = nn.ModuleList([.. candidates.Select((candidate, k) =>
            allowed.Contains(k) ? candidate.Create(context) : new Zero(context))]);
        computed = [.. candidates.Select((candidate, k) => allowed.Contains(k) && !candidate.IsZero)];
        RegisterComponents();
        var parts = candidates.Select((candidate, k) => ($"Candidate '{candidate.Name}'", (nn.Module)operations[k]));
        if (SharedModules.Faults(parts).FirstOrDefault() is { } fault)
            throw new ArgumentException(fault, nameof(candidates));
    }

    /// <summary>Number of candidates.</summary>
    public int Count => computed.Length;

    /// <summary>Module of candidate k.</summary>
    /// <param name="k">Column of α.</param>
    public nn.Module<Tensor, Tensor> this[int k] => operations[k];

    /// <summary>Whether candidate k is ever computed: all are but those that are zero by definition, not allowed or pruned.</summary>
    /// <param name="k">Column of α.</param>
    public bool Computes(int k) => computed[k];

    /// <summary>Takes candidates away: they are not computed any more.</summary>
    /// <param name="allowed">Columns of those that stay.</param>
    internal void Restrict(IReadOnlyList<int> allowed)
    {
        for (int k = 0; k < Count; k++)
            computed[k] &= allowed.Contains(k);
    }

    /// <summary>Σ_k p_k · o_k(x) over the candidates that are computed; zeros of the same shape if there are none.</summary>
    /// <param name="input">x, [N, C, ...].</param>
    /// <param name="weights">p of this edge, [operations].</param>
    /// <returns>[N, C', ...].</returns>
    /// <exception cref="ArgumentException">There is not one operation weight for each candidate.</exception>
    public override Tensor forward(Tensor input, EdgeWeights weights)
    {
        if (weights.P.shape is not [var length] || length != Count)
            throw new ArgumentException($"The operation weights of the edge are [{string.Join(", ", weights.P.shape)}]; expected " +
                $"[{Count}], one for each candidate.", nameof(weights));
        using var scope = NewDisposeScope();
        Tensor? sum = null;
        for (int k = 0; k < Count; k++)
            if (computed[k] && weights.Computes(k))
            {
                Tensor term = operations[k].call(input) * weights.P[k];
                sum = sum is null ? term : sum.Plus_(term);
            }
        return (sum ?? Zero.Of(input, context)).MoveToOuterDisposeScope();
    }
}
