using System.Numerics;
using System.Runtime.CompilerServices;

namespace SingleDarts.Core.Kernels;

/// <summary>The four inner loops of a depthwise block, over vectors. Steps and offsets count numbers.</summary>
internal static unsafe class VectorLoops<TSimd, TVector, T>
    where TSimd : ISimd<TVector, T> where TVector : unmanaged where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private static int Lanes => sizeof(TVector) / sizeof(T);

    /// <summary>target_j = Σ_t w_t source_{j + t}: a depthwise convolution, one row of vectors.</summary>
    /// <param name="source">Where the first vector's taps are counted from.</param>
    /// <param name="target">First vector of the result.</param>
    /// <param name="targetStep">Distance of the results.</param>
    /// <param name="count">Number of vectors.</param>
    /// <param name="weights">One vector for each tap.</param>
    /// <param name="offsets">One for each tap.</param>
    /// <param name="taps">Number of taps.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Convolve(
        T* source, T* target, int targetStep, int count, TVector* weights, int* offsets, int taps)
    {
        int v = Lanes, j = 0;
        for (; j + 8 <= count; j += 8)
        {
            TVector a = default, b = default, c = default, d = default, e = default, f = default, g = default, h = default;
            for (int t = 0; t < taps; t++)
            {
                T* s = source + offsets[t];
                TVector w = weights[t];
                a = TSimd.MultiplyAdd(TSimd.Load(s), w, a);
                b = TSimd.MultiplyAdd(TSimd.Load(s + v), w, b);
                c = TSimd.MultiplyAdd(TSimd.Load(s + 2 * v), w, c);
                d = TSimd.MultiplyAdd(TSimd.Load(s + 3 * v), w, d);
                e = TSimd.MultiplyAdd(TSimd.Load(s + 4 * v), w, e);
                f = TSimd.MultiplyAdd(TSimd.Load(s + 5 * v), w, f);
                g = TSimd.MultiplyAdd(TSimd.Load(s + 6 * v), w, g);
                h = TSimd.MultiplyAdd(TSimd.Load(s + 7 * v), w, h);
            }
            Store(target, targetStep, a, b, c, d);
            Store(target + 4 * targetStep, targetStep, e, f, g, h);
            source += 8 * v;
            target += 8 * targetStep;
        }
        for (; j + 4 <= count; j += 4)
        {
            TVector a = default, b = default, c = default, d = default;
            for (int t = 0; t < taps; t++)
            {
                T* s = source + offsets[t];
                TVector w = weights[t];
                a = TSimd.MultiplyAdd(TSimd.Load(s), w, a);
                b = TSimd.MultiplyAdd(TSimd.Load(s + v), w, b);
                c = TSimd.MultiplyAdd(TSimd.Load(s + 2 * v), w, c);
                d = TSimd.MultiplyAdd(TSimd.Load(s + 3 * v), w, d);
            }
            Store(target, targetStep, a, b, c, d);
            source += 4 * v;
            target += 4 * targetStep;
        }
        for (; j < count; j++)
        {
            TVector a = default;
            for (int t = 0; t < taps; t++)
                a = TSimd.MultiplyAdd(TSimd.Load(source + offsets[t]), weights[t], a);
            TSimd.Store(a, target);
            source += v;
            target += targetStep;
        }
    }

    /// <summary>sums_t += Σ_j gradient_j source_{j + t}: the gradient of a depthwise convolution's weights.</summary>
    /// <param name="gradient">First vector of the gradient; the next follow at once.</param>
    /// <param name="gradientRow">Distance of its rows.</param>
    /// <param name="source">Where the first vector's taps are counted from.</param>
    /// <param name="sourceRow">Distance of its rows.</param>
    /// <param name="rows">Number of rows.</param>
    /// <param name="count">Vectors of a row.</param>
    /// <param name="offsets">One for each tap.</param>
    /// <param name="taps">Number of taps.</param>
    /// <param name="sums">One vector for each tap.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void TapGradients(
        T* gradient, int gradientRow, T* source, int sourceRow, int rows, int count, int* offsets, int taps, TVector* sums)
    {
        int v = Lanes, t = 0;
        for (; t + 5 <= taps; t += 5)
        {
            TVector a = default, b = default, c = default, d = default, e = default;
            int o = offsets[t], p = offsets[t + 1], q = offsets[t + 2], r = offsets[t + 3], u = offsets[t + 4];
            for (int row = 0; row < rows; row++)
            {
                T* s = source + row * sourceRow;
                T* g = gradient + row * gradientRow;
                for (int j = 0; j < count; j++, s += v, g += v)
                {
                    TVector x = TSimd.Load(g);
                    a = TSimd.MultiplyAdd(TSimd.Load(s + o), x, a);
                    b = TSimd.MultiplyAdd(TSimd.Load(s + p), x, b);
                    c = TSimd.MultiplyAdd(TSimd.Load(s + q), x, c);
                    d = TSimd.MultiplyAdd(TSimd.Load(s + r), x, d);
                    e = TSimd.MultiplyAdd(TSimd.Load(s + u), x, e);
                }
            }
            sums[t] = TSimd.Add(sums[t], a);
            sums[t + 1] = TSimd.Add(sums[t + 1], b);
            sums[t + 2] = TSimd.Add(sums[t + 2], c);
            sums[t + 3] = TSimd.Add(sums[t + 3], d);
            sums[t + 4] = TSimd.Add(sums[t + 4], e);
        }
        for (; t + 4 <= taps; t += 4)
        {
            TVector a = default, b = default, c = default, d = default;
            int o = offsets[t], p = offsets[t + 1], q = offsets[t + 2], r = offsets[t + 3];
            for (int row = 0; row < rows; row++)
            {
                T* s = source + row * sourceRow;
                T* g = gradient + row * gradientRow;
                for (int j = 0; j < count; j++, s += v, g += v)
                {
                    TVector x = TSimd.Load(g);
                    a = TSimd.MultiplyAdd(TSimd.Load(s + o), x, a);
                    b = TSimd.MultiplyAdd(TSimd.Load(s + p), x, b);
                    c = TSimd.MultiplyAdd(TSimd.Load(s + q), x, c);
                    d = TSimd.MultiplyAdd(TSimd.Load(s + r), x, d);
                }
            }
            sums[t] = TSimd.Add(sums[t], a);
            sums[t + 1] = TSimd.Add(sums[t + 1], b);
            sums[t + 2] = TSimd.Add(sums[t + 2], c);
            sums[t + 3] = TSimd.Add(sums[t + 3], d);
        }
        for (; t < taps; t++)
        {
            TVector a = default;
            int o = offsets[t];
            for (int row = 0; row < rows; row++)
            {
                T* s = source + row * sourceRow;
                T* g = gradient + row * gradientRow;
                for (int j = 0; j < count; j++, s += v, g += v)
                    a = TSimd.MultiplyAdd(TSimd.Load(s + o), TSimd.Load(g), a);
            }
            sums[t] = TSimd.Add(sums[t], a);
        }
    }

    /// <summary>target_j = Σ_c w_c source_{j,c}, with number c of a pixel in all of its lanes: one vector of output channels of a
    /// pointwise convolution.</summary>
    /// <param name="source">First unit.</param>
    /// <param name="sourceStep">Distance of the units.</param>
    /// <param name="target">First vector of the result.</param>
    /// <param name="targetStep">Distance of the results.</param>
    /// <param name="count">Number of units.</param>
    /// <param name="weights">One vector for each channel of the source.</param>
    /// <param name="weightStep">Distance of the weights, in vectors.</param>
    /// <param name="channels">Channels of the source.</param>
    /// <param name="repeats">For a packed source, for each channel the lanes to read; null if units are pixels.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Mix(
        T* source, int sourceStep, T* target, int targetStep, int count, TVector* weights, int weightStep, int channels,
        TVector* repeats)
    {
        int j = 0;
        for (; j + 8 <= count; j += 8)
        {
            TVector a = default, b = default, c = default, d = default, e = default, f = default, g = default, h = default;
            T* s = source, s4 = source + 4 * sourceStep;
            for (int k = 0; k < channels; k++)
            {
                TVector w = weights[k * weightStep];
                if (repeats is null)
                {
                    a = TSimd.MultiplyAdd(TSimd.Fill(s[0]), w, a);
                    b = TSimd.MultiplyAdd(TSimd.Fill(s[sourceStep]), w, b);
                    c = TSimd.MultiplyAdd(TSimd.Fill(s[2 * sourceStep]), w, c);
                    d = TSimd.MultiplyAdd(TSimd.Fill(s[3 * sourceStep]), w, d);
                    e = TSimd.MultiplyAdd(TSimd.Fill(s4[0]), w, e);
                    f = TSimd.MultiplyAdd(TSimd.Fill(s4[sourceStep]), w, f);
                    g = TSimd.MultiplyAdd(TSimd.Fill(s4[2 * sourceStep]), w, g);
                    h = TSimd.MultiplyAdd(TSimd.Fill(s4[3 * sourceStep]), w, h);
                    s++;
                    s4++;
                }
                else
                {
                    TVector l = repeats[k];
                    a = TSimd.MultiplyAdd(TSimd.Shuffle(TSimd.Load(s), l), w, a);
                    b = TSimd.MultiplyAdd(TSimd.Shuffle(TSimd.Load(s + sourceStep), l), w, b);
                    c = TSimd.MultiplyAdd(TSimd.Shuffle(TSimd.Load(s + 2 * sourceStep), l), w, c);
                    d = TSimd.MultiplyAdd(TSimd.Shuffle(TSimd.Load(s + 3 * sourceStep), l), w, d);
                    e = TSimd.MultiplyAdd(TSimd.Shuffle(TSimd.Load(s4), l), w, e);
                    f = TSimd.MultiplyAdd(TSimd.Shuffle(TSimd.Load(s4 + sourceStep), l), w, f);
                    g = TSimd.MultiplyAdd(TSimd.Shuffle(TSimd.Load(s4 + 2 * sourceStep), l), w, g);
                    h = TSimd.MultiplyAdd(TSimd.Shuffle(TSimd.Load(s4 + 3 * sourceStep), l), w, h);
                }
            }
            Store(target, targetStep, a, b, c, d);
            Store(target + 4 * targetStep, targetStep, e, f, g, h);
            source += 8 * sourceStep;
            target += 8 * targetStep;
        }
        for (; j < count; j++)
        {
            TVector a = default;
            for (int k = 0; k < channels; k++)
                a = TSimd.MultiplyAdd(Repeat(source, k, repeats), weights[k * weightStep], a);
            TSimd.Store(a, target);
            source += sourceStep;
            target += targetStep;
        }
    }

    /// <summary>sums_o += Σ_j (gradient_{j,o} in all lanes of its pixel) source_j: the gradient of a pointwise convolution's weights, one
    /// vector of source channels.</summary>
    /// <param name="gradient">First unit of the gradient.</param>
    /// <param name="gradientStep">Distance of its units.</param>
    /// <param name="source">First vector of the source.</param>
    /// <param name="sourceStep">Distance of its units.</param>
    /// <param name="count">Number of units.</param>
    /// <param name="channels">Channels of the gradient.</param>
    /// <param name="sums">One vector for each channel of the gradient.</param>
    /// <param name="sumStep">Distance of the sums, in vectors.</param>
    /// <param name="repeats">As in <see cref="Mix"/>.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void MixGradients(
        T* gradient, int gradientStep, T* source, int sourceStep, int count, int channels, TVector* sums, int sumStep,
        TVector* repeats)
    {
        int k = 0;
        for (; k + 8 <= channels && repeats is null; k += 8)
        {
            TVector a = default, b = default, c = default, d = default, e = default, f = default, g = default, h = default;
            T* s = source, o = gradient + k;
            for (int j = 0; j < count; j++, s += sourceStep, o += gradientStep)
            {
                TVector x = TSimd.Load(s);
                a = TSimd.MultiplyAdd(TSimd.Fill(o[0]), x, a);
                b = TSimd.MultiplyAdd(TSimd.Fill(o[1]), x, b);
                c = TSimd.MultiplyAdd(TSimd.Fill(o[2]), x, c);
                d = TSimd.MultiplyAdd(TSimd.Fill(o[3]), x, d);
                e = TSimd.MultiplyAdd(TSimd.Fill(o[4]), x, e);
                f = TSimd.MultiplyAdd(TSimd.Fill(o[5]), x, f);
                g = TSimd.MultiplyAdd(TSimd.Fill(o[6]), x, g);
                h = TSimd.MultiplyAdd(TSimd.Fill(o[7]), x, h);
            }
            AddTo(sums + k * sumStep, sumStep, a, b, c, d);
            AddTo(sums + (k + 4) * sumStep, sumStep, e, f, g, h);
        }
        for (; k + 4 <= channels; k += 4)
        {
            TVector a = default, b = default, c = default, d = default;
            T* s = source, o = gradient;
            for (int j = 0; j < count; j++, s += sourceStep, o += gradientStep)
            {
                TVector x = TSimd.Load(s);
                a = TSimd.MultiplyAdd(Repeat(o, k, repeats), x, a);
                b = TSimd.MultiplyAdd(Repeat(o, k + 1, repeats), x, b);
                c = TSimd.MultiplyAdd(Repeat(o, k + 2, repeats), x, c);
                d = TSimd.MultiplyAdd(Repeat(o, k + 3, repeats), x, d);
            }
            AddTo(sums + k * sumStep, sumStep, a, b, c, d);
        }
        for (; k < channels; k++)
        {
            TVector a = default;
            T* s = source, o = gradient;
            for (int j = 0; j < count; j++, s += sourceStep, o += gradientStep)
                a = TSimd.MultiplyAdd(Repeat(o, k, repeats), TSimd.Load(s), a);
            sums[k * sumStep] = TSimd.Add(sums[k * sumStep], a);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TVector Repeat(T* unit, int channel, TVector* repeats) =>
        repeats is null ? TSimd.Fill(unit[channel]) : TSimd.Shuffle(TSimd.Load(unit), repeats[channel]);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Store(T* target, int step, TVector a, TVector b, TVector c, TVector d)
    {
        TSimd.Store(a, target);
        TSimd.Store(b, target + step);
        TSimd.Store(c, target + 2 * step);
        TSimd.Store(d, target + 3 * step);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void AddTo(TVector* sums, int step, TVector a, TVector b, TVector c, TVector d)
    {
        sums[0] = TSimd.Add(sums[0], a);
        sums[step] = TSimd.Add(sums[step], b);
        sums[2 * step] = TSimd.Add(sums[2 * step], c);
        sums[3 * step] = TSimd.Add(sums[3 * step], d);
    }
}
