using SingleDarts.Core.Runtime;
using SingleDarts.Core.Spaces;

namespace SingleDarts.Core.Search;

/// <summary>
/// A rule that reacts to a growing curvature (Zela et al., ICLR 2020): the largest eigenvalue of the Hessian in α of the loss of α's last
/// batch is measured after every second epoch, averaged over the last five measurements, and compared with the average of four measurements
/// before. A growth by more than 1.3 is the sign of a collapse.
/// </summary>
/// <remarks>
/// <para>From <c>automl/RobustDARTS</c>, <c>src/utils.py</c> (<c>EVLocalAvg</c>), which counts epochs of a stage from 0, as here.
/// The average after epoch e belongs to the middle of its window, e − 4, and the one that it is compared with to e − 12, which must be
/// epoch 10 or a later one. So a growth is seen after epoch 22 at the earliest, and never after the last epoch.</para>
/// <para>As there, the eigenvalue has its sign, batch normalisations and drop-path are those of training, and α's weight decay is part of
/// the loss. There it is an eigenvalue of the whole matrix, here it comes from Lanczos' method with a residual below 0.1%.</para>
/// </remarks>
public abstract record EigenvalueRule : IEpochRule
{
    private const int MaxProducts = 60;
    private const double Tolerance = 1e-3;

    /// <summary>Epochs between measurements.</summary>
    /// <value>2.</value>
    public int Interval { get; init; } = 2;

    /// <summary>Measurements of an average; as long as there are fewer, more than half of them.</summary>
    /// <value>5.</value>
    public int Window { get; init; } = 5;

    /// <summary>Measurements between the averages that are compared.</summary>
    /// <value>4.</value>
    public int Distance { get; init; } = 4;

    /// <summary>The first epoch, counted from 0, to which a growth may lead back.</summary>
    /// <value>10.</value>
    public int FirstEpoch { get; init; } = 10;

    /// <summary>Growth of the average above which the rule reacts.</summary>
    /// <value>1.3.</value>
    public double Factor { get; init; } = 1.3;

    /// <summary>How products with the Hessian are taken.</summary>
    /// <value>Exactly.</value>
    public HessianProduct Product { get; init; } = HessianProduct.Exact;

    /// <inheritdoc/>
    public abstract string Name { get; }

    /// <summary>Epochs between the end of a window and the middle of that which it is compared with.</summary>
    private protected int Reach => Interval * (Window / 2 + Distance);

    /// <inheritdoc/>
    public virtual IEnumerable<string> Faults(SearchSpace space)
    {
        if (Interval < 1 || Window < 1 || Distance < 0 || FirstEpoch < 0)
            yield return $"The rule '{Name}' measures every {Interval} epochs, averages {Window} measurements, compares with those of " +
                $"{Distance} before and goes back to epoch {FirstEpoch} at the earliest; expected at least 1, 1, 0 and 0.";
        if (!(Factor > 0 && double.IsFinite(Factor)))
            yield return $"The rule '{Name}' reacts to a growth by {Factor}; expected a positive number, for example 1.3.";
        if (!Enum.IsDefined(Product))
            yield return $"The rule '{Name}' takes products as {Product}; expected {string.Join(" or ", Enum.GetNames<HessianProduct>())}.";
    }

    /// <inheritdoc/>
    public double? Measure(SearchMoment moment)
    {
        ArgumentNullException.ThrowIfNull(moment);
        if (moment.Position.Epoch % Interval != 0 && moment.Position.Epoch != moment.Position.Epochs - 1)
            return null;
        using var measurement = new Measurement(moment);
        using var hessian = new ArchitectureHessian(moment.Context, moment.Context.ArchitectureBatch, Product, measurement.Rewind);
        return moment.Context.ArchitectureOptimizer.Settings.Optimizer.WeightDecay +
            Lanczos.Dominant(hessian.Times, hessian.Size, MaxProducts, Tolerance, moment.Epoch, isSigned: true).Eigenvalue;
    }

    /// <inheritdoc/>
    public virtual IEnumerable<int> Returns(EpochRuleContext context) => [];

    /// <inheritdoc/>
    public EpochDecision Decide(EpochRuleContext context)
    {
        int epoch = Given.NotNull(context).History.Count - 1, stable = epoch - Reach;
        if (epoch % Interval != 0 || context.IsStageComplete || stable < FirstEpoch)
            return EpochDecision.Continue;
        double[] measured = [.. context.History.Where((_, i) => i % Interval == 0)
            .Select(report => report.Measured?.GetValueOrDefault(Name, double.NaN) ?? double.NaN)];
        double growth = Average(measured) / Average(measured[..^Distance]);
        return growth > Factor ? React(context, context.History[stable], growth) : EpochDecision.Continue;
    }

    /// <summary>What the search does after a growth.</summary>
    /// <param name="context">What the search has given so far.</param>
    /// <param name="stable">Report of the epoch before the growth.</param>
    /// <param name="growth">The average eigenvalue as a multiple of that before.</param>
    protected abstract EpochDecision React(EpochRuleContext context, EpochReport stable, double growth);

    private double Average(double[] measured) => measured.TakeLast(Window).Average();
}
