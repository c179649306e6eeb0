using SingleDarts.Core.Data;
using SingleDarts.Core.Optimizers;
using SingleDarts.Core.Runs;
using SingleDarts.Core.Schemes;

namespace SingleDarts.Core.Search;

/// <summary>The moment of a search that an observer sees.</summary>
/// <param name="Epoch">Epoch, counted from 0.</param>
/// <param name="Step">Step within the epoch, counted from 0; after an epoch, the number of its steps.</param>
/// <param name="StepsPerEpoch">Steps of one epoch, preceding and further ones of the scheme included.</param>
/// <param name="Context">Supernet, batches and optimisers.</param>
public sealed record SearchMoment(int Epoch, int Step, int StepsPerEpoch, StepContext Context) : RunMoment(Epoch, Step, StepsPerEpoch)
{
    /// <summary>Steps of one epoch before those over the weights' batches.</summary>
    public int PrecedingSteps { get; init; }

    /// <summary>Steps of one epoch over the weights' batches; the steps before and behind them have no batches.</summary>
    /// <value>All steps of the epoch.</value>
    public int WeightSteps
    {
        get => field == 0 ? StepsPerEpoch : field;
        init;
    }

    /// <summary>Step over the weights' batches within the epoch, counted from 0; null in a step without batches.</summary>
    public int? WeightStep => Step >= PrecedingSteps && Step < PrecedingSteps + WeightSteps ? Step - PrecedingSteps : null;

    /// <summary>Number of the stage, counted from 1.</summary>
    public int Stage { get; init; } = 1;

    /// <summary>The moment within the stage, by which everything that moves with the epoch is taken.</summary>
    public EpochPosition Position { get; init; }

    /// <summary>What the step measured, on the device; <see langword="null"/> before a step.</summary>
    public StepOutcome? Outcome { get; init; }

    /// <summary>What the search found; <see langword="null"/> until it is completed.</summary>
    public SearchResult? Result { get; init; }

    /// <summary>
    /// Draws a batch of the weights' samples that holds none of this step's batches, from a random stream of its own; the caller disposes
    /// it. It returns <see langword="null"/> if fewer than two samples are left, and is <see langword="null"/> in a loop of one's own.
    /// </summary>
    public Func<LabeledBatch?>? DrawIndependentBatch { get; init; }
}
