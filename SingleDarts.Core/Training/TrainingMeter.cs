using SingleDarts.Core.Runtime;
using TorchSharp;
using static TorchSharp.torch;

namespace SingleDarts.Core.Training;

/// <summary>
/// Sums of an epoch, kept on the device so that a step need not wait for them: losses, correct samples, and the first step whose loss was
/// not finite.
/// </summary>
internal sealed class TrainingMeter : IDisposable
{
    private readonly Tensor sums;
    private readonly Tensor divergedAt;
    private long samples, auxiliarySamples;

    public TrainingMeter(Device device)
    {
        sums = zeros(3, dtype: Host.SumType(device), device: device).DetachFromDisposeScope();
        divergedAt = TensorArithmetic.Filled([1], -1, ScalarType.Int64, device).DetachFromDisposeScope();
    }

    public double Seconds { get; set; }

    public double DataSeconds { get; set; }

    public double EvaluationSeconds { get; set; }

    /// <summary>Adds a part of a batch.</summary>
    public void Add(Tensor main, Tensor? auxiliary, Tensor correct, long size, int step)
    {
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        Tensor second = auxiliary ?? zeros_like(main);
        sums.Plus_(stack([main.Times(size), second.Times(size), correct.to(main.dtype)]).to(sums.dtype));
        samples += size;
        auxiliarySamples += auxiliary is null ? 0 : size;
        Tensor both = main.Plus(second);
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

    public (double Loss, double? AuxiliaryLoss, double Top1) Means()
    {
        using var scope = NewDisposeScope();
        double[] s = Host.Doubles(sums);
        return (s[0] / samples, auxiliarySamples == 0 ? null : s[1] / auxiliarySamples, s[2] / samples);
    }

    public void Reset()
    {
        using var scope = NewDisposeScope();
        sums.zero_();
        divergedAt.zero_().sub_(Scalars.One);
        (samples, auxiliarySamples, Seconds, DataSeconds, EvaluationSeconds) = (0, 0, 0, 0, 0);
    }

    public Tensor Save() => cat(
        [Host.ToFloat64(sums), tensor([samples, auxiliarySamples, Seconds, DataSeconds, EvaluationSeconds], dtype: ScalarType.Float64)], 0);

    public void Load(Tensor saved)
    {
        using var scope = NewDisposeScope();
        double[] s = Host.Doubles(saved);
        sums.copy_(saved[TensorIndex.Slice(0, 3)].to(sums.dtype));
        (samples, auxiliarySamples, Seconds, DataSeconds, EvaluationSeconds) = ((long)s[3], (long)s[4], s[5], s[6], s[7]);
    }

    public void Dispose()
    {
        sums.Dispose();
        divergedAt.Dispose();
    }
}
