using SingleDarts.Core.Runtime;

namespace SingleDarts.Core.Data;

/// <summary>
/// <see cref="SplitMix64"/> as a <see cref="Random"/>: the same numbers on every machine and .NET version, and a start that costs
/// nothing, so that every image can have its own.
/// </summary>
internal sealed class SplitMixRandom(ulong seed) : Random
{
    private ulong state = seed;

    public override int Next() => (int)(Draw() % int.MaxValue);

    public override int Next(int maxValue) => Next(0, maxValue);

    public override int Next(int minValue, int maxValue)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(minValue, maxValue);
        return (int)(minValue + (long)Math.BigMul(Draw(), (ulong)((long)maxValue - minValue), out _));
    }

    public override double NextDouble() => Sample();

    public override void NextBytes(byte[] buffer) => NextBytes(buffer.AsSpan());

    public override void NextBytes(Span<byte> buffer)
    {
        foreach (ref byte value in buffer)
            value = (byte)Draw();
    }

    protected override double Sample() => (Draw() >> 11) * (1.0 / (1L << 53));

    private ulong Draw() => SplitMix64.Next(ref state);
}
