using SingleDarts.Core.Spaces;

namespace SingleDarts.Core.Search;

/// <summary>What an <see cref="IEpochRule"/> decides by.</summary>
public sealed record EpochRuleContext
{
    private readonly IReadOnlyList<EpochReport>? history;

    /// <summary>Reports of all epochs so far, those of earlier stages included, the newest last.</summary>
    public required IReadOnlyList<EpochReport> Reports { get; init; }

    /// <summary>Reports of the epochs of this stage that led to the present state, the newest last: without those that a return has
    /// discarded. The first is of epoch 0 of the schedules.</summary>
    /// <value><see cref="Reports"/>.</value>
    public IReadOnlyList<EpochReport> History { get => history ?? Reports; init => history = value; }

    /// <summary>The present options of the search, which a return may have changed.</summary>
    /// <value>The default ones.</value>
    public SearchOptions Options { get; init; } = new();

    /// <summary>The space of the epoch that ended, without pruned candidates.</summary>
    public required SearchSpace Space { get; init; }

    /// <summary>The space in which the search began.</summary>
    public required SearchSpace FirstSpace { get; init; }

    /// <summary>Number of the stage, counted from 1.</summary>
    public required int Stage { get; init; }

    /// <summary>Number of the epoch within its stage, counted from 1.</summary>
    public required int EpochOfStage { get; init; }

    /// <summary>Number of epochs of a stage: <see cref="Runs.RunOptions.Epochs"/>.</summary>
    public required int EpochsPerStage { get; init; }

    /// <summary>Report of the epoch that ended.</summary>
    public EpochReport Report => Reports[^1];

    /// <summary>Whether the epoch was the last of its stage; the search then ends unless a rule begins a new stage.</summary>
    public bool IsStageComplete => EpochOfStage == EpochsPerStage;
}
