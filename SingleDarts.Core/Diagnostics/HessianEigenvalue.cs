using SingleDarts.Core.Search;
using SingleDarts.Core.Spaces;

namespace SingleDarts.Core.Diagnostics;

/// <summary>
/// The dominant eigenvalue of ∇²_α L_val, which grows before a collapse (R-DARTS; Section 2): that of largest absolute value, of α's batch
/// before the last step of an epoch, by Lanczos' method. Where w and α share a batch, L_val is the loss of that batch.
/// </summary>
public sealed class HessianEigenvalue() : Diagnostic<HessianEigenvalueRecord>("hessian-eigenvalue")
{
    /// <summary>Epochs between measurements.</summary>
    /// <value>1.</value>
    public int Interval { get; init; } = 1;

    /// <summary>How products are taken.</summary>
    /// <value>Exactly.</value>
    public HessianProduct Product { get; init; } = HessianProduct.Exact;

    /// <summary>Most products of one measurement.</summary>
    /// <value>20.</value>
    public int MaxProducts { get; init; } = 20;

    /// <summary>A measurement ends once the residual is below this share of the eigenvalue.</summary>
    /// <value>0.01.</value>
    public double Tolerance { get; init; } = 0.01;

    /// <inheritdoc/>
    public override IEnumerable<string> Faults(SearchSpace space)
    {
        foreach (string fault in CellSelection.IntervalFaults(Name, Interval, "epochs"))
            yield return fault;
        if (!Enum.IsDefined(Product))
            yield return $"{Name}: the product is {Product}; expected {string.Join(" or ", Enum.GetNames<HessianProduct>())}.";
        if (MaxProducts < 1)
            yield return $"{Name}: the most products are {MaxProducts}; expected at least 1.";
        if (Tolerance is not (>= 0 and < 1))
            yield return $"{Name}: the tolerance is {Tolerance}; expected 0 or more and less than 1.";
    }

    /// <inheritdoc/>
    public override void OnStepStarting(SearchMoment moment)
    {
        if (moment.WeightStep != moment.WeightSteps - 1 || (moment.Epoch + 1) % Interval != 0)
            return;
        using var measurement = new Measurement(moment);
        using var hessian = new ArchitectureHessian(moment.Context, moment.Context.ArchitectureBatch, Product, measurement.Rewind);
        var (eigenvalue, residual, products) = Lanczos.Dominant(hessian.Times, hessian.Size, MaxProducts, Tolerance, moment.Epoch);
        Write(moment, new HessianEigenvalueRecord
        {
            Epoch = moment.Epoch + 1,
            Step = moment.StepsPerEpoch,
            IsFinite = double.IsFinite(eigenvalue),
            Eigenvalue = eigenvalue,
            Residual = residual,
            Products = products,
            Converged = residual <= Tolerance * Math.Abs(eigenvalue),
        });
    }
}
