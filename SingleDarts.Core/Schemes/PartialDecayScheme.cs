using SingleDarts.Core.Data;
using SingleDarts.Core.Optimizers;
using SingleDarts.Core.Runtime;
using SingleDarts.Core.Spaces;
using SingleDarts.Core.Supernets;
using static TorchSharp.torch;

namespace SingleDarts.Core.Schemes;

/// <summary>
/// The single level of DropNAS (Hong et al., IJCAI 2020), with two steps of both optimisers for each batch. The first follows the loss of
/// the batch. The second decays what the first has moved, w by the gradient 2 λ w where the backward pass reached it, and α by 2 λ α
/// where |∂L/∂α| is above 1e-7; so candidates that a relaxation leaves out do not decay. Then the candidates that were computed get back
/// the share of softmax(α) that they had. All samples feed w and α.
/// </summary>
/// <remarks>
/// <para>From <c>wiljohnhong/DropNAS</c> 90582ee. λ is twice as strong as a weight decay of an optimiser, which should have none.
/// Momentum, moments and clipping see both steps. Weights and α that are left out have a gradient of 0 in both: they still move by what
/// momentum and moments hold of earlier steps, as there.</para>
/// <para>Different there: whether a weight is reached is told by the first number of its gradient being other than 0.</para>
/// </remarks>
public sealed record PartialDecayScheme : IOptimizationScheme
{
    /// <summary>λ of w.</summary>
    /// <value>3e-4.</value>
    public double WeightDecay { get; init; } = 3e-4;

    /// <summary>λ of α.</summary>
    /// <value>1e-3.</value>
    public double ArchitectureDecay { get; init; } = 1e-3;

    /// <summary>Whether the computed candidates of an edge keep their share of softmax(α) over the steps.</summary>
    /// <value>True.</value>
    public bool KeepsMass { get; init; } = true;

    /// <inheritdoc/>
    public string Name => "partial-decay";

    /// <inheritdoc/>
    public IEnumerable<string> Faults(SearchSpace space)
    {
        if (!(WeightDecay >= 0 && ArchitectureDecay >= 0 && double.IsFinite(WeightDecay + ArchitectureDecay)))
            yield return $"The scheme '{Name}' decays w by {WeightDecay} and α by {ArchitectureDecay}; expected 0 or more.";
    }

    /// <inheritdoc/>
    public SampleAllocation Allocate(long samples, Generator generator) => new(SampleOrder.All(samples));

    /// <inheritdoc/>
    public StepOutcome Step(StepContext step)
    {
        ArgumentNullException.ThrowIfNull(step);
        using var scope = NewDisposeScope();
        IReadOnlyDictionary<string, MixingWeights> weights = step.Supernet.Relax();
        var mass = new KeptMass(step.Supernet.Architecture, weights);
        BatchOutcome outcome = step.UpdateTogether(batch => step.Evaluate(batch, weights));
        Decay(step.WeightOptimizer, WeightDecay, _ => null);
        if (step.ArchitectureOptimizer.IsMoving)
        {
            Decay(step.ArchitectureOptimizer, ArchitectureDecay, Above);
            if (KeepsMass)
                mass.Restore();
        }
        outcome = outcome.Detach();
        return new StepOutcome(outcome, outcome);
    }

    /// <summary>A step along the gradient of λ ‖v‖² over the parameters that have a gradient, where a mask of it holds.</summary>
    private static void Decay(ScheduledOptimizer optimizer, double decay, Func<Tensor, Tensor?> mask)
    {
        if (decay == 0)
            return;
        using (no_grad())
            foreach (var (_, parameter) in optimizer.Parameters)
                if (parameter.grad is { } gradient)
                {
                    using var scope = NewDisposeScope();
                    Tensor? where = mask(gradient);
                    gradient.copy_(where is null ? parameter : parameter * where).Times_(2 * decay);
                }
        optimizer.Step();
    }

    private static Tensor Above(Tensor gradient)
    {
        using TorchSharp.Scalar least = Scalars.Of(1e-7);
        return gradient.abs().gt(least);
    }
}
