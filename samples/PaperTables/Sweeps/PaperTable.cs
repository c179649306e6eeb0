using SingleDarts.Core.Spaces;
using SingleDarts.Core.Sweeps;

namespace PaperTables.Sweeps;

/// <summary>A table of the paper on NAS-Bench-201, or Figure 1.</summary>
/// <param name="Name">Name on the command line.</param>
/// <param name="Title">Heading of the report.</param>
/// <param name="Metrics">Its columns.</param>
/// <param name="Rows">Its rows.</param>
internal sealed partial record PaperTable(string Name, string Title, IReadOnlyList<NasBench201Metric> Metrics, IReadOnlyList<PaperRow> Rows)
{
    public static PaperTable[] All => [Table1, Table4, Table5, Figure1];

    /// <exception cref="ArgumentException">There is no such table.</exception>
    public static PaperTable Of(string name) => All.FirstOrDefault(table => table.Name == name)
        ?? throw new ArgumentException($"There is no definition '{name}'; there are {string.Join(", ", All.Select(table => table.Name))}.");

    /// <summary>The trials of each row that is searched, one for each seed.</summary>
    public IEnumerable<SweepGroup> Groups(SweepChoices choices) => Rows.Where(row => row.Search is not null).Select(row => new SweepGroup(GroupOf(row),
        [.. Enumerable.Range(0, choices.Seeds).Select(seed => TrialSettings.Of(row.Search!(choices.Settings, choices) with { Seed = seed }))]));

    public string GroupOf(PaperRow row) => $"{Name}/{row.Name}";
}
