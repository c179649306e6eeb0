using PaperTables.CommandLine;

namespace PaperTables.Sweeps;

/// <summary>The options of <c>sweep plan</c> besides those of the searches.</summary>
internal sealed record PlanSettings
{
    [CommandOption("--out", "Folder of the sweep.")]
    public string? Out { get; init; }

    [CommandOption("--scale", "Size of the searches, one of the definition's: smoke, cpu or paper in those of the paper.")]
    public string Scale { get; init; } = "smoke";

    [CommandOption("--seeds", "Searches of each row. Default: the scale's; 2, 3 and 5 at smoke, cpu and paper.")]
    public int? Seeds { get; init; }

    [CommandOption("--published-ratio",
        "Give each method its share of epochs: five times those of the scale to a method of 250 epochs. Default: equal passes over the " +
        "data.")]
    public bool PublishedRatio { get; init; }

    [CommandOption("--data-name", "What reports call the data, for example 'JPEG CIFAR-10'.")]
    public string? DataName { get; init; }

    [CommandOption("--table", "NAS-Bench-201 table (csv or csv.gz) for collect, which opens it by itself if it is in the sweep folder.")]
    public string? Table { get; init; }

    [CommandOption("--variant",
        "Take a variant that rows of the definition have, for example adam-moves-weights of table5. May be given again.")]
    public string[] Variants { get; init; } = [];

    [CommandOption("--rate-factor",
        "Multiplies the rates of a definition, those of w and α in table4 and table5, for fewer steps than the paper's.")]
    public double RateFactor { get; init; } = 1;
}
