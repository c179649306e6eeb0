using System.Text.Json.Nodes;
using PaperTables.CommandLine;
using SingleDarts.Core.Runtime;
using SingleDarts.Core.Spaces;

namespace PaperTables.Sweeps.Definitions;

/// <summary>Reads a definition and finds all its faults, each with file, row and option, what was found and what was expected.</summary>
internal sealed class DefinitionReader
{
    private const int MostSeeds = 10_000;
    private static readonly string[] VerdictKinds = [DefinitionVerdict.Beats, DefinitionVerdict.Collapses, DefinitionVerdict.Steadiest];
    private readonly JsonFaults faults = new();
    private readonly string file;

    private DefinitionReader(string file) => this.file = file;

    /// <param name="definition">The JSON.</param>
    /// <param name="file">Where it was read, for messages.</param>
    /// <exception cref="InvalidDataException">With every fault.</exception>
    public static SweepDefinition Read(JsonObject definition, string file)
    {
        var reader = new DefinitionReader(file);
        SweepDefinition read = reader.Read(definition);
        return reader.faults.All.Count == 0 ? read
            : throw new InvalidDataException(
                $"{string.Join(Environment.NewLine, reader.faults.All)}{Environment.NewLine}Correct the definition; " +
            "docs/reference/sweep-definition.md says what it holds.");
    }

    private SweepDefinition Read(JsonObject json)
    {
        faults.RequireKnown(json, file, "name", "title", "source", "form", "metrics", "scales", "open", "rates", "search", "rows",
            "verdicts");
        string form = faults.Text(json, "form", file, "table");
        if (form is not ("table" or "curve"))
            faults.Fault(file, "form", json["form"], "table or curve");
        var read = new SweepDefinition
        {
            Json = json,
            Name = faults.Text(json, "name", file),
            Title = faults.Text(json, "title", file),
            IsCurve = form == "curve",
            Metrics = [.. faults.Texts(json, "metrics", file).Select(metric => Metric(metric, file))],
            Scales = faults.Object(json, "scales", file).ToDictionary(scale => scale.Key, scale => Scale(scale.Key, scale.Value)),
            Search = Options(json, "search", file),
            Rows = [.. faults.List(json, "rows", file).Select(Row)],
            Verdicts = [.. faults.List(json, "verdicts", file).SelectMany(Verdict)],
            Open = faults.Texts(json, "open", file),
            Rates = faults.Texts(json, "rates", file),
        };
        foreach (string option in read.Open.Concat(read.Rates))
            faults.Check(() => OptionTable<SearchSettings>.Find(option, file));
        foreach (string option in read.Rates)
            if (faults.All.Count == 0 && !OptionTable<SearchSettings>.Find(option, file).IsNumber)
                faults.Add($"{file}: the rate {Quoted.Of(option)} is no option of a number.");
        if (read.Scales.Count == 0 || read.Metrics.Count == 0 || read.Rows.All(row => row.Search is null))
            faults.Add(
                $"{file}: it has {read.Scales.Count} scales, {read.Metrics.Count} metrics and " +
            $"{read.Rows.Count(row => row.Search is not null)} rows with 'search'; expected 1 or more of each.");
        foreach (var same in read.Rows.GroupBy(row => row.Name).Where(same => same.Count() > 1))
            faults.Add($"{file}, row {Quoted.Of(same.Key)}: {same.Count()} rows have this name; give each its own.");
        foreach (DefinitionVerdict verdict in read.Verdicts)
            foreach (string name in verdict.Names.Where(name => !Known(read, verdict).Contains(name)))
                faults.Add(
                    $"{file}: the verdict {Quoted.Of(verdict.Kind)} names {Quoted.Of(name)}, expected one of " +
                $"{string.Join(", ", Known(read, verdict).Distinct())}.");
        return read;
    }

    private static IEnumerable<string?> Known(SweepDefinition definition, DefinitionVerdict verdict) =>
        definition.Rows.Where(row => row.Search is not null)
            .Select(row => verdict.Kind == DefinitionVerdict.Steadiest ? row.Method : row.Name);

