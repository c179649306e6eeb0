using System.Text.Json.Nodes;
using SingleDarts.Core.Genotypes;
using SingleDarts.Core.Spaces;
using SingleDarts.Core.Sweeps;

namespace PaperTables.Sweeps;

/// <summary>What the searches of a row found, as far as they are done.</summary>
internal sealed class RowResults
{
    private readonly IReadOnlyList<JsonObject> done;
    private readonly NasBench201Table? benchmark;

    /// <param name="sweep">The sweep.</param>
    /// <param name="group">Name of the row's group; a row without a group has no searches.</param>
    /// <param name="benchmark">Where genotypes are looked up; without it there are no accuracies.</param>
    public RowResults(SweepFolder sweep, string group, NasBench201Table? benchmark)
    {
        IReadOnlyList<Trial> trials = sweep.Plan.Groups.FirstOrDefault(g => g.Name == group)?.Trials ?? [];
        Planned = trials.Count;
        done = [.. trials.Select(trial => Read(sweep, trial)).OfType<JsonObject>()];
        this.benchmark = benchmark;
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
            JsonObject? result = sweep.ReadResult(trial);
            if (result is not null)
                foreach (JsonNode? genotype in (result["genotypes"] as JsonArray ?? []).Append(result["genotype"]))
                    Genotype.Parse(genotype?.ToString() ?? "");
            _ = result?["seconds"]?.GetValue<double>() ?? (result is null ? 0 : throw new FormatException("It has no seconds."));
            return result;
        }
        catch (InvalidDataException e)
        {
            Unread.Add(e.Message);
        }
        catch (Exception e) when (e is FormatException or InvalidOperationException)
        {
            Unread.Add($"{sweep.ResultFile(trial)} cannot be read: {e.Message} Delete it, then sweep run runs the trial again.");
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
