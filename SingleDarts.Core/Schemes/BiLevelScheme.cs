using SingleDarts.Core.Runtime;
using SingleDarts.Core.Spaces;
using static TorchSharp.torch;

namespace SingleDarts.Core.Schemes;

/// <summary>
/// DARTS (Eq. 1): w is moved with batches of one part of the data and α with batches of the other. Gradients are clipped over w
/// alone; the published scripts for NAS-Bench-201 also count α's leftover gradient in the norm.
/// </summary>
public sealed record BiLevelScheme : IOptimizationScheme
{
    private readonly UpdateOrder? order;

    /// <summary>First order, or second order by finite differences or exactly.</summary>
    public ArchitectureGradient Gradient { get; init; } = ArchitectureGradient.FirstOrder;

    /// <summary>Which is moved first: by default w in the first order and α in the second, as the published searches do.</summary>
    public UpdateOrder Order
    {
        get => order ?? (Gradient == ArchitectureGradient.FirstOrder ? UpdateOrder.WeightsFirst : UpdateOrder.ArchitectureFirst);
        init => order = value;
    }

    /// <summary>Share of the data that feeds w, within (0, 1); the rest feeds α.</summary>
    public double TrainPortion { get; init; } = 0.5;

    /// <summary>How α's batches are drawn from its part.</summary>
    public ArchitectureSampling Sampling { get; init; } = ArchitectureSampling.WithReplacement;

    /// <summary>
    /// Length of the finite difference's step: R = radius / ‖∇_{w'} L_val‖₂ (DARTS: 0.01). At 0.01 the step crosses kinks of the
    /// ReLUs and can be far from the derivative; at 1e-5 in float64 it agrees with <see cref="ArchitectureGradient.Exact"/>.
    /// </summary>
    public double Radius { get; init; } = 0.01;

    /// <summary>What moves the operation weights p in w's steps, and in those alone (SDARTS); nothing if <see langword="null"/>.</summary>
    public MixturePerturbation? Perturbation { get; init; }

    /// <inheritdoc/>
    public string Name => Gradient switch
    {
        ArchitectureGradient.FirstOrder => "bi-level",
        ArchitectureGradient.FiniteDifference => "bi-level-2nd",
        _ => "bi-level-2nd-exact",
    };

    /// <inheritdoc/>
    /// <exception cref="ArgumentOutOfRangeException"><see cref="TrainPortion"/> is outside (0, 1), or leaves a part empty.</exception>
    public SampleAllocation Allocate(long samples, Generator generator) =>
        SampleAllocation.Split(samples, TrainPortion, generator, Sampling);

    /// <inheritdoc/>
    public IEnumerable<string> Faults(SearchSpace space) => Perturbation?.Faults() ?? [];

    /// <inheritdoc/>
    public StepOutcome Step(StepContext step) => Given.NotNull(step).Alternate(Order,
        Gradient == ArchitectureGradient.FirstOrder
            ? step.UpdateArchitecture : () => step.UpdateArchitectureUnrolled(Gradient == ArchitectureGradient.Exact, Radius),
        Perturbation is null ? null
            : () => step.UpdateWeights(batch => step.Evaluate(batch, Perturbation.Apply(step, batch))));
}
