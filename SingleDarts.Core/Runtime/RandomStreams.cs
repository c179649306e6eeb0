using TorchSharp;

namespace SingleDarts.Core.Runtime;

/// <summary>
/// Independent random streams derived from one seed. A stream is addressed by name, epoch and step and holds no state, so a
/// resumed search draws exactly what the uninterrupted one would have drawn.
/// </summary>
/// <param name="Seed">The seed of the whole run.</param>
public readonly record struct RandomStreams(long Seed)
{
    /// <summary>The seed of one stream at one moment: a 64-bit mix (SplitMix64) of the run's seed, the name and both numbers.</summary>
    /// <param name="stream">Name of the stream, for example <c>"augmentation"</c>.</param>
    /// <param name="epoch">Epoch, counted from 0.</param>
    /// <param name="step">Step within the epoch, counted from 0.</param>
    public long Derive(string stream, long epoch = 0, long step = 0)
    {
        ArgumentNullException.ThrowIfNull(stream);
        ulong hash = Mix((ulong)Seed);
        foreach (char c in stream)
            hash = Mix(hash ^ c);
        return (long)Mix(Mix(hash ^ (ulong)epoch) ^ (ulong)step);
    }

    /// <summary>A CPU generator at the start of one stream. The caller disposes it.</summary>
    /// <inheritdoc cref="Derive" path="/param"/>
    public torch.Generator CreateGenerator(string stream, long epoch = 0, long step = 0) =>
        new((ulong)Derive(stream, epoch, step), torch.CPU);

    private static ulong Mix(ulong z) => SplitMix64.Next(ref z);
}
