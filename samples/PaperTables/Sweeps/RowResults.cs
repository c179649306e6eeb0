using System.Text.Json.Nodes;
using SingleDarts.Core.Genotypes;
using SingleDarts.Core.Runtime;
using SingleDarts.Core.Spaces;
using SingleDarts.Core.Sweeps;

namespace PaperTables.Sweeps;

/// <summary>What the searches of a row found, as far as they are done.</summary>
internal sealed class RowResults
{
    private const double MostSeconds = 1e9;
    private readonly IReadOnlyList<JsonObject> done;
    private readonly NasBench201Table? benchmark;

    /// <param name="sweep">The sweep.</param>
    /// <param name="group">Name of the row's group; a row without a group has no searches.</param>
    /// <param name="benchmark">Where genotypes are looked up; without it there are no accuracies.</param>
    public RowResults(SweepFolder sweep, string group, NasBench201Table? benchmark)
    {
        IReadOnlyList<Trial> trials = sweep.Plan.Groups.FirstOrDefault(g => g.Name == group)?.Trials ?? [];
        Planned = trials.Count;
        this.benchmark = benchmark;
        done = [.. trials.Select(trial => Read(sweep, trial)).OfType<JsonObject>()];
    }

    /// <summary>Results that cannot be read: their trials count as open.</summary>
    public List<string> Unread { get; } = [];

    public int Planned { get; }

    public int Done => done.Count;

    public int Epochs => done.Count == 0 ? 0 : done.Max(result => result["genotypes"]!.AsArray().Count);

    /// <summary>Of the six edges of each genotype, those with a skip connection.</summary>
    public IReadOnlyList<int> Skips => [.. done.Select(result => CountSkips(result["genotype"]!))];

    /// <summary>The same after an epoch, from 1.</summary>
    public IEnumerable<int> SkipsAfter(int epoch) => GenotypesAfter(epoch).Select(CountSkips);

    public MeanAndDeviation Seconds => MeanAndDeviation.Of(done.Select(result => result["seconds"]!.GetValue<double>()));

    public MeanAndDeviation Accuracy(NasBench201Metric metric) =>
        MeanAndDeviation.Of(benchmark is null ? [] : done.Select(result => LookUp(result["genotype"]!, metric)));

    /// <summary>Accuracy of the genotype after an epoch, from 1, one for each seed.</summary>
    public IEnumerable<double> AccuraciesAfter(NasBench201Metric metric, int epoch) =>
        benchmark is null ? [] : GenotypesAfter(epoch).Select(genotype => LookUp(genotype, metric));

    private JsonObject? Read(SweepFolder sweep, Trial trial)
    {
        try
        {
            if (sweep.ReadResult(trial) is not { } result)
                return null;
            if (Fault(result) is not { } fault)
                return result;
            Unread.Add($"{sweep.ResultFile(trial)} cannot be read: {fault} Delete it, then sweep run runs the trial again.");
        }
        catch (InvalidDataException e)
        {
            Unread.Add(e.Message);
        }
        return null;
    }

    /// <summary>What keeps a result from being read.</summary>
    private string? Fault(JsonObject result)
    {
        if (result["genotypes"] is not JsonArray { Count: > 0 } genotypes)
            return $"its genotypes are {Quoted.Shorten(result["genotypes"]?.ToJsonString() ?? "missing")}, expected one for each epoch.";
        if (result["seconds"] is not JsonValue value || !value.TryGetValue(out double seconds) || !(seconds is >= 0 and < MostSeconds))
            return $"its seconds are {Quoted.Shorten(result["seconds"]?.ToJsonString() ?? "missing")}, expected a number of 0 or more.";
        foreach (JsonNode? genotype in genotypes.Append(result["genotype"]))
            try
            {
                Genotype read = Genotype.Parse(genotype?.ToString() ?? "");
                if (benchmark is not null)
                    _ = benchmark[read];
            }
            catch (Exception e) when (e is FormatException or ArgumentException or KeyNotFoundException)
            {
                return $"a genotype is {Quoted.Shorten(genotype?.ToJsonString() ?? "missing")}: {e.Message}";
            }
        return null;
    }

    /// <summary>What a property says, each different value once.</summary>
    public string All(string property) => string.Join(" and ", done.Select(result => result[property]?.ToString() ?? "").Distinct());

    private static int CountSkips(JsonNode genotype) => Genotype.Parse(genotype.ToString()).Count("skip_connect");

    private IEnumerable<JsonNode> GenotypesAfter(int epoch) =>
        done.Select(result => result["genotypes"]!.AsArray()).Where(all => all.Count >= epoch).Select(all => all[epoch - 1]!);

    private double LookUp(JsonNode genotype, NasBench201Metric metric) => benchmark![Genotype.Parse(genotype.ToString())].Accuracy(metric);
}
