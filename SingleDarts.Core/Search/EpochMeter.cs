using SingleDarts.Core.Runtime;
using SingleDarts.Core.Schemes;
using TorchSharp;
using static TorchSharp.torch;

namespace SingleDarts.Core.Search;

/// <summary>
/// Sums of an epoch, kept on the device so that a step need not wait for them: loss and correct samples for w and for α, the number of
/// samples of each, and the first step whose loss was not finite.
/// </summary>
internal sealed class EpochMeter : IDisposable
{
    private readonly Tensor sums;
    private readonly Tensor divergedAt;
    private long weightSamples, architectureSamples;

    public EpochMeter(Device device)
    {
        sums = zeros(4, dtype: Host.SumType(device), device: device).DetachFromDisposeScope();
        divergedAt = TensorArithmetic.Filled([1], -1, ScalarType.Int64, device).DetachFromDisposeScope();
    }

    public double Seconds { get; set; }

    public double DataSeconds { get; set; }

    public void Add(StepOutcome outcome, int step)
    {
        using var scope = NewDisposeScope();
        var (w, a) = (outcome.Weights, outcome.Architecture);
        sums.Plus_(stack([w.Loss.Times(w.Size), w.Correct, a.Loss.Times(a.Size), a.Correct]).to(sums.dtype));
        weightSamples += w.Size;
        architectureSamples += a.Size;
        Tensor both = w.Loss.Plus(a.Loss);
        // x − x is 0 for finite numbers and NaN for others.
        using Scalar at = Scalars.Of(step);
        divergedAt.masked_fill_((both - both).ne(Scalars.Zero).bitwise_and(divergedAt.lt(Scalars.Zero)), at);
    }

    /// <summary>The first step whose loss was not finite, or −1. Waits for the device.</summary>
    public long DivergedAt()
    {
        using var scope = NewDisposeScope();
        return Host.Number<long>(divergedAt);
    }

    public (double WeightLoss, double WeightAccuracy, double ArchitectureLoss, double ArchitectureAccuracy) Means()
    {
        using var scope = NewDisposeScope();
        double[] s = Host.Doubles(sums);
        return (s[0] / weightSamples, s[1] / weightSamples, s[2] / architectureSamples, s[3] / architectureSamples);
    }

    public void Reset()
    {
        using var scope = NewDisposeScope();
        sums.zero_();
        divergedAt.zero_().sub_(Scalars.One);
        (weightSamples, architectureSamples, Seconds, DataSeconds) = (0, 0, 0, 0);
    }

    public Tensor Save() => cat(
        [Host.ToFloat64(sums), tensor([weightSamples, architectureSamples, Seconds, DataSeconds], dtype: ScalarType.Float64)], 0);

    public void Load(Tensor saved)
    {
        using var scope = NewDisposeScope();
        double[] s = Host.Doubles(saved);
        sums.copy_(saved[TensorIndex.Slice(0, 4)].to(sums.dtype));
        (weightSamples, architectureSamples, Seconds, DataSeconds) = ((long)s[4], (long)s[5], s[6], s[7]);
    }

    public void Dispose()
    {
        sums.Dispose();
        divergedAt.Dispose();
    }
}
