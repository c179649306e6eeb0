using System.Numerics;
using System.Runtime.CompilerServices;

namespace SingleDarts.Core.Kernels;

/// <summary>The inner loops of a maximum pooling, over vectors. Steps and offsets count numbers.</summary>
internal static unsafe class MaximumLoops<TSimd, TVector, T>
    where TSimd : ISimd<TVector, T> where TVector : unmanaged where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private static int Lanes => sizeof(TVector) / sizeof(T);

    /// <summary>target_j = max_t source_{j + t}.</summary>
    /// <param name="source">Where the first vector's taps are counted from.</param>
    /// <param name="target">First vector of the result.</param>
    /// <param name="targetStep">Distance of the results.</param>
    /// <param name="count">Number of vectors.</param>
    /// <param name="offsets">One for each tap.</param>
    /// <param name="taps">Number of taps.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Maximum(T* source, T* target, int targetStep, int count, int* offsets, int taps)
    {
        for (int j = 0; j < count; j++, source += Lanes, target += targetStep)
        {
            TVector most = TSimd.Load(source + offsets[0]);
            for (int t = 1; t < taps; t++)
                most = TSimd.Max(most, TSimd.Load(source + offsets[t]));
            TSimd.Store(most, target);
        }
    }

    /// <summary>target_{j + t} += gradient_j for the first t with the maximum of the source.</summary>
    /// <param name="source">Where the first vector's taps are counted from.</param>
    /// <param name="gradient">First vector of the gradient.</param>
    /// <param name="gradientStep">Distance of the gradients.</param>
    /// <param name="target">As <paramref name="source"/>, of the gradient in it.</param>
    /// <param name="count">Number of vectors.</param>
    /// <param name="offsets">One for each tap.</param>
    /// <param name="taps">Number of taps.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void MaximumGradients(
        T* source, T* gradient, int gradientStep, T* target, int count, int* offsets, int taps)
    {
        for (int j = 0; j < count; j++, source += Lanes, target += Lanes, gradient += gradientStep)
        {
            TVector most = TSimd.Load(source + offsets[0]), rest = TSimd.Load(gradient);
            for (int t = 1; t < taps; t++)
                most = TSimd.Max(most, TSimd.Load(source + offsets[t]));
            for (int t = 0; t < taps; t++)
            {
                TVector isMost = TSimd.Equal(TSimd.Load(source + offsets[t]), most);
                TSimd.Store(TSimd.Add(TSimd.Load(target + offsets[t]), TSimd.And(rest, isMost)), target + offsets[t]);
                rest = TSimd.AndNot(rest, isMost);
            }
        }
    }
}
