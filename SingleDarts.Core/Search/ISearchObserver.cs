using SingleDarts.Core.Schemes;
using SingleDarts.Core.Spaces;

namespace SingleDarts.Core.Search;

/// <summary>
/// Watches a search. Methods are called on the search's thread, in order; tensors that they are given live only during the call.
/// </summary>
public interface ISearchObserver
{
    /// <summary>Finds what the observer cannot do in a space; a search with faults is refused before any work.</summary>
    /// <param name="space">The search space.</param>
    /// <returns>Sentences that name what was found, what was expected and the remedy.</returns>
    IEnumerable<string> Faults(SearchSpace space) => [];

    /// <summary>Before the first step, also after a resume.</summary>
    /// <param name="moment">Where the search stands.</param>
    void OnStarted(SearchMoment moment) { }

    /// <summary>Before a step: its batches are there, and nothing has moved yet.</summary>
    /// <param name="moment">Where the search stands.</param>
    void OnStepStarting(SearchMoment moment) { }

    /// <summary>After a step; gradients of the step are still in the parameters' <c>grad</c>.</summary>
    /// <param name="moment">Where the search stands.</param>
    /// <param name="outcome">What the step measured, on the device.</param>
    void OnStep(SearchMoment moment, StepOutcome outcome) { }

    /// <summary>After an epoch, before its checkpoint.</summary>
    /// <param name="moment">Where the search stands.</param>
    /// <param name="report">What the epoch gave.</param>
    void OnEpoch(SearchMoment moment, EpochReport report) { }

    /// <summary>After the last epoch.</summary>
    /// <param name="result">What the search found.</param>
    void OnCompleted(SearchResult result) { }
}
