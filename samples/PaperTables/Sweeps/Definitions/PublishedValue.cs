namespace PaperTables.Sweeps.Definitions;

/// <summary>A number of the paper, in percent.</summary>
/// <param name="Mean">The number.</param>
/// <param name="Deviation">What follows its ±; null if nothing does.</param>
internal readonly record struct PublishedValue(double Mean, double? Deviation);
