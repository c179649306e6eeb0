using System.Numerics;
using System.Runtime.CompilerServices;

namespace SingleDarts.Core.Kernels;

/// <summary>Loops over the pixels of dense images with numbers for each channel: in whole vectors, and the channels that are left over
/// one by one.</summary>
internal static unsafe class ChannelLoops<TSimd, TVector, T>
    where TSimd : ISimd<TVector, T> where TVector : unmanaged where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private static int Lanes => sizeof(TVector) / sizeof(T);

    /// <summary>How many pixels are taken as one, so that few channels fill a vector.</summary>
    /// <param name="channels">C.</param>
    /// <param name="pixels">Pixels of an image.</param>
    public static int Together(int channels, int pixels) =>
        channels < Lanes && Lanes % channels == 0 && pixels % (Lanes / channels) == 0 ? Lanes / channels : 1;

    /// <summary>target = Σ_k a_k y_k + b.</summary>
    /// <param name="y">The images.</param>
    /// <param name="scales">a_k: <paramref name="channels"/> numbers for each k.</param>
    /// <param name="shift">b: <paramref name="channels"/> numbers.</param>
    /// <param name="count">Number of images.</param>
    /// <param name="target">The sum; it may be one of them.</param>
    /// <param name="channels">Numbers of a pixel.</param>
    /// <param name="pixels">Number of pixels.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Sum(T** y, T* scales, T* shift, int count, T* target, int channels, int pixels)
    {
        int numbers = channels * pixels, place = 0;
        for (; place + Lanes <= channels; place += Lanes)
            for (int i = place; i < numbers; i += channels)
            {
                TVector sum = TSimd.Load(shift + place);
                for (int k = 0; k < count; k++)
                    sum = TSimd.MultiplyAdd(TSimd.Load(y[k] + i), TSimd.Load(scales + k * channels + place), sum);
                TSimd.Store(sum, target + i);
            }
        for (; place < channels; place++)
            for (int i = place; i < numbers; i += channels)
            {
                T sum = shift[place];
                for (int k = 0; k < count; k++)
                    sum += y[k][i] * scales[k * channels + place];
                target[i] = sum;
            }
    }

    /// <summary>For each channel the sums of g and of g (y − mean).</summary>
    /// <param name="g">An image.</param>
    /// <param name="y">Another.</param>
    /// <param name="mean">One number for each channel.</param>
    /// <param name="sums">[2, channels].</param>
    /// <param name="channels">Numbers of a pixel.</param>
    /// <param name="pixels">Number of pixels.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Products(T* g, T* y, T* mean, double* sums, int channels, int pixels)
    {
        int numbers = channels * pixels, place = 0;
        for (; place + Lanes <= channels; place += Lanes)
        {
            TVector a = default, b = default, m = TSimd.Load(mean + place);
            for (int i = place; i < numbers; i += channels)
            {
                TVector one = TSimd.Load(g + i);
                a = TSimd.Add(a, one);
                b = TSimd.MultiplyAdd(one, TSimd.Subtract(TSimd.Load(y + i), m), b);
            }
            Write(a, sums + place);
            Write(b, sums + channels + place);
        }
        for (; place < channels; place++)
        {
            T a = T.Zero, b = T.Zero;
            for (int i = place; i < numbers; i += channels)
            {
                a += g[i];
                b += g[i] * (y[i] - mean[place]);
            }
            sums[place] = double.CreateTruncating(a);
            sums[channels + place] = double.CreateTruncating(b);
        }
    }

    /// <summary>For each channel mean, and sum of squared distances from it.</summary>
    /// <param name="y">An image.</param>
    /// <param name="moments">[2, channels].</param>
    /// <param name="channels">Numbers of a pixel.</param>
    /// <param name="pixels">Number of pixels.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Moments(T* y, double* moments, int channels, int pixels)
    {
        int numbers = channels * pixels, place = 0;
        TVector share = TSimd.Fill(T.One / T.CreateTruncating(pixels));
        for (; place + Lanes <= channels; place += Lanes)
        {
            TVector sum = default, squares = default;
            for (int i = place; i < numbers; i += channels)
                sum = TSimd.Add(sum, TSimd.Load(y + i));
            TVector mean = TSimd.MultiplyAdd(sum, share, default);
            for (int i = place; i < numbers; i += channels)
            {
                TVector distance = TSimd.Subtract(TSimd.Load(y + i), mean);
                squares = TSimd.MultiplyAdd(distance, distance, squares);
            }
            Write(mean, moments + place);
            Write(squares, moments + channels + place);
        }
        for (; place < channels; place++)
        {
            T sum = T.Zero, squares = T.Zero;
            for (int i = place; i < numbers; i += channels)
                sum += y[i];
            T mean = sum / T.CreateTruncating(pixels);
            for (int i = place; i < numbers; i += channels)
                squares += (y[i] - mean) * (y[i] - mean);
            moments[place] = double.CreateTruncating(mean);
            moments[channels + place] = double.CreateTruncating(squares);
        }
    }

    private static void Write(TVector x, double* target)
    {
        T* each = (T*)&x;
        for (int lane = 0; lane < Lanes; lane++)
            target[lane] = double.CreateTruncating(each[lane]);
    }
}
