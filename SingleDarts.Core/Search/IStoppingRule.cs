namespace SingleDarts.Core.Search;

/// <summary>Ends a search before its last epoch.</summary>
public interface IStoppingRule
{
    /// <summary>Name in run records, with its settings.</summary>
    string Name { get; }

    /// <summary>Decides after an epoch.</summary>
    /// <param name="epochs">All reports so far, the newest last.</param>
    /// <returns>Why the search should stop, or <see langword="null"/> to go on.</returns>
    string? ReasonToStop(IReadOnlyList<EpochReport> epochs);
}
