using System.Text.Json.Nodes;
using PaperTables.CommandLine;
using PaperTables.Sweeps.Definitions;
using SingleDarts.Core.Sweeps;

namespace PaperTables.Sweeps;

/// <summary>The definitions that a sweep was planned from, and the settings of its trials.</summary>
internal static class SweepTables
{
    /// <summary>The definitions as they were when the sweep was planned.</summary>
    /// <exception cref="InvalidDataException">There is none, one is damaged, or the data changed while the sweep ran.</exception>
    public static IReadOnlyList<SweepDefinition> Of(SweepFolder sweep)
    {
        JsonObject[] tables = [.. (sweep.Plan.Definition["tables"] as JsonArray ?? []).OfType<JsonObject>()];
        if (tables.Length == 0)
            throw new InvalidDataException(
                $"The sweep in {sweep.Path} names no table in its sweep.json; it was planned by another program.");
        RequireSameData(sweep);
        return [.. tables.Select(table => DefinitionReader.Read(table, Path.Combine(sweep.Path, "sweep.json")))];
    }

    /// <exception cref="InvalidDataException">The options are not those of a search.</exception>
    public static SearchSettings Settings(Trial trial) =>
        OptionTable<SearchSettings>.Apply(new SearchSettings(), trial.Options, $"trial {trial}");

    /// <summary>Trials that read the same part of the same data must have read the same samples. A result without a hash is not
    /// compared.</summary>
    private static void RequireSameData(SweepFolder sweep)
    {
        var done = from trial in sweep.Plan.Trials
                   where sweep.ResultFault(trial) is null
                   let hash = sweep.ReadResult(trial)?["dataSha256"]?.ToString()
                   where hash is not null
                   let settings = Settings(trial)
                   group (Trial: trial, Hash: hash) by (settings.Data, settings.Samples, settings.PortionOfData, settings.ImageSize);
        foreach (var same in done)
            if (same.FirstOrDefault(other => other.Hash != same.First().Hash) is { Trial: { } changed })
                throw new InvalidDataException(
                    $"The data {same.Key.Data} changed while the sweep ran: {sweep.ResultFile(same.First().Trial)} and " +
                    $"{sweep.ResultFile(changed)} are of " +
                    "different samples. Delete the results of the wrong ones and run the sweep again, or plan another.");
    }
}
