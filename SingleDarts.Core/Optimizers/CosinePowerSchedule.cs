namespace SingleDarts.Core.Optimizers;

/// <summary>
/// Cosine power annealing (sharpDARTS; Hundt et al., 2019), taken at whole epochs: v(e) = end + (start − end)(nᶜ − 1) / (n − 1) with
/// c = (1 + cos(π e / E)) / 2 and the order n. It falls faster than the cosine for n above 1; n = 1 is the cosine itself.
/// </summary>
public sealed record CosinePowerSchedule : Schedule
{
    /// <summary>Value at epoch E.</summary>
    /// <value>0.</value>
    public double End { get; init; }

    /// <summary>Order n, positive: 2 in the searches of sharpDARTS, 10 in its training on ImageNet.</summary>
    /// <value>2.</value>
    public double Order { get; init; } = 2;

    /// <inheritdoc/>
    public override double At(EpochPosition position)
    {
        double cosine = (1 + Math.Cos(Math.PI * position.Epoch / position.Epochs)) / 2;
        double share = Order == 1 ? cosine : (Math.Pow(Order, cosine) - 1) / (Order - 1);
        return End + (Start - End) * share;
    }

    /// <inheritdoc/>
    public override IEnumerable<string> Faults(string what) => [.. EndFaults(what, End), .. Order > 0 && double.IsFinite(Order) ? []
        : new[] { $"The order of the cosine power schedule of the {what} is {Order}; expected a positive number, for example 2." }];
}
