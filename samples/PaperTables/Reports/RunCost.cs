using SingleDarts.Core.Runtime;
using SingleDarts.Core.Spaces;

namespace PaperTables.Reports;

/// <summary>Parameters and multiply-adds of the last genotype: recorded where the search is finished, else counted where the space is known.</summary>
internal static class RunCost
{
    public static (long Parameters, long Flops)? Of(RunFacts run)
    {
        if (run.Result is { } result)
            return Whole(result["parameters"]?.ToString()) is { } parameters && Whole(result["flops"]?.ToString()) is { } flops ? (parameters, flops) : null;
        if (run.Genotype is not { } genotype || Space(run) is not { } space)
            return null;
        TorchRuntime.EnsureLoaded();
        var cost = new CostModel(space).Of(genotype);
        return (cost.Parameters, cost.Flops);
    }

    /// <summary>NAS-Bench-201 as it was searched, told by its layers.</summary>
    private static SearchSpace? Space(RunFacts run)
    {
        string layers = run.Option("space", "layers");
        string[] cells = [.. layers.Split(' ').Where(layer => layer.StartsWith("cell:", StringComparison.Ordinal))];
        long?[] input = [.. run.Option("space", "input").Split('x').Select(Whole)];
        if (run.Option("space", "name") != "nasbench201" || cells.Length == 0 || input is not [{ } depth, { } height, { } width] ||
            Whole(cells[0][5..].Split('/')[0]) is not { } channels || Whole(run.Option("space", "classes")) is not { } classes)
            return null;
        return SearchSpaces.NasBench201((int)classes, channels, cells.Length / 3, depth, height, width);
    }

    private static long? Whole(string? text) => long.TryParse(text, out long number) ? number : null;
}
