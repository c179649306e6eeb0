using System.Numerics;

namespace SingleDarts.Core.Kernels;

/// <summary>Maximum or average pooling 3×3 with padding 1, which the average leaves out, of one image, forwards and backwards.</summary>
internal sealed unsafe class PoolingKernel<TSimd, TVector, T> : PlaneKernel<TSimd, TVector, T>
    where TSimd : ISimd<TVector, T> where TVector : unmanaged where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly bool isMaximum;
    private readonly TVector* ones;
    private readonly T* shares;

    /// <summary>Makes the kernel.</summary>
    /// <param name="shape">Of a kernel 3×3.</param>
    /// <param name="isMaximum">Maximum, or average.</param>
    public PoolingKernel(DepthwiseShape shape, bool isMaximum) : base(shape)
    {
        this.isMaximum = isMaximum;
        if (isMaximum)
            return;
        ones = Spread([.. Enumerable.Repeat(1.0, shape.Channels)], [.. Enumerable.Repeat(0, Taps * shape.Unit)]);
        shares = Memory.Numbers<T>(shape.Units * shape.Unit);
        int pixel = shape.IsPacked ? shape.Channels : shape.Unit;
        for (int i = 0; i < shape.Units * shape.Unit; i++)
            shares[i] = T.One / T.CreateTruncating(
                Seen(i / pixel / shape.OutWidth, shape.Height) * Seen(i / pixel % shape.OutWidth, shape.Width));

        int Seen(int place, int size) => Math.Min(place * shape.Stride + 1, size - 1) - Math.Max(place * shape.Stride - 1, 0) + 1;
    }

    /// <summary>Working memory as the kernel wants it at its first call.</summary>
    /// <param name="scratch"><see cref="DepthwiseShape.WorkingMemory"/> + <see cref="DepthwiseShape.Planes"/> zeros.</param>
    public void Prepare(T* scratch)
    {
        if (isMaximum)
            new Span<T>(scratch, Shape.Planes).Fill(T.NegativeInfinity);
    }

    /// <summary>The pooled image.</summary>
    /// <param name="x">The image.</param>
    /// <param name="xStep">Distance of its pixels.</param>
    /// <param name="y">The result, [H', W', C].</param>
    /// <param name="scratch">As <see cref="Prepare"/> left it.</param>
    public void Forward(T* x, long xStep, T* y, T* scratch)
    {
        T* pooled = Shape.IsOutDense ? y : scratch + Shape.ConvolvedStart;
        Load(x, xStep, null, null, scratch);
        if (isMaximum)
            for (int block = 0; block < Shape.Blocks; block++)
                for (int h = 0; h < Shape.OutHeight; h++)
                    MaximumLoops<TSimd, TVector, T>.Maximum(
                        scratch + block * Shape.Phases * Shape.Plane + h * Shape.Columns * Shape.Cell,
                        pooled + h * Shape.UnitsOfRow * Shape.Unit + block * Shape.Lanes, Shape.Unit, Shape.UnitsOfRow, Offsets, Taps);
        else
        {
            Convolve(scratch, ones, pooled);
            for (int i = 0; i < Shape.Units * Shape.Unit; i += Shape.Lanes)
                TSimd.Store(TSimd.MultiplyAdd(TSimd.Load(pooled + i), TSimd.Load(shares + i), default), pooled + i);
        }
        if (!Shape.IsOutDense)
            PixelLoops<T>.Copy(pooled, Shape.Unit, y, Shape.Channels, Shape.Channels, Shape.OutPixels);
    }

    /// <summary>The gradient in the image.</summary>
    /// <param name="x">The image; read for the maximum alone.</param>
    /// <param name="xStep">Distance of its pixels.</param>
    /// <param name="gradient">Of the pooled image.</param>
    /// <param name="dx">Gradient in the image that this one is added to.</param>
    /// <param name="scratch">As <see cref="Prepare"/> left it.</param>
    public void Backward(T* x, long xStep, T* gradient, T* dx, T* scratch)
    {
        T* dy = gradient;
        if (!Shape.IsOutDense)
        {
            dy = scratch + Shape.MixedStart;
            PixelLoops<T>.Copy(gradient, Shape.Channels, dy, Shape.Unit, Shape.Channels, Shape.OutPixels);
        }
        if (isMaximum)
            OfMaximum(x, xStep, dy, dx, scratch);
        else
            OfAverage(dy, dx, scratch);
    }

    private void OfMaximum(T* x, long xStep, T* dy, T* dx, T* scratch)
    {
        T* gradients = scratch + Shape.WorkingMemory;
        new Span<T>(gradients, Shape.Planes).Clear();
        Load(x, xStep, null, null, scratch);
        for (int block = 0; block < Shape.Blocks; block++)
        {
            int start = block * Shape.Phases * Shape.Plane;
            for (int h = 0; h < Shape.OutHeight; h++)
            {
                int row = start + h * Shape.Columns * Shape.Cell;
                MaximumLoops<TSimd, TVector, T>.MaximumGradients(
                    scratch + row, dy + h * Shape.UnitsOfRow * Shape.Unit + block * Shape.Lanes, Shape.Unit, gradients + row,
                    Shape.UnitsOfRow, Offsets, Taps);
            }
            for (int phase = 0; phase < Shape.Phases; phase++)
            {
                PhasePixels pixels = Shape.Pixels(phase);
                T* plane = gradients + start + phase * Shape.Plane;
                for (int i = pixels.FirstRow; i < pixels.FirstRow + pixels.Rows; i++)
                    Emit(plane + (i * Shape.Columns + pixels.FirstColumn) * Shape.Cell, null, block, phase, i, pixels, dx, adds: true);
            }
        }
    }

    private void OfAverage(T* dy, T* dx, T* scratch)
    {
        int row = Shape.GradientColumns * Shape.Cell;
        for (int block = 0; block < Shape.Blocks; block++)
        {
            T* whole = scratch + Shape.PaddedStart + block * Shape.GradientPlane;
            for (int h = 0; h < Shape.OutHeight; h++)
                for (int j = 0; j < Shape.UnitsOfRow; j++)
                {
                    int i = (h * Shape.UnitsOfRow + j) * Shape.Unit + block * Shape.Lanes;
                    TSimd.Store(TSimd.MultiplyAdd(TSimd.Load(dy + i), TSimd.Load(shares + i), default),
                        whole + (h + Shape.Margin) * row + Shape.Margin * Shape.Cell + j * Shape.Lanes);
                }
            for (int phase = 0; phase < Shape.Phases; phase++)
                InputGradient(block, phase, ones, whole, scratch, isActive: false, dx, adds: true);
        }
    }
}
