using System.Globalization;
using SingleDarts.Core.Optimizers;
using SingleDarts.Core.Runs;
using SingleDarts.Core.Runtime;
using SingleDarts.Core.Spaces;

namespace SingleDarts.Core.Search;

/// <summary>
/// Which course a search has taken, as its rules decided: stages, the space of every epoch, returns, the number of epochs. It depends on
/// the reports alone, so that a resume finds it again.
/// </summary>
internal sealed class SearchCourse
{
    private readonly SearchSpace first;
    private readonly SearchOptions options;
    private readonly List<SearchSpace> spaces = [];
    private readonly List<EpochReport> history = [];
    private readonly HashSet<int> kept = [];

    /// <summary>Begins with the first stage.</summary>
    /// <param name="space">Its space.</param>
    /// <param name="options">The search.</param>
    public SearchCourse(SearchSpace space, SearchOptions options)
    {
        this.options = Options = options;
        first = StageSpace = Space = space;
    }

    /// <summary>Number of the present stage, counted from 1.</summary>
    public int Stage { get; private set; } = 1;

    /// <summary>The space with which the present stage began: that of its supernet.</summary>
    public SearchSpace StageSpace { get; private set; }

    /// <summary>The present space, without pruned candidates.</summary>
    public SearchSpace Space { get; private set; }

    /// <summary>The present options, which a return may have changed.</summary>
    public SearchOptions Options { get; private set; }

    /// <summary>Numbers of the epochs whose states are kept.</summary>
    public IReadOnlySet<int> Kept => kept;

    /// <summary>Number of the epoch to which the search has just returned, or null.</summary>
    public int? Follows { get; private set; }

    /// <summary>What rules fed back last; null before.</summary>
    public double? Feedback { get; private set; }

    /// <summary>Number of epochs of the run, to the end of the present stage.</summary>
    public int Epochs => EpochsBefore + options.Epochs;

    /// <summary>What progress says of the course: candidates left after a pruning, and what is fed back; null for nothing.</summary>
    public string? Note
    {
        get
        {
            int left = Space.CandidateCount, all = StageSpace.CandidateCount;
            string?[] parts = [left < all ? $"{left}/{all} candidates" : null,
                Feedback is { } number ? string.Create(CultureInfo.InvariantCulture, $"feedback {number:0.###e-0}") : null];
            return parts.Any(part => part is not null) ? string.Join(", ", parts.OfType<string>()) : null;
        }
    }

    /// <summary>Number of epochs before the present stage, and of those that returns have discarded.</summary>
    private int EpochsBefore { get; set; }

    /// <summary>A moment of the run within its stage.</summary>
    /// <param name="epoch">Epoch of the run, counted from 0.</param>
    /// <param name="fraction">Share of the epoch that is done.</param>
    public EpochPosition PositionAt(int epoch, double fraction) =>
        new(epoch - EpochsBefore, fraction, options.Epochs) { Stage = Stage - 1, Feedback = Feedback };

    /// <summary>The space of the network of an epoch's genotype: the places of the first stage, and the candidates of the epoch.</summary>
    /// <param name="epoch">Number of the epoch, counted from 1.</param>
    public SearchSpace NetworkSpace(int epoch) => first.WithCells(spaces[epoch - 1].Cells);

    /// <summary>Asks the rules about the last epoch, once for each.</summary>
    /// <param name="reports">All reports so far.</param>
    /// <exception cref="InvalidRunException">A rule's decision is invalid; the exception lists every fault.</exception>
    public EpochDecision Decide(IReadOnlyList<EpochReport> reports)
    {
        spaces.Add(Space);
        history.Add(reports[^1]);
        kept.Add(reports.Count);
        Follows = null;
        var context = new EpochRuleContext
        {
            Reports = reports,
            History = [.. history],
            Options = Options,
            Space = Space,
            FirstSpace = first,
            Stage = Stage,
            EpochOfStage = reports.Count - EpochsBefore,
            EpochsPerStage = options.Epochs,
        };
        kept.IntersectWith(options.EpochRules.SelectMany(rule => UserPart.Result(
            rule, () => $"Returns of the rule '{rule.Name}' after epoch {reports.Count}", "epochs",
            () => rule.Returns(context)?.ToList())));
        // Every rule is asked, because a rule may count its epochs.
        (IEpochRule Rule, EpochDecision Decision)[] decisions = [.. options.EpochRules.Select(rule => (rule, UserPart.Call(
            rule, () => $"The rule '{rule.Name}' after epoch {reports.Count}", () => rule.Decide(context))))];
        if (DecisionChecks.Faults(decisions, context, options, kept).ToList() is { Count: > 0 } faults)
            throw new InvalidRunException(SearchRun.Kind, faults);
        EpochDecision[] all = [.. decisions.Select(d => d.Decision)];
        EpochDecision decided = all.FirstOrDefault(d => d.StopReason is not null) ?? all.FirstOrDefault(d => d.IsChange) ??
            EpochDecision.Continue;
        return decided with { Feedback = all.FirstOrDefault(d => d.Feedback is not null)?.Feedback };
    }

    /// <summary>Takes the space that a decision names, returns to an earlier epoch, and takes what it feeds back.</summary>
    /// <param name="decision">What the rules decided.</param>
    public void Follow(EpochDecision decision)
    {
        if (decision.ReturnEpoch is { } epoch)
            Return(epoch, decision.Options ?? Options);
        Feedback = decision.Feedback ?? Feedback;
        if (decision.Space is not { } space)
            return;
        Space = space;
        if (decision.KeepsWeights)
            return;
        Stage++;
        StageSpace = space;
        EpochsBefore = spaces.Count;
        history.Clear();
        kept.Clear();
    }

    /// <summary>Takes the course of a run that is resumed.</summary>
    /// <param name="reports">Its epochs.</param>
    /// <param name="isStopped">Whether a rule stopped it after the last one.</param>
    public void Replay(IReadOnlyList<EpochReport> reports, bool isStopped)
    {
        for (int done = 1; done <= reports.Count; done++)
        {
            EpochDecision decision = Decide([.. reports.Take(done)]);
            if (!isStopped || done < reports.Count || decision.KeepsWeights)
                Follow(decision);
        }
    }

    private void Return(int epoch, SearchOptions changed)
    {
        int next = 1 + history.FindIndex(report => report.Epoch == epoch);
        if (next < history.Count)
            (Space, Feedback) = (spaces[history[next].Epoch - 1], history[next].Feedback);
        history.RemoveRange(next, history.Count - next);
        kept.IntersectWith(history.Select(report => report.Epoch));
        EpochsBefore = spaces.Count - next;
        Options = changed;
        Follows = epoch;
    }
}
