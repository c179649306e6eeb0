using SingleDarts.Core.Runtime;
using static TorchSharp.torch;

namespace SingleDarts.Core.Data;

/// <summary>Takes the first and the last sample of a source, so that what does not fit is found before any work.</summary>
internal static class SourceProbe
{
    /// <summary>A batch of a source that a user may have written.</summary>
    /// <param name="source">The source.</param>
    /// <param name="samples">Indices of the samples.</param>
    /// <param name="generator">A CPU generator.</param>
    /// <exception cref="InvalidOperationException">The source fails or gives null; the message names it.</exception>
    public static LabeledBatch Batch(IBatchSource source, long[] samples, Generator generator)
    {
        LabeledBatch batch = UserPart.Result(source, () => $"'{source.Name}', asked for {samples.Length} samples from number " +
            $"{samples[0]} on,", "a batch", () => source.Get(samples, generator));
        return batch is { Inputs: not null, Labels: not null } ? batch
            : throw new UserPartException($"'{source.Name}' gives a batch without inputs or labels; expected both.");
    }

    /// <summary>What is wrong with the two samples; null if nothing is.</summary>
    /// <param name="source">A source of at least one sample and class.</param>
    public static string? Fault(IBatchSource source)
    {
        using var scope = NewDisposeScope();
        using Generator generator = new RandomStreams(0).CreateGenerator("trial");
        try
        {
            long[] samples = [.. new[] { 0, source.Count - 1 }.Distinct()];
            return Fault(
                source, samples.Length, source is DatasetSource data ? data.GetAlone(samples, generator) : source.Get(samples, generator));
        }
        catch (Exception e)
        {
            return $"'{source.Name}' cannot give its first and last sample: {Explained.Of(e)}";
        }
    }

    private static string? Fault(IBatchSource source, int count, LabeledBatch? batch)
    {
        if (batch is not { Inputs: { } inputs, Labels: { } labels })
            return $"'{source.Name}' gives null instead of a batch.";
        if (!inputs.shape.SequenceEqual([count, .. source.InputShape]) || !inputs.is_floating_point())
            return $"'{source.Name}' gives inputs [{string.Join(", ", inputs.shape)}] of {inputs.dtype} for {count} sample(s); expected " +
                $"[{string.Join(", ", source.InputShape.Prepend(count))}] of floating point. " +
                "Keep number and shape of the samples in its transform.";
        using var limit = Scalars.Of(source.Classes);
        if (!labels.shape.SequenceEqual([count]) || labels.dtype != ScalarType.Int64 ||
            Host.Number<bool>(labels.lt(Scalars.Zero).logical_or(labels.ge(limit)).any()))
            return $"'{source.Name}' gives labels [{string.Join(", ", labels.shape)}] of {labels.dtype} for {count} sample(s); expected " +
                $"[{count}] of Int64 from 0 to {source.Classes - 1}.";
        return Host.Number<bool>(inputs.isfinite().all()) ? null
            : $"'{source.Name}' gives numbers that are not finite; expected finite ones. Look at its transform: guard divisions by a " +
                "deviation of 0.";
    }
}