    private DefinitionRow Row(JsonNode? json, int index)
    {
        if (json is not JsonObject row)
        {
            faults.Fault($"{file}, row {index + 1}", "rows", json, "an object");
            row = [];
        }
        string label = faults.Text(row, "name", $"{file}, row {index + 1}");
        string? method = row.ContainsKey("method") ? faults.Text(row, "method", $"{file}, row {index + 1}") : null;
        string where = $"{file}, row '{(method is null ? label : $"{method}, {label}")}'";
        faults.RequireKnown(row, where, "method", "name", "search", "variants", "published", "note");
        return new DefinitionRow
        {
            Label = label,
            Method = method,
            Search = row.ContainsKey("search") ? Options(row, "search", where) : null,
            Variants = faults.Object(row, "variants", where)
                .ToDictionary(variant => variant.Key, variant => Options(faults.Object(row, "variants", where), variant.Key, where)),
            Published = faults.Object(row, "published", where)
                .ToDictionary(value => Metric(value.Key, where), value => Value(value.Key, value.Value, where)),
            Note = row.ContainsKey("note") ? faults.Text(row, "note", where) : null,
        };
    }

    private DefinitionScale Scale(string name, JsonNode? json)
    {
        string where = $"{file}, scale {Quoted.Of(name)}";
        if (json is not JsonObject scale)
        {
            faults.Fault(where, name, json, "an object");
            scale = [];
        }
        faults.RequireKnown(scale, where, "seeds", "search");
        if (scale["seeds"] is not JsonValue value || !value.TryGetValue(out int seeds) || seeds is < 1 or > MostSeeds)
        {
            faults.Fault(where, "seeds", scale["seeds"], $"1 to {MostSeeds}; --seeds plans more");
            seeds = 1;
        }
        return new DefinitionScale(seeds, Options(scale, "search", where));
    }

    private IEnumerable<DefinitionVerdict> Verdict(JsonNode? json)
    {
        if (json is JsonObject { Count: 1 } verdict && verdict.First() is var (kind, names) && VerdictKinds.Contains(kind))
        {
            IReadOnlyList<string> list = names is JsonArray ? faults.Texts(verdict, kind, file) : [faults.Text(verdict, kind, file)];
            if (kind == DefinitionVerdict.Beats && list.Count != 2)
                faults.Fault(file, kind, names, "two rows, the better first");
            else
                yield return new DefinitionVerdict(kind, list);
        }
        else
        {
            faults.Fault(file, "verdicts", json, $"an object of one property, {string.Join(", ", VerdictKinds)}");
        }
    }

    private PublishedValue Value(string metric, JsonNode? json, string where)
    {
        double[]? numbers = json switch
        {
            JsonValue one when one.TryGetValue(out double mean) && double.IsFinite(mean) => [mean],
            JsonArray { Count: 2 } pair when pair.All(
                item => item is JsonValue value && value.TryGetValue(out double number) && double.IsFinite(number)) =>
                [.. pair.Select(item => item!.GetValue<double>())],
            _ => null,
        };
        if (numbers is null)
            faults.Fault(where, $"published.{metric}", json, "a number, or mean and deviation");
        return numbers is null ? default : new PublishedValue(numbers[0], numbers.Length > 1 ? numbers[1] : null);
    }

    private NasBench201Metric Metric(string name, string where)
    {
        if (!Enum.TryParse(name, out NasBench201Metric metric))
            faults.Add(
                $"{where}: there is no metric {Quoted.Of(name)}, expected one of {string.Join(", ", Enum.GetNames<NasBench201Metric>())}.");
        return metric;
    }

    private JsonObject Options(JsonObject owner, string property, string where)
    {
        JsonObject options = faults.Object(owner, property, where);
        foreach (var (name, value) in options)
            faults.Check(() => OptionTable<SearchSettings>.Apply(
                new SearchSettings(), new JsonObject { [name] = value?.DeepClone() }, where));
        return options;
    }
}
