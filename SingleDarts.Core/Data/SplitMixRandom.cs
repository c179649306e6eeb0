namespace SingleDarts.Core.Data;

/// <summary>SplitMix64 (Steele, Lea and Flood 2014) as a <see cref="Random"/>: the same numbers on every machine and .NET version, and a start
/// that costs nothing, so that every image can have its own.</summary>
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

    private ulong Draw()
    {
        ulong z = state += 0x9E3779B97F4A7C15;
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        return z ^ (z >> 31);
    }
}
