using SingleDarts.Core.Spaces;

namespace PaperTables.Sweeps;

/// <summary>A row of a table of the paper.</summary>
/// <param name="Name">As printed, made unique.</param>
/// <param name="Printed">The paper's numbers.</param>
/// <param name="Search">From the settings that all rows begin with; null for a row that is only printed.</param>
/// <param name="Note">What is wrong or odd in print.</param>
internal sealed record PaperRow(
    string Name, IReadOnlyDictionary<NasBench201Metric, PaperValue> Printed, Func<SearchSettings, SweepChoices, SearchSettings>? Search, string? Note = null);
