namespace SingleDarts.Core.Runtime;

/// <summary>SplitMix64 (Steele, Lea and Flood 2014, "Fast splittable pseudorandom number generators").</summary>
internal static class SplitMix64
{
    /// <summary>Advances a state and returns the next 64 random bits.</summary>
    /// <param name="state">Any number; every state starts a sequence of its own.</param>
    public static ulong Next(ref ulong state)
    {
        ulong z = state += 0x9E3779B97F4A7C15;
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        return z ^ (z >> 31);
    }
}
