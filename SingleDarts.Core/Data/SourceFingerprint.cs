using System.Security.Cryptography;
using SingleDarts.Core.Runtime;
using static TorchSharp.torch;

namespace SingleDarts.Core.Data;

/// <summary>SHA-256 of the samples of a run, so that a resume on other data is noticed. The same on every device.</summary>
internal static class SourceFingerprint
{
    private const int ProbedSamples = 32;
    private const long Chunk = 4096;

    /// <summary>Of all stored samples of a dataset; of some samples of another source, as it makes them.</summary>
    public static string Of(IBatchSource source) => source is DatasetSource { Data: var data } ? OfAll(data) : OfSome(source);

    private static string OfAll(ClassificationDataset data)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (Tensor whole in new[] { data.Inputs, data.Labels })
            for (long start = 0; start < whole.shape[0]; start += Chunk)
            {
                using var scope = NewDisposeScope();
                Append(hash, whole[TensorIndex.Slice(start, Math.Min(start + Chunk, whole.shape[0]))]);
            }
        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    /// <summary>Samples spread over the source, transformed with fixed random numbers: other data or another transform show.</summary>
    private static string OfSome(IBatchSource source)
    {
        using var scope = NewDisposeScope();
        using var generator = new RandomStreams(0).CreateGenerator("fingerprint");
        long count = Math.Min(ProbedSamples, source.Count);
        long[] probed = [.. SampleOrder.All(count).Select(i => i * source.Count / count)];
        LabeledBatch batch = source is BatchSource resident ? resident.GetOnHost(probed, generator) : source.Get(probed, generator);
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        Append(hash, batch.Inputs);
        Append(hash, batch.Labels);
        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    private static void Append(IncrementalHash hash, Tensor part) => hash.AppendData(Host.Bytes(part.cpu().contiguous()));
}
