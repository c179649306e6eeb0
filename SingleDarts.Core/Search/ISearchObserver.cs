using SingleDarts.Core.Runs;
using SingleDarts.Core.Schemes;
using SingleDarts.Core.Spaces;

namespace SingleDarts.Core.Search;

/// <summary>Watches a search, and sees its supernet, batches and optimisers.</summary>
public interface ISearchObserver : IRunObserver
{
    /// <summary>What the observer cannot do in a space; a search with faults is rejected before any work.</summary>
    /// <param name="space">The search space.</param>
    /// <returns>Sentences that name what was found, what was expected and the remedy.</returns>
    IEnumerable<string> Faults(SearchSpace space) => [];

    /// <inheritdoc cref="IRunObserver.OnStarted"/>
    void OnStarted(SearchMoment moment) { }

    /// <summary>Before the first step of a later stage of a search that has several, or behind a return to an earlier epoch; supernet, α
    /// and optimisers are new objects. A resume within a stage calls <see cref="OnStarted(SearchMoment)"/> alone.</summary>
    /// <param name="moment">The moment.</param>
    void OnStageStarted(SearchMoment moment) { }

    /// <inheritdoc cref="IRunObserver.OnStepStarting"/>
    void OnStepStarting(SearchMoment moment) { }

    /// <inheritdoc cref="IRunObserver.OnStep" path="/summary"/>
    /// <param name="moment">The moment.</param>
    /// <param name="outcome">What the step measured, on the device.</param>
    void OnStep(SearchMoment moment, StepOutcome outcome) { }

    /// <inheritdoc cref="IRunObserver.OnEpoch" path="/summary"/>
    /// <param name="moment">The moment.</param>
    /// <param name="report">What the epoch gave.</param>
    void OnEpoch(SearchMoment moment, EpochReport report) { }

    /// <summary>After the last epoch, when the genotype is saved.</summary>
    /// <param name="result">What the search found.</param>
    void OnCompleted(SearchResult result) { }

    Type IRunObserver.MomentType => typeof(SearchMoment);

    void IRunObserver.OnStarted(RunMoment moment) => OnStarted((SearchMoment)moment);

    void IRunObserver.OnStageStarted(RunMoment moment) => OnStageStarted((SearchMoment)moment);

    void IRunObserver.OnStepStarting(RunMoment moment) => OnStepStarting((SearchMoment)moment);

    void IRunObserver.OnStep(RunMoment moment) => OnStep((SearchMoment)moment, ((SearchMoment)moment).Outcome!);

    void IRunObserver.OnEpoch(RunMoment moment, RunReport report) => OnEpoch((SearchMoment)moment, (EpochReport)report);

    void IRunObserver.OnCompleted(RunMoment moment) => OnCompleted(((SearchMoment)moment).Result!);
}
