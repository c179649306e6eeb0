using System.Text.Json.Nodes;
using PaperTables.CommandLine;
using SingleDarts.Core.Spaces;
using SingleDarts.Core.Sweeps;

namespace PaperTables.Sweeps.Definitions;

/// <summary>A table or a figure as data: rows with their searches and published numbers, scales, questions. The program knows none by
/// name.</summary>
internal sealed record SweepDefinition
{
    /// <summary>The definition as JSON that needs no other file.</summary>
    public required JsonObject Json { get; init; }

    public required string Name { get; init; }

    public required string Title { get; init; }

    /// <summary>Whether the report has a line for each epoch instead of one for each metric.</summary>
    public bool IsCurve { get; init; }

    public required IReadOnlyList<NasBench201Metric> Metrics { get; init; }

    public required IReadOnlyDictionary<string, DefinitionScale> Scales { get; init; }

    /// <summary>Options of all rows.</summary>
    public required JsonObject Search { get; init; }

    public required IReadOnlyList<DefinitionRow> Rows { get; init; }

    public required IReadOnlyList<DefinitionVerdict> Verdicts { get; init; }

    /// <summary>Options that the paper leaves open; reports print their values.</summary>
    public required IReadOnlyList<string> Open { get; init; }

    /// <summary>Options that the rate factor of a plan multiplies.</summary>
    public required IReadOnlyList<string> Rates { get; init; }

    public string GroupOf(DefinitionRow row) => $"{Name}/{row.Name}";

    /// <summary>The trials of each row that is searched, one for each seed.</summary>
    /// <exception cref="ArgumentException">The scale is unknown, or an option is given that a row names.</exception>
    public IEnumerable<SweepGroup> Groups(PlanChoices choices)
    {
        DefinitionScale scale = Scale(choices.Scale);
        return Rows.Where(row => row.Search is not null).Select(row => new SweepGroup(GroupOf(row),
            [.. Enumerable.Range(0, choices.Seeds ?? scale.Seeds)
                .Select(seed => new Trial(OptionTable<SearchSettings>.ToJson(Settings(row, choices) with { Seed = seed })))]));
    }

    /// <summary>The settings of a row: those of the scale, of the command line, of all rows, of the row and of its variants, the later
    /// before the earlier.</summary>
    /// <exception cref="ArgumentException">The scale is unknown, or an option is given that a row names.</exception>
    public SearchSettings Settings(DefinitionRow row, PlanChoices choices)
    {
        if (choices.Given.Select(option => option.Key)
            .FirstOrDefault(name => Search.ContainsKey(name) || Rows.Any(r => r.Search?.ContainsKey(name) == true)) is { } fixedByRows)
            throw new ArgumentException(
                $"The option '{fixedByRows}' is given, but the rows of {Name} say it; leave it out, or change a copy of the definition.");
        JsonObject[] layers = [Scale(choices.Scale).Search, choices.Given, Search, row.Search ?? [],
            .. choices.Variants.Select(variant => row.Variants.GetValueOrDefault(variant)).OfType<JsonObject>()];
        SearchSettings settings = layers.Any(options => options.ContainsKey("method")) ? new() : SearchSettings.Said;
        foreach (JsonObject options in layers)
            settings = OptionTable<SearchSettings>.Apply(settings, options, $"{Name}, row '{row.Name}'");
        if (choices.PublishedRatio && settings.Epochs is { } epochs)
            settings = settings with { Epochs = MethodOverrides.EpochsInProportion(settings, epochs) };
        var scaled = new JsonObject(Rates.Select(name => KeyValuePair.Create<string, JsonNode?>(
            name, choices.RateFactor * (OptionTable<SearchSettings>.Find(name, Name).Get(settings) as double? ??
                MethodOverrides.RateOf(settings, name)))));
        return OptionTable<SearchSettings>.Apply(settings, scaled, Name);
    }

    private DefinitionScale Scale(string name) => Scales.GetValueOrDefault(name)
        ?? throw new ArgumentException($"There is no scale '{name}'; {Name} has {string.Join(", ", Scales.Keys)}.");
}
