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
    private readonly TorchSharp.Modules.ModuleList<nn.Module<Tensor, Func<Tensor, Tensor>, Tensor>> around;
    private readonly OperationContext inner;
    private readonly bool[] isAllowed, computed;
    private readonly bool isDecoratedByUser;
    private readonly IReadOnlyList<CandidateOperation> candidates;

    /// <summary>Builds the candidates for one place.</summary>
    /// <param name="candidates">The candidates, in the column order of α.</param>
    /// <param name="context">The place.</param>
    /// <param name="allowed">
    /// Columns of the candidates that the edge has, at least one; all if <see langword="null"/>. In the others' places stands a
    /// <see cref="Zero"/>, which has no weights and is not computed.
    /// </param>
    /// <param name="decorators">What stands around the mixture, the innermost first; nothing if <see langword="null"/>.</param>
    /// <exception cref="ArgumentException">Two candidates are one module or share weights.</exception>
    public MixedOp(
        IReadOnlyList<CandidateOperation> candidates, OperationContext context, IReadOnlyList<int>? allowed = null,
        IReadOnlyList<IEdgeDecorator>? decorators = null) : base(nameof(MixedOp))
    {
        var modules = new List<nn.Module<Tensor, Func<Tensor, Tensor>, Tensor>>();
        inner = context;
        this.candidates = candidates;
        isDecoratedByUser = (decorators ?? []).Any(UserPart.IsForeign);
        // From the outside to the inside, because a decorator decides the place of what it surrounds.
        foreach (IEdgeDecorator decorator in (decorators ?? []).Reverse())
        {
            if (decorator.Around(inner) is { } module)
                modules.Add(module);
            inner = decorator.PlaceOfCandidates(inner);
        }
        around = nn.ModuleList([.. modules]);
        isAllowed = [.. candidates.Select((_, k) => allowed is null || allowed.Contains(k))];
        operations = nn.ModuleList([.. candidates.Select((candidate, k) => isAllowed[k]
            ? (decorators ?? []).Aggregate(candidate.Create(inner), (module, decorator) => Wrap(decorator, candidate, module))
            : new Zero(inner))]);
        computed = [.. candidates.Select((candidate, k) => isAllowed[k] && !candidate.IsZero)];
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

    /// <summary>Whether modules of decorators stand around the mixture.</summary>
    public bool IsDecorated => around.Count > 0;

    /// <summary>The partial channels of the edge, if they alone stand around its mixture; otherwise null.</summary>
    internal PartialChannels.Bypass? Partial => around.Count == 1 ? around[0] as PartialChannels.Bypass : null;

    /// <summary>Where the mixture stands, for messages: <c> on edge 0->1 of cell 'cell'</c>.</summary>
    internal string Where { get; init; } = "";

    /// <summary>The place that the candidates were built for.</summary>
    internal OperationContext PlaceOfCandidates => inner;

    /// <summary>Takes candidates away: they are not computed any more.</summary>
    /// <param name="allowed">Columns of those that stay.</param>
    internal void Restrict(IReadOnlyList<int> allowed)
    {
        for (int k = 0; k < Count; k++)
        {
            isAllowed[k] &= allowed.Contains(k);
            computed[k] &= isAllowed[k];
        }
    }

    /// <summary>
    /// Σ_k p_k · o_k(x) over the candidates that are computed, or zeros of the same shape if there are none; behind the decorators, times
    /// the factor of the edge.
    /// </summary>
    /// <param name="input">x, [N, C, ...].</param>
    /// <param name="weights">p of this edge, [operations].</param>
    /// <returns>[N, C', ...].</returns>
    /// <exception cref="ArgumentException">There is not one operation weight for each candidate.</exception>
    /// <exception cref="InvalidOperationException">A candidate that is not the library's fails on the input, or gives null or another shape
    /// than the place asks for; the message names it and the edge.</exception>
    public override Tensor forward(Tensor input, EdgeWeights weights)
    {
        ArgumentNullException.ThrowIfNull(weights);
        if (weights.P.shape is not [var length] || length != Count)
            throw new ArgumentException($"The operation weights of the edge are [{string.Join(", ", weights.P.shape)}]; expected " +
                $"[{Count}], one for each candidate.", nameof(weights));
        using var scope = NewDisposeScope();
        Tensor output = Decorated(input, weights, 0);
        return (weights.Factor is { } factor ? output * factor : output).MoveToOuterDisposeScope();
    }

    private Tensor Decorated(Tensor input, EdgeWeights weights, int depth) => depth == around.Count
        ? Mixture(input, weights)
        : UserPart.Result(around[depth], () => $"The decorator's module '{around[depth].GetName()}'{Where}", "a tensor",
            () => around[depth].call(input, x => Decorated(x, weights, depth + 1)));

    private Tensor Mixture(Tensor input, EdgeWeights weights)
    {
        using var scope = NewDisposeScope();
        bool[] merged = new bool[Count];
        // One step of autograd for all of p, where one for each element would write the gradient of the whole vector as often.
        Tensor[]? p = null;
        Tensor P(int k) => (p ??= weights.P.unbind())[k];
        Tensor? sum = weights.Merged is null ? null : Merged(input, weights, weights.Merged, merged);
        for (int k = 0; k < Count; k++)
            if (computed[k] && weights.Computes(k) && !merged[k])
            {
                Tensor term = Output(k, input) * P(k);
                sum = sum is null ? term : sum.Plus_(term);
            }
        // Times the weights, so that p has a gradient of 0 instead of none if no candidate of the whole network is computed.
        sum ??= Zero.Of(input, inner) * weights.P.sum();
        if (weights.CountsUncomputed)
            for (int k = 0; k < Count; k++)
                if (isAllowed[k] && !weights.Computes(k))
                    sum = sum.Plus(P(k));
        return sum.MoveToOuterDisposeScope();
    }

    /// <summary>The sum over those candidates that can be computed together, which are marked; null if there are none.</summary>
    private Tensor? Merged(Tensor input, EdgeWeights weights, MergedPass pass, bool[] marks)
    {
        MergedTerm[] terms = [.. Enumerable.Range(0, Count)
            .Where(k => computed[k] && weights.Computes(k) && NodeMixture.Fits(operations[k]))
            .Select(k => new MergedTerm(0, k, 0, operations[k]))];
        if (input.dim() != 4 || NodeMixture.Of(input, terms, Count) is not { } mixture)
            return null;
        foreach (MergedTerm term in terms)
            marks[term.Column] = true;
        return pass.Apply(mixture, input, weights.P)[0];
    }

    private Tensor Output(int k, Tensor input) => candidates[k].IsOwn && !isDecoratedByUser
        ? operations[k].call(input)
        : CheckedCall.OfCandidate(() => $"Candidate '{candidates[k].Name}'{Where}", operations[k], inner, input);

    private nn.Module<Tensor, Tensor> Wrap(IEdgeDecorator decorator, CandidateOperation candidate, nn.Module<Tensor, Tensor> module) =>
        decorator.Wrap(candidate, inner, module) ?? throw new ArgumentException(
            $"The edge decorator '{decorator.Name}' wraps candidate '{candidate.Name}' into null; expected a module, or the one that " +
            "it is given.");
}
