using SingleDarts.Core.Spaces;

namespace SingleDarts.Core.Search;

/// <summary>What a search does after an epoch.</summary>
public sealed record EpochDecision
{
    private EpochDecision()
    {
    }

    /// <summary>The search continues unchanged.</summary>
    public static EpochDecision Continue { get; } = new();

    /// <summary>Why the search stops; <see langword="null"/> if it continues.</summary>
    public string? StopReason { get; private init; }

    /// <summary>Number of the epoch whose genotype is the result of a search that stops, counted from 1; <see langword="null"/> for the
    /// last.</summary>
    public int? Epoch { get; private init; }

    /// <summary>The space in which the search continues; <see langword="null"/> if it stays the same.</summary>
    public SearchSpace? Space { get; private init; }

    /// <summary>Whether the supernet, α and the optimisers are kept if the space changes.</summary>
    public bool KeepsWeights { get; private init; }

    /// <summary>Number of the epoch to which the search returns, counted from 1; null if it goes on from the last.</summary>
    public int? ReturnEpoch { get; private init; }

    /// <summary>The options of the search behind a return; <see langword="null"/> if they stay the same.</summary>
    public SearchOptions? Options { get; private init; }

    /// <summary>Whether the search does something else than go on or stop.</summary>
    internal bool IsChange => Space is not null || ReturnEpoch is not null;

    /// <summary>A number that the following epochs have as <see cref="Optimizers.EpochPosition.Feedback"/>; <see langword="null"/> if it
    /// stays as it is.</summary>
    public double? Feedback { get; init; }

    /// <summary>The search stops.</summary>
    /// <param name="reason">Why, in a sentence.</param>
    /// <param name="epoch">Number of the epoch whose genotype is the result, counted from 1; the last if <see langword="null"/>.</param>
    public static EpochDecision Stop(string reason, int? epoch = null)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(reason);
        return new() { StopReason = reason, Epoch = epoch };
    }

    /// <summary>
    /// A new stage begins, of <see cref="Runs.RunOptions.Epochs"/> epochs: a new supernet of the space, new α, new optimisers, and
    /// schedules from their start.
    /// </summary>
    /// <param name="space">A space of the same input, classes and kinds of cells: <see cref="SearchSpace.Allow"/>,
    /// <see cref="SearchSpace.WithStages"/>.</param>
    public static EpochDecision NextStage(SearchSpace space)
    {
        ArgumentNullException.ThrowIfNull(space);
        return new() { Space = space };
    }

    /// <summary>
    /// Candidates are pruned in place: they are not computed any more and their p is 0. Everything else is kept: the other weights, α,
    /// optimisers, schedules, and the epochs of the stage. No gradient reaches the weights of pruned candidates, and nothing reads
    /// them; weight decay and momentum still move them. Their α stands still, unless α has weight decay.
    /// </summary>
    /// <param name="space">The present space with fewer candidates: <see cref="EpochRuleContext.Space"/> with
    /// <see cref="SearchSpace.Allow"/> or <see cref="SearchSpace.Without"/>.</param>
    /// <param name="stopReason">Why the search stops with the pruned space, in a sentence; <see langword="null"/> if it continues.</param>
    public static EpochDecision Prune(SearchSpace space, string? stopReason = null)
    {
        ArgumentNullException.ThrowIfNull(space);
        return new() { Space = space, KeepsWeights = true, StopReason = stopReason };
    }

    /// <summary>
    /// The search returns to its state after an earlier epoch of the stage, and goes on from there as if the epochs between had not been:
    /// weights, α, optimisers, schedules, the candidates, and the state of schemes, relaxations, penalties and the like. Reports, records,
    /// batches and other random numbers go on. Epoch rules and observers keep their state.
    /// </summary>
    /// <param name="epoch">Number of an epoch that <see cref="IEpochRule.Returns"/> named, counted from 1.</param>
    /// <param name="options">The options with other settings of w's optimiser (weight decay) or of the edge decorators (drop-path);
    /// <see cref="EpochRuleContext.Options"/> if null.</param>
    public static EpochDecision Return(int epoch, SearchOptions? options = null) => new() { ReturnEpoch = epoch, Options = options };
}
