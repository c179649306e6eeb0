using System.CommandLine;
using System.Globalization;
using System.Text.Json.Nodes;
using PaperTables.CommandLine;
using PaperTables.Runs;
using PaperTables.Sweeps.Definitions;

namespace PaperTables.Figures;

/// <summary>The runs that a figure is drawn from: folders that are named, or searches of a scale of which those missing are run.</summary>
internal sealed class FigureRuns
{
    private readonly Option<string[]> single = Many<string>("--single-level", "Run folders; several are seeds.");
    private readonly Option<string[]> bi = Many<string>("--bi-level", "Run folders; several are seeds.");
    private readonly Option<string?> scale =
        new("--run") { Description = "Run what is missing in --runs, at this scale of the definition 'figures': smoke or cpu." };
    private readonly Option<string> data = new("--data") { Description = "With --run: as in search.", DefaultValueFactory = _ =>
        SearchSettings.GeneratedData };
    private readonly Option<long[]> seeds = Many<long>("--seeds", "With --run: a search of each scheme for each seed. Default: 0.");
    private readonly Option<string> runs = new("--runs") { Description = "With --run: where the run folders are.",
        DefaultValueFactory = _ => "runs" };

    public void AddTo(Command command)
    {
        foreach (Option option in new Option[] { single, bi, scale, data, seeds, runs })
            command.Add(option);
    }

    /// <summary>The folders of each scheme, after running what is missing.</summary>
    /// <param name="parsed">The command line.</param>
    /// <param name="table">The option of the table that the figure looks genotypes up in; the searches get it, too.</param>
    /// <exception cref="ArgumentException">None is named, or they are of different spaces or data sets.</exception>
    /// <param name="cancellationToken">Ends a search with a checkpoint.</param>
    public async Task<IReadOnlyList<(string Scheme, string[] Folders)>> FindAsync(ParseResult parsed, Option<string?>? table,
        CancellationToken cancellationToken)
    {
        List<string> bi = [.. parsed.GetValue(this.bi) ?? []], single = [.. parsed.GetValue(this.single) ?? []];
        if (parsed.GetValue(scale) is { } name)
        {
            string? file = table is null ? null : parsed.GetValue(table) ?? throw new ArgumentException(
                "Nothing was run, because the figure looks the genotypes up; give --table <csv>.");
            foreach (SearchSettings settings in Searches(name, parsed).Select(settings => settings with { Table = file }))
            {
                await RunMissingAsync(settings, cancellationToken);
                (settings.Scheme == "bi-level" ? bi : single).Add(settings.Out!);
            }
        }
        RecordedSearch.RequireSame([.. bi.Concat(single).Distinct().Select(RecordedSearch.Open)]);
        return bi.Count + single.Count > 0 ? [("bi-level", [.. bi]), ("single-level", [.. single])] : throw new ArgumentException(
            "There is nothing to draw; name run folders with --single-level and --bi-level, or run searches with --run.");
    }

    /// <summary>A search of each row of the definition for each seed.</summary>
    private IEnumerable<SearchSettings> Searches(string scaleName, ParseResult parsed)
    {
        SweepDefinition definition = DefinitionFile.Load("figures");
        long[] numbers = parsed.GetValue(seeds) is { Length: > 0 } given ? given : [0];
        var choices = new PlanChoices { Scale = scaleName, Given = new JsonObject { ["data"] = parsed.GetValue(data) } };
        return from row in definition.Rows
               from seed in numbers.Distinct()
               let folder = string.Create(CultureInfo.InvariantCulture, $"{scaleName}-{row.Name}-{seed}")
               select definition.Settings(row, choices) with { Seed = seed, Out = Path.Combine(parsed.GetValue(runs)!, folder) };
    }

    /// <summary>Runs or resumes a search. One that is finished ends at once, or is rejected if it is of other data or settings.</summary>
    private static Task RunMissingAsync(SearchSettings settings, CancellationToken cancellationToken)
    {
        SearchSettings search = settings with { Resume = File.Exists(Path.Combine(settings.Out!, "options.json")) };
        if (!File.Exists(Path.Combine(settings.Out!, "genotype.json")))
            Terminal.WriteLine($"search {OptionTable<SearchSettings>.CommandLine(search)}");
        return SearchRunner.RunAsync(search, cancellationToken);
    }

    private static Option<T[]> Many<T>(string name, string description) =>
        new(name) { Description = description, AllowMultipleArgumentsPerToken = true };
}
