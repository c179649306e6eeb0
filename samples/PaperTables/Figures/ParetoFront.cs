namespace PaperTables.Figures;

/// <summary>The choices that no other one beats in cost and accuracy together.</summary>
internal static class ParetoFront
{
    /// <summary>Places of the front, by growing cost: no other point is as cheap or cheaper and as accurate or more, and better in one of
    /// both. Of equal points the first stands for all; those without a cost do not count.</summary>
    public static int[] Of(IReadOnlyList<double> cost, IReadOnlyList<double> accuracy)
    {
        var front = new List<int>();
        int[] known = [.. Enumerable.Range(0, cost.Count).Where(i => !double.IsNaN(cost[i]))];
        foreach (int i in known.OrderBy(i => cost[i]).ThenByDescending(i => accuracy[i]).ThenBy(i => i))
            if (front.Count == 0 || accuracy[i] > accuracy[front[^1]])
                front.Add(i);
        return [.. front];
    }
}
