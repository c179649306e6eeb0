using System.Text.Json.Nodes;
using PaperTables.Runs;
using SingleDarts.Core.Runtime;
using SingleDarts.Core.Spaces;

namespace PaperTables.Reports;

/// <summary>Parameters and multiply-adds of the last genotype: recorded if the search is finished, else counted if the space is
/// known.</summary>
internal static class RunCost
{
    public static (long Parameters, long Flops)? Of(RecordedSearch run)
    {
        if (run.Result is { } result)
            return Whole(result["parameters"]) is { } parameters && Whole(result["flops"]) is { } flops ? (parameters, flops) : null;
        if (run.Genotype is not { } genotype || Space(run) is not { } space)
            return null;
        TorchRuntime.EnsureLoaded();
        var cost = new CostModel(space).Of(genotype);
        return (cost.Parameters, cost.Flops);
    }

    /// <summary>NAS-Bench-201 as it was searched, from its layers.</summary>
    private static SearchSpace? Space(RecordedSearch run)
    {
        JsonNode? space = run.Options.At("space");
        JsonNode?[] cells = [.. (space.At("layers") as JsonArray ?? []).Where(layer => layer.At("cell") is not null)];
        long?[] input = [.. (space.At("input") as JsonArray ?? []).Select(Whole)];
        if (run.Option("space", "name") != "nasbench201" || cells.Length == 0 || input is not [{ } depth, { } height, { } width] ||
            Whole(cells[0].At("channels")) is not { } channels || Whole(space.At("classes")) is not { } classes)
            return null;
        return SearchSpaces.NasBench201((int)classes, channels, cells.Length / 3, depth, height, width);
    }

    private static long? Whole(JsonNode? node) => long.TryParse(node?.ToString(), out long number) ? number : null;
}
