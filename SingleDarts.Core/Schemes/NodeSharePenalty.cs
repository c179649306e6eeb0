using SingleDarts.Core.Optimizers;
using SingleDarts.Core.Runtime;
using SingleDarts.Core.Spaces;
using SingleDarts.Core.Supernets;
using static TorchSharp.torch;

namespace SingleDarts.Core.Schemes;

/// <summary>
/// The penalty of GOLD-NAS (Bi et al., 2020): λ Σ ln(1 + n s) (1 + μ F) over the active candidates of all cells, where s = w / Σ w is a
/// candidate's share of its node by w = σ(α), n the number of active candidates of the node, and F a candidate's multiply-adds in millions.
/// By it the weaker candidates of a node lose to the stronger ones, and costly ones faster than cheap ones if μ &gt; 0.
/// </summary>
/// <remarks><c>sunsmarterjie/GOLD_NAS</c> 3b40c2a, which calls itself unofficial; μ = 0 there by default. For the
/// <see cref="NodeShareSigmoid"/>.</remarks>
public sealed record NodeSharePenalty : IPenalty
{
    /// <summary>λ.</summary>
    /// <value>What an epoch rule feeds back, 0 until then.</value>
    public Schedule Weight { get; init; } = Schedule.Feedback(0);

    /// <summary>μ.</summary>
    /// <value>0.</value>
    public double CostFactor { get; init; }

    /// <summary>Share up to which a candidate is inactive.</summary>
    /// <value>0.01.</value>
    public double LeastShare { get; init; } = 0.01;

    /// <inheritdoc/>
    public string Name => "node shares";

    /// <inheritdoc/>
    public IEnumerable<string> Faults(SearchSpace space)
    {
        if (!(CostFactor >= 0 && double.IsFinite(CostFactor)))
            yield return $"The factor μ of the penalty '{Name}' is {CostFactor}; expected 0 or more.";
        if (LeastShare is not (>= 0 and < 1))
            yield return $"The least share of the penalty '{Name}' is {LeastShare}; expected 0 or more and less than 1, for example 0.01.";
        foreach (string fault in Weight.Faults($"weight of the penalty '{Name}'"))
            yield return fault;
    }

    /// <inheritdoc/>
    public IPenalty For(SearchSpace space) => CostFactor == 0 ? this : new WithCosts(this, CostMetric.MultiplyAdds.Of(space));

    /// <inheritdoc/>
    /// <exception cref="InvalidOperationException">μ is not 0, so that costs are needed; <see cref="For"/> gives the penalty of a
    /// space.</exception>
    public Tensor Penalty(ArchitectureParameters architecture, EpochPosition position) => CostFactor == 0
        ? Sum(Given.NotNull(architecture), position, null)
        : throw new InvalidOperationException(
            $"The penalty '{Name}' does not know the space whose costs it has to take; call For(space) first, as a StepContext does.");

    private Tensor Sum(ArchitectureParameters architecture, EpochPosition position, OperationCosts? costs)
    {
        using var scope = NewDisposeScope();
        return architecture.Cells.Select(cell => Of(cell, architecture, costs)).Aggregate((sum, term) => sum.Plus(term))
            .Times(Weight.At(position)).MoveToOuterDisposeScope();
    }

    private Tensor Of(CellSpecification cell, ArchitectureParameters architecture, OperationCosts? costs)
    {
        Tensor shares = NodeShares.Of(cell, architecture.Alpha(cell.Name).sigmoid());
        Tensor active = NodeShares.Above(shares, LeastShare);
        Tensor terms = (shares * NodeShares.Sums(cell, active)).log1p() * active;
        if (costs is not null)
            terms *= tensor(costs.Of(cell.Name)).to(terms.dtype, terms.device).Times(CostFactor / 1e6).Plus(1.0);
        return terms.sum();
    }

    private sealed class WithCosts(NodeSharePenalty settings, OperationCosts costs) : IPenalty
    {
        public string Name => settings.Name;

        public IPenalty For(SearchSpace space) => settings.For(space);

        public Tensor Penalty(ArchitectureParameters architecture, EpochPosition position) => settings.Sum(architecture, position, costs);
    }
}
