using SingleDarts.Core.Runtime;
using TorchSharp;
using static TorchSharp.torch;

namespace SingleDarts.Core.Runs;

/// <summary>
/// Named sums over the samples of an epoch, kept on the device so that a step need not wait for them, and the first step in which one of
/// them was not finite.
/// </summary>
internal sealed class EpochSums : IResumable, IDisposable
{
    private readonly string[] names;
    private readonly Tensor sums;
    private readonly Tensor divergedAt;
    private readonly long[] samples;

    public EpochSums(Device device, params string[] names)
    {
        this.names = names;
        samples = new long[names.Length];
        sums = zeros(names.Length, dtype: Host.SumType(device), device: device).DetachFromDisposeScope();
        divergedAt = TensorArithmetic.Filled([1], -1, ScalarType.Int64, device).DetachFromDisposeScope();
    }

    /// <summary>Adds what a step gave.</summary>
    /// <param name="step">The step.</param>
    /// <param name="terms">For each name a scalar, summed over samples, and their number; null is 0 for no samples.</param>
    public void Add(long step, params (Tensor? Sum, long Samples)[] terms)
    {
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        if (terms.Select(term => term.Sum).FirstOrDefault(sum => sum is not null) is not { } first)
            return;
        Tensor added = stack([.. terms.Select(term => term.Sum?.to(first.dtype) ?? zeros_like(first))]);
        sums.Plus_(added.to(sums.dtype));
        for (int i = 0; i < samples.Length; i++)
            samples[i] += terms[i].Sum is null ? 0 : terms[i].Samples;
        Tensor all = added.sum();
        // x − x is 0 for finite numbers and NaN for others.
        using Scalar at = Scalars.Of(step);
        divergedAt.masked_fill_((all - all).ne(Scalars.Zero).bitwise_and(divergedAt.lt(Scalars.Zero)), at);
    }

    /// <summary>The first step that was not finite, or −1. Waits for the device.</summary>
    public long DivergedAt()
    {
        using var scope = NewDisposeScope();
        return Host.Number<long>(divergedAt);
    }

    /// <summary>Means by name; null if nothing was added. Waits for the device.</summary>
    public IReadOnlyDictionary<string, double?> Means()
    {
        using var scope = NewDisposeScope();
        double[] all = Host.Doubles(sums);
        return names.Index().ToDictionary(n => n.Item, n => samples[n.Index] == 0 ? (double?)null : all[n.Index] / samples[n.Index]);
    }

    /// <summary>Begins an epoch.</summary>
    public void Reset()
    {
        using var scope = NewDisposeScope();
        sums.zero_();
        divergedAt.zero_().sub_(Scalars.One);
        Array.Clear(samples);
    }

    /// <inheritdoc/>
    public IReadOnlyDictionary<string, Tensor> SaveState() =>
        new Dictionary<string, Tensor> { ["sums"] = Host.ToFloat64(sums), ["samples"] = tensor(samples) };

    /// <inheritdoc/>
    public void LoadState(IReadOnlyDictionary<string, Tensor> saved)
    {
        using var scope = NewDisposeScope();
        Reset();
        sums.copy_(saved.Find("sums", sums.shape).to(sums.dtype));
        Host.Numbers<long>(saved.Find("samples", sums.shape)).CopyTo(samples, 0);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        sums.Dispose();
        divergedAt.Dispose();
    }
}
