using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace SingleDarts.Core.Kernels;

/// <summary>Moves pixels of a few channels.</summary>
internal static unsafe class PixelLoops<T> where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>Copies pixels from one distance to another.</summary>
    /// <param name="source">First pixel.</param>
    /// <param name="sourceStep">Distance of the pixels.</param>
    /// <param name="target">Place of the first pixel.</param>
    /// <param name="targetStep">Distance of the places.</param>
    /// <param name="channels">Numbers of a pixel.</param>
    /// <param name="count">Number of pixels.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Copy(T* source, long sourceStep, T* target, long targetStep, int channels, int count)
    {
        int size = channels * sizeof(T);
        if (sourceStep == channels && targetStep == channels)
            Buffer.MemoryCopy(source, target, (long)size * count, (long)size * count);
        else if (size % 16 == 0 && size <= 64)
            for (int j = 0; j < count; j++, source += sourceStep, target += targetStep)
                for (int i = 0; i < size; i += 16)
                    Vector128.Load((byte*)source + i).Store((byte*)target + i);
        else
            for (int j = 0; j < count; j++, source += sourceStep, target += targetStep)
                for (int i = 0; i < channels; i++)
                    target[i] = source[i];
    }

    /// <summary>Adds pixels to others.</summary>
    /// <remarks>Parameters as those of <see cref="Copy"/>.</remarks>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Add(T* source, long sourceStep, T* target, long targetStep, int channels, int count)
    {
        for (int j = 0; j < count; j++, source += sourceStep, target += targetStep)
            for (int i = 0; i < channels; i++)
                target[i] += source[i];
    }

    /// <summary>See <see cref="IImageKernels.Interleave"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Interleave(T* mixture, int width, T* x, long step, T factor, T* target, int channels, int count)
    {
        int k = channels / width;
        for (int i = 0; i < count; i++, mixture += width, x += step, target += channels)
            for (int j = 0; j < width; j++)
            {
                target[j * k] = mixture[j];
                for (int q = 1; q < k; q++)
                    target[j * k + q] = factor * x[q * width + j];
            }
    }

    /// <summary>See <see cref="IImageKernels.InterleaveBackward"/>.</summary>
    /// <returns>Gradient in the factor.</returns>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static T InterleaveBackward(
        T* gradient, T* x, long step, T factor, T* ofMixture, int width, T* into, int channels, int count)
    {
        int k = channels / width;
        T share = T.Zero;
        for (int i = 0; i < count; i++, gradient += channels, x += step, ofMixture += width, into += channels)
            for (int j = 0; j < width; j++)
            {
                ofMixture[j] = gradient[j * k];
                for (int q = 1; q < k; q++)
                {
                    T g = gradient[j * k + q];
                    share += g * x[q * width + j];
                    into[q * width + j] += factor * g;
                }
            }
        return share;
    }
}
