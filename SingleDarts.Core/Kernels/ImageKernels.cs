using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using SingleDarts.Core.Runtime;
using static TorchSharp.torch;

namespace SingleDarts.Core.Kernels;

/// <inheritdoc cref="IImageKernels"/>
internal sealed unsafe class ImageKernels<TSimd, TVector, T> : IImageKernels
    where TSimd : ISimd<TVector, T> where TVector : unmanaged where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>Weights' gradients are summed over this many parts of a batch by themselves, whatever the number of threads, so that it
    /// does not change the result.</summary>
    private const int MostParts = 16;

    private static int Lanes => sizeof(TVector) / sizeof(T);

    /// <inheritdoc/>
    public (Images Y, double[] Mean, double[] Variance) Depthwise(DepthwiseLayer layer, Images x, AffineMap map)
    {
        DepthwiseShape shape = Shape(layer, x);
        using var kernel = Kernel(shape, layer, x, map);
        return WithMoments(x, shape, _ => { }, kernel.Forward);
    }

    /// <inheritdoc/>
    public (Images Input, Tensor[] Weights) DepthwiseBackward(DepthwiseLayer layer, Images x, AffineMap map, Images gradient, Images y,
        double[][] normalization, Images? into, bool ofWeights)
    {
        DepthwiseShape shape = Shape(layer, x);
        using var kernel = Kernel(shape, layer, x, map);
        int images = x.Count, parts = Math.Min(images, MostParts);
        Images dx = into ?? Images.New(x, x.Channels, x.Height, x.Width);
        var vectors = new TVector*[normalization.Length];
        for (int i = 0; i < vectors.Length; i++)
            vectors[i] = kernel.OfOutput(normalization[i]);
        int taps = shape.Taps.Length * shape.Blocks, sums = ofWeights ? taps + shape.OutChannels * shape.Blocks : 0;
        using var memory = new Memory();
        T* scratch = memory.Numbers<T>((long)shape.WorkingMemory * KernelTeam.Threads);
        var all = (TVector*)memory.Numbers<T>((long)parts * sums * Lanes);
        KernelTeam.Run(parts, (part, worker) =>
        {
            for (int image = part * images / parts; image < (part + 1) * images / parts; image++)
                kernel.Backward(x.At<T>(image), x.Step, gradient.At<T>(image), y.At<T>(image), vectors, dx.At<T>(image), into is not null,
                    ofWeights ? all + part * sums : null, all + part * sums + taps, scratch + (long)worker * shape.WorkingMemory);
        });
        for (int part = 1; part < parts; part++)
            for (int i = 0; i < sums; i++)
                all[i] = TSimd.Add(all[i], all[part * sums + i]);
        GC.KeepAlive((x, gradient, y, dx));
        if (!ofWeights)
            return (dx, []);
        Tensor? dDepthwise = layer.Depthwise is null ? null : zeros_like(layer.Depthwise);
        Tensor dPointwise = zeros_like(layer.Pointwise);
        kernel.Gather(all, all + taps, dDepthwise is null ? null : Numbers(dDepthwise), Numbers(dPointwise));
        return (dx, dDepthwise is null ? [dPointwise] : [dDepthwise, dPointwise]);
    }

    /// <inheritdoc/>
    public (Images Y, double[] Mean, double[] Variance) Pool(Images x, bool isMaximum, int stride)
    {
        DepthwiseShape shape = PoolingShape(x, stride);
        using var kernel = new PoolingKernel<TSimd, TVector, T>(shape, isMaximum);
        return WithMoments(x, shape, scratch => kernel.Prepare((T*)scratch), kernel.Forward);
    }

    /// <inheritdoc/>
    public void PoolBackward(Images x, bool isMaximum, int stride, Images gradient, Images into)
    {
        DepthwiseShape shape = PoolingShape(x, stride);
        using var kernel = new PoolingKernel<TSimd, TVector, T>(shape, isMaximum);
        int size = shape.WorkingMemory + shape.Planes;
        using var memory = new Memory();
        T* scratch = memory.Numbers<T>((long)size * KernelTeam.Threads);
        for (int worker = 0; worker < KernelTeam.Threads; worker++)
            kernel.Prepare(scratch + (long)worker * size);
        KernelTeam.Run(x.Count, (image, worker) => kernel.Backward(
            x.At<T>(image), x.Step, gradient.At<T>(image), into.At<T>(image), scratch + (long)worker * size));
        GC.KeepAlive((x, gradient, into));
    }

    /// <inheritdoc/>
    public Images Sum(Images[] images, double[][] scales, double[] shift, Images? into = null)
    {
        int channels = images[0].Channels, pixels = images[0].Pixels;
        int together = ChannelLoops<TSimd, TVector, T>.Together(channels, pixels), width = channels * together;
        Images sum = into ?? Images.New(images[0], channels, images[0].Height, images[0].Width);
        Images[] all = into is null ? images : [.. images, into];
        foreach (Images image in all)
            image.RequireShapeOf(images[0]);
        using var memory = new Memory();
        T* coefficients = memory.Numbers<T>((all.Length + 1) * width), ofShift = coefficients + all.Length * width;
        for (int i = 0; i < width; i++)
        {
            for (int k = 0; k < all.Length; k++)
                coefficients[k * width + i] = k < scales.Length ? T.CreateTruncating(scales[k][i % channels]) : T.One;
            ofShift[i] = T.CreateTruncating(shift[i % channels]);
        }
        KernelTeam.Run(sum.Count, (image, _) =>
        {
            T** y = stackalloc T*[all.Length];
            for (int k = 0; k < all.Length; k++)
                y[k] = all[k].At<T>(image);
            ChannelLoops<TSimd, TVector, T>.Sum(y, coefficients, ofShift, all.Length, sum.At<T>(image), width, pixels / together);
        });
        GC.KeepAlive(all);
        return sum;
    }

    /// <inheritdoc/>
    public (double[] Gradient, double[] Product) Products(Images gradient, Images y, double[] mean)
    {
        gradient.RequireShapeOf(y);
        int images = y.Count, channels = y.Channels, pixels = y.Pixels;
        int together = ChannelLoops<TSimd, TVector, T>.Together(channels, pixels), width = channels * together;
        using var memory = new Memory();
        T* means = memory.Numbers<T>(width);
        for (int i = 0; i < width; i++)
            means[i] = T.CreateTruncating(mean[i % channels]);
        double* sums = memory.Numbers<double>((long)images * 2 * width);
        KernelTeam.Run(images, (image, _) => ChannelLoops<TSimd, TVector, T>.Products(
            gradient.At<T>(image), y.At<T>(image), means, sums + (long)image * 2 * width, width, pixels / together));
        GC.KeepAlive((gradient, y));
        var (first, second) = (new double[channels], new double[channels]);
        for (int image = 0; image < images; image++)
            for (int i = 0; i < width; i++)
            {
                first[i % channels] += sums[image * 2 * width + i];
                second[i % channels] += sums[image * 2 * width + width + i];
            }
        return (first, second);
    }

    /// <inheritdoc/>
    public Images Interleave(Images mixture, Images x, double factor)
    {
        Images result = Images.New(x, x.Channels, x.Height, x.Width);
        KernelTeam.Run(x.Count, (image, _) => PixelLoops<T>.Interleave(
            mixture.At<T>(image), mixture.Channels, x.At<T>(image), x.Step, T.CreateTruncating(factor), result.At<T>(image), x.Channels,
            x.Pixels));
        GC.KeepAlive((mixture, x));
        return result;
    }

    /// <inheritdoc/>
    public (Images Mixture, double Factor) InterleaveBackward(Images gradient, Images x, int k, double factor, Images into)
    {
        Images ofMixture = Images.New(x, x.Channels / k, x.Height, x.Width);
        var shares = new double[x.Count];
        KernelTeam.Run(x.Count, (image, _) => shares[image] = double.CreateTruncating(PixelLoops<T>.InterleaveBackward(
            gradient.At<T>(image), x.At<T>(image), x.Step, T.CreateTruncating(factor), ofMixture.At<T>(image), ofMixture.Channels,
            into.At<T>(image), x.Channels, x.Pixels)));
        GC.KeepAlive((gradient, x, into));
        return (ofMixture, shares.Sum());
    }

    /// <inheritdoc/>
    public void Fill(Images images, Images into)
    {
        KernelTeam.Run(images.Count, (image, _) => PixelLoops<T>.Copy(
            images.At<T>(image), images.Step, into.At<T>(image), into.Step, images.Channels, images.Pixels));
        GC.KeepAlive((images, into));
    }

    private delegate void OfImage(T* x, long step, T* y, T* scratch);

    private delegate void Preparation(void* scratch);

    private static (Images, double[], double[]) WithMoments(Images x, DepthwiseShape shape, Preparation prepare, OfImage run)
    {
        int images = x.Count, channels = shape.OutChannels;
        int together = ChannelLoops<TSimd, TVector, T>.Together(channels, shape.OutPixels), width = channels * together;
        Images y = Images.New(x, channels, shape.OutHeight, shape.OutWidth);
        using var memory = new Memory();
        T* scratch = memory.Numbers<T>((long)shape.WorkingMemory * KernelTeam.Threads);
        for (int worker = 0; worker < KernelTeam.Threads; worker++)
            prepare(scratch + (long)worker * shape.WorkingMemory);
        double* moments = memory.Numbers<double>((long)images * 2 * width);
        KernelTeam.Run(images, (image, worker) =>
        {
            run(x.At<T>(image), x.Step, y.At<T>(image), scratch + (long)worker * shape.WorkingMemory);
            ChannelLoops<TSimd, TVector, T>.Moments(
                y.At<T>(image), moments + (long)image * 2 * width, width, shape.OutPixels / together);
        });
        GC.KeepAlive((x, y));
        var (mean, variance) = (new double[channels], new double[channels]);
        double share = 1.0 / ((long)images * together);
        for (int image = 0; image < images; image++)
            for (int i = 0; i < width; i++)
                mean[i % channels] += moments[image * 2 * width + i] * share;
        for (int image = 0; image < images; image++)
            for (int i = 0; i < width; i++)
            {
                double distance = moments[image * 2 * width + i] - mean[i % channels];
                double own = moments[image * 2 * width + width + i] * together / shape.OutPixels;
                variance[i % channels] += (own + distance * distance) * share;
            }
        return (y, mean, variance);
    }

    private static DepthwiseShape Shape(DepthwiseLayer layer, Images x) => new(
        x.Channels, layer.OutChannels, x.Height, x.Width, layer.KernelSize, layer.Stride, layer.Dilation, Lanes);

    private static DepthwiseShape PoolingShape(Images x, int stride) =>
        new(x.Channels, x.Channels, x.Height, x.Width, 3, stride, 1, Lanes);

    /// <summary>The kernel; it copies the weights.</summary>
    private static DepthwiseKernel<TSimd, TVector, T> Kernel(DepthwiseShape shape, DepthwiseLayer layer, Images x, AffineMap map)
    {
        if (x.Tensor.ElementSize != sizeof(T))
            throw new InvalidOperationException($"Kernels for {typeof(T).Name} are given {x.Tensor.dtype}.");
        if (layer.Pointwise.shape[1] != shape.Channels || layer.Pointwise.dtype != x.Tensor.dtype)
            throw new ArgumentException($"A block of convolutions is given {x.Tensor.dtype} of {shape.Channels} channels; expected " +
                $"{layer.Pointwise.dtype} of {layer.Pointwise.shape[1]}. Correct the place that it was built for, or the type.");
        using Tensor? depthwise = layer.Depthwise?.contiguous();
        using Tensor pointwise = layer.Pointwise.contiguous();
        return new(shape, depthwise is null ? null : Numbers(depthwise), Numbers(pointwise), map);
    }

    /// <summary>The memory of a contiguous tensor.</summary>
    private static T* Numbers(Tensor tensor) => (T*)Unsafe.AsPointer(ref MemoryMarshal.GetReference(Host.Bytes(tensor)));
}
