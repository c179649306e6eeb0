using System.CommandLine;
using System.Text.Json.Nodes;
using PaperTables.CommandLine;
using PaperTables.Sweeps.Definitions;
using SingleDarts.Core.Sweeps;

namespace PaperTables.Sweeps;

/// <summary>The command line of <c>sweep plan</c>: its own options, and those of the searches, which change every row.</summary>
internal static class PlanCommand
{
    public static Command Create()
    {
        Argument<string[]> names = new("definition")
        {
            Description =
                $"One or more of {string.Join(", ", DefinitionFile.Names)}, or paths of your own .json files; trials that they share " +
                "are run once.",
            Arity = ArgumentArity.OneOrMore,
        };
        var command = new Command("plan",
            "Writes the trials of a sweep, one file for each search with all its options. Options of a search change every row that " +
            "does not say them.") { names };
        foreach (SettingOption entry in OptionTable<PlanSettings>.Entries.Concat(
            OptionTable<SearchSettings>.OfTrials.Where(entry => entry.JsonName != "seed")))
            command.Add(entry.Option);
        command.SetAction((parsed, _) => Outcome.OfAsync(_ =>
        {
            SweepFolder folder = Plan(parsed.GetValue(names)!, OptionTable<PlanSettings>.Read(parsed),
                OptionTable<SearchSettings>.Given(parsed));
            Terminal.WriteLine($"{folder.Plan.Trials.Count} trials in {folder.Path}; run them with: sweep run {folder.Path}");
            return Task.FromResult(ExitCode.Success);
        }));
        return command;
    }

    private static SweepFolder Plan(string[] names, PlanSettings settings, JsonObject given)
    {
        SweepDefinition[] definitions = [.. names.Distinct().Select(DefinitionFile.Load)];
        if (settings.Out is null)
            throw new ArgumentException("The folder of the sweep is not named; give --out <folder>.");
        if (settings.Seeds < 1)
            throw new ArgumentException($"--seeds is {settings.Seeds}; a row needs at least 1.");
        if (!(settings.RateFactor is > 0 and < double.PositiveInfinity))
            throw new ArgumentException($"--rate-factor is {settings.RateFactor}; expected a number above 0, 1 for the paper's rates.");
        if (given["diagnoseInterval"]?.GetValue<int>() < 1)
            throw new ArgumentException($"--diagnose-interval is {given["diagnoseInterval"]}; expected 1 step or more.");
        string[] variants = [.. definitions.SelectMany(definition => definition.Rows).SelectMany(row => row.Variants.Keys).Distinct()];
        if (settings.Variants.FirstOrDefault(name => !variants.Contains(name)) is { } unknown)
            throw new ArgumentException(
                $"--variant is '{unknown}'; the rows have {(variants.Length == 0 ? "none" : string.Join(", ", variants))}.");
        if (settings.Table is not null && !File.Exists(settings.Table))
            throw new FileNotFoundException(
                $"There is no file {settings.Table}; name the table of NAS-Bench-201 with --table, or leave it out.");
        RequireData(given);
        var choices = new PlanChoices { Scale = settings.Scale, Seeds = settings.Seeds, Given = given, Variants = settings.Variants,
            RateFactor = settings.RateFactor, PublishedRatio = settings.PublishedRatio };
        return SweepFolder.Create(
            settings.Out, new SweepPlan(Describe(definitions, settings, choices),
            [.. definitions.SelectMany(definition => definition.Groups(choices))]));
    }

    /// <summary>The data are named by their full path, because trials run anywhere.</summary>
    private static void RequireData(JsonObject given)
    {
        if (given["data"]?.ToString() is not { } data || data == SearchSettings.GeneratedData)
            return;
        if (!File.Exists(data) && !Directory.Exists(data))
            throw new FileNotFoundException($"There is neither a file nor a folder {data}; name the data with --data.");
        given["data"] = Path.GetFullPath(data);
    }

    private static JsonObject Describe(SweepDefinition[] definitions, PlanSettings settings, PlanChoices choices) => new()
    {
        ["tables"] = new JsonArray([.. definitions.Select(definition => definition.Json.DeepClone())]),
        ["scale"] = choices.Scale,
        ["seeds"] = choices.Seeds,
        ["given"] = choices.Given.DeepClone(),
        ["variants"] = new JsonArray([.. choices.Variants.Select(name => (JsonNode)name)]),
        ["rateFactor"] = choices.RateFactor,
        ["publishedRatio"] = choices.PublishedRatio,
        ["dataName"] = settings.DataName,
        ["benchmark"] = settings.Table is null ? null : Path.GetFullPath(settings.Table),
    };
}
