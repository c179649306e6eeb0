using SingleDarts.Core.Genotypes;
using SingleDarts.Core.Optimizers;
using SingleDarts.Core.Runtime;
using SingleDarts.Core.Spaces;
using static TorchSharp.torch;

namespace SingleDarts.Core.Schemes;

/// <summary>
/// ENAS (Pham et al., ICML 2018) as in NAS-Bench-201. Each epoch has two phases. First w: every batch goes along one path that the
/// controller draws, shared by all cells. Then the controller: 50 updates by REINFORCE, each by 20 genotypes and the accuracy that each
/// has on another batch of α's samples in evaluation mode. α stands still; the controller is what learns.
/// </summary>
/// <remarks>
/// Reward r = accuracy + 1e-4 H with the entropy H of the choice; loss −log P (r − b) / 20. The baseline b is frozen within an epoch:
/// b = accuracy in the first one, else b₀ − 0.01 (b₀ − r), and b₀ becomes the last b of the epoch before. The published code does not
/// detach the reward, so that its entropy term lowers the entropy; here it is detached unless <see cref="DetachesReward"/> says
/// otherwise. It takes its batches with augmentation; here they have none.
/// </remarks>
public sealed record EnasScheme : IOptimizationScheme
{
    /// <summary>Share of the data that feeds w, within (0, 1); the rest rewards the controller.</summary>
    public double TrainPortion { get; init; } = 0.5;

    /// <summary>Updates of the controller after each epoch of w.</summary>
    public int ControllerUpdates { get; init; } = 50;

    /// <summary>Genotypes of one update.</summary>
    public int SamplesPerUpdate { get; init; } = 20;

    /// <summary>Weight of the entropy in the reward.</summary>
    public double EntropyWeight { get; init; } = 1e-4;

    /// <summary>How much the baseline keeps, within [0, 1).</summary>
    public double BaselineDecay { get; init; } = 0.99;

    /// <summary>Whether the reward is a number, as in REINFORCE.</summary>
    /// <value>True. False is the published code.</value>
    public bool DetachesReward { get; init; } = true;

    /// <summary>Optimiser of the controller.</summary>
    /// <value>Adam 1e-3 (0, 0.999), ε 1e-3, gradient norm at most 5.</value>
    public OptimizerSettings Controller { get; init; } =
        OptimizerSettings.Default.Adam(1e-3, 0, 0.999, epsilon: 1e-3).ClipGradientNorm(5);

    /// <inheritdoc/>
    public string Name => "enas";

    /// <inheritdoc/>
    public IEnumerable<string> Faults(SearchSpace space)
    {
        ArgumentNullException.ThrowIfNull(space);
        if (space.Cells.Any(cell => !cell.Operations.Select(o => o.Name).SequenceEqual(space.Cells[0].Operations.Select(o => o.Name))))
            yield return $"The controller of ENAS chooses from one list of operations, but the cells of '{space.Name}' have different " +
                "ones; give them the same.";
        if (ControllerUpdates < 1 || SamplesPerUpdate < 1)
            yield return $"ENAS makes {ControllerUpdates} updates of {SamplesPerUpdate} genotypes; expected at least 1 of each.";
        if (BaselineDecay is not (>= 0 and < 1))
            yield return $"The baseline of ENAS decays by {BaselineDecay}; expected a number within [0, 1), 0.99 as published.";
        foreach (string fault in Controller.Faults("controller"))
            yield return fault;
    }

    /// <inheritdoc/>
    public SampleAllocation Allocate(long samples, Generator generator) =>
        SampleAllocation.Split(samples, TrainPortion, generator, ArchitectureSampling.None);

    /// <inheritdoc/>
    public int FurtherSteps(int weightSteps) => ControllerUpdates;

    /// <inheritdoc/>
    public IOptimizationScheme Begin(StepContext context) => new EnasRun(this, Given.NotNull(context));

    /// <summary>Not called: <see cref="Begin"/> gives the scheme of the run.</summary>
    /// <exception cref="InvalidOperationException">Always.</exception>
    public StepOutcome Step(StepContext step) =>
        throw new InvalidOperationException("ENAS steps with its controller; call Begin(context) and step with what it returns.");

    /// <summary>Not called: <see cref="Begin"/> gives the scheme of the run.</summary>
    /// <exception cref="InvalidOperationException">Always.</exception>
    public Genotype Draw(SearchSpace space, Generator generator) =>
        throw new InvalidOperationException("ENAS draws with its controller; call Begin(context) and draw with what it returns.");
}
