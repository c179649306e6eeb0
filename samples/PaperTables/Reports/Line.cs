namespace PaperTables.Reports;

/// <summary>A line of a chart. It breaks where a number is not finite.</summary>
internal sealed record Line(string Name, IReadOnlyList<(double X, double Y)> Points);
