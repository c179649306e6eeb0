using PaperTables.Runs;
using System.CommandLine;

namespace PaperTables.Figures;

/// <summary>The runs that a figure is drawn from: folders that are named, or searches of a scale of which those missing are run.</summary>
internal sealed class FigureRuns
{
    private readonly Option<string[]> single = Many<string>("--single-level", "Run folders; several are seeds.");
    private readonly Option<string[]> bi = Many<string>("--bi-level", "Run folders; several are seeds.");
    private readonly Option<string?> scale = new("--run") { Description = $"Run what is missing in --runs: {string.Join(" or ", SearchScale.Names)}." };
    private readonly Option<string> data = new("--data") { Description = "With --run: as in search.", DefaultValueFactory = _ => SearchSettings.GeneratedData };
    private readonly Option<long[]> seeds = Many<long>("--seeds", "With --run: a search of each scheme for each seed. Default: 0.");
    private readonly Option<string> runs = new("--runs") { Description = "With --run: where the run folders are.", DefaultValueFactory = _ => "runs" };

    public FigureRuns() => scale.AcceptOnlyFromAmong(SearchScale.Names);

    public void AddTo(Command command)
    {
        foreach (Option option in new Option[] { single, bi, scale, data, seeds, runs })
            command.Add(option);
    }

    /// <summary>The folders of each scheme, after running what is missing.</summary>
    /// <param name="parsed">The command line.</param>
    /// <param name="table">The option of the table that the figure looks genotypes up in; the searches get it, too.</param>
    /// <exception cref="ArgumentException">None is named, or they are of different spaces or data sets.</exception>
    /// <exception cref="SearchFailedException">A search ended without a genotype.</exception>
    public IReadOnlyList<(string Scheme, string[] Folders)> Find(ParseResult parsed, Option<string?>? table)
    {
        string[] bi = parsed.GetValue(this.bi) ?? [], single = parsed.GetValue(this.single) ?? [];
        if (parsed.GetValue(scale) is { } name)
        {
            string? file = table is null ? null : parsed.GetValue(table) ?? throw new ArgumentException(
                "Nothing was run, because the figure looks the genotypes up; give --table <csv>.");
            long[] numbers = parsed.GetValue(seeds) is { Length: > 0 } given ? given : [0];
            string[] Run(string scheme) => [.. numbers.Distinct().Select(seed =>
                SearchScale.RunMissing(name, scheme, seed, parsed.GetValue(data)!, file, parsed.GetValue(runs)!))];
            (bi, single) = ([.. bi, .. Run("bi-level")], [.. single, .. Run("single-level")]);
        }
        RecordedSearch.RequireSame([.. bi.Concat(single).Distinct().Select(RecordedSearch.Open)]);
        return bi.Length + single.Length > 0 ? [("bi-level", bi), ("single-level", single)] : throw new ArgumentException(
            "There is nothing to draw; name run folders with --single-level and --bi-level, or run searches with --run.");
    }

    private static Option<T[]> Many<T>(string name, string description) => new(name) { Description = description, AllowMultipleArgumentsPerToken = true };
}
