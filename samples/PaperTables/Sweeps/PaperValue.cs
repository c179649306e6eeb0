namespace PaperTables.Sweeps;

/// <summary>A number of the paper, in percent.</summary>
/// <param name="Mean">The number.</param>
/// <param name="Deviation">What follows its ±; null where nothing does.</param>
internal readonly record struct PaperValue(double Mean, double? Deviation = null)
{
    public static implicit operator PaperValue((double Mean, double Deviation) printed) => new(printed.Mean, printed.Deviation);
}
