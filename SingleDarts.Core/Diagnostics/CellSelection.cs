using SingleDarts.Core.Spaces;

namespace SingleDarts.Core.Diagnostics;

/// <summary>Searched cells by their number in the network, counted from 1.</summary>
internal static class CellSelection
{
    public static CellPlacement[] Of(SearchSpace space) => [.. space.Layout.Layers.OfType<CellPlacement>()];

    public static IReadOnlyList<int> FirstMiddleLast(SearchSpace space)
    {
        int count = Of(space).Length;
        return [.. new[] { 1, (count + 1) / 2, count }.Distinct()];
    }

    public static IEnumerable<string> Faults(string name, SearchSpace space, IReadOnlyList<int> cells)
    {
        int count = Of(space).Length;
        foreach (int cell in cells.Where(cell => cell < 1 || cell > count))
            yield return $"{name}: there is no cell {cell}; the space '{space.Name}' has the cells 1 to {count}.";
        foreach (var twice in cells.GroupBy(cell => cell).Where(group => group.Count() > 1))
            yield return $"{name}: cell {twice.Key} is named {twice.Count()} times; name it once.";
    }

    public static IEnumerable<string> IntervalFaults(string name, int interval, string unit)
    {
        if (interval < 1)
            yield return $"{name}: the interval is {interval} {unit}; expected at least 1.";
    }
}
