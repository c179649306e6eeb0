using System.Numerics;

namespace SingleDarts.Core.Kernels;

/// <summary>
/// y = W * (w ∗ relu(a x + b)) of one image whose channels are innermost in memory, forwards and backwards: an affine map of each channel
/// (the batch normalisation before), ReLU, depthwise convolution, pointwise convolution. Nothing but y leaves the processor's cache; the
/// backward pass computes the depthwise convolution again.
/// </summary>
internal sealed unsafe class DepthwiseKernel<TSimd, TVector, T> : PlaneKernel<TSimd, TVector, T>
    where TSimd : ISimd<TVector, T> where TVector : unmanaged where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly TVector* depthwise, pointwise, transposed, scale, shift, repeats;

    /// <summary>Brings the weights into vectors.</summary>
    /// <param name="shape">Sizes.</param>
    /// <param name="depthwiseWeight">[C, 1, k, k]; null for ones.</param>
    /// <param name="pointwiseWeight">[C', C, 1, 1].</param>
    /// <param name="map">a and b.</param>
    public DepthwiseKernel(DepthwiseShape shape, T* depthwiseWeight, T* pointwiseWeight, AffineMap map) : base(shape)
    {
        int channels = shape.Channels, lanes = shape.Lanes;
        T* vectors = Memory.Numbers<T>(Taps * shape.Unit);
        depthwise = (TVector*)vectors;
        for (int lane = 0; lane < shape.Unit; lane++)
            for (int t = 0; t < Taps && shape.Lane[lane] >= 0; t++)
                vectors[(lane / lanes * Taps + t) * lanes + lane % lanes] =
                    depthwiseWeight is null ? T.One : depthwiseWeight[shape.Lane[lane] * Taps + t];
        vectors = Memory.Numbers<T>(channels * shape.OutUnit);
        pointwise = (TVector*)vectors;
        for (int lane = 0; lane < shape.OutUnit; lane++)
            for (int c = 0; c < channels && shape.OutLane[lane] >= 0; c++)
                vectors[c * shape.OutUnit + lane] = pointwiseWeight[shape.OutLane[lane] * channels + c];
        vectors = Memory.Numbers<T>(shape.OutChannels * shape.Unit);
        transposed = (TVector*)vectors;
        for (int lane = 0; lane < shape.Unit; lane++)
            for (int o = 0; o < shape.OutChannels && shape.Lane[lane] >= 0; o++)
                vectors[o * shape.Unit + lane] = pointwiseWeight[o * channels + shape.Lane[lane]];
        scale = Spread(map.Scale, shape.Lane);
        shift = Spread(map.Shift, shape.Lane);
        if (!shape.IsPacked)
            return;
        repeats = (TVector*)Memory.Numbers<T>(channels * lanes);
        for (int i = 0; i < channels * lanes; i++)
        {
            int from = i % lanes / channels * channels + i / lanes;
            if (sizeof(T) == sizeof(int))
                ((int*)repeats)[i] = from;
            else
                ((long*)repeats)[i] = from;
        }
    }

    /// <summary>y of one image.</summary>
    /// <param name="x">The image.</param>
    /// <param name="xStep">Distance of its pixels.</param>
    /// <param name="y">The result, [H', W', C'].</param>
    /// <param name="scratch"><see cref="DepthwiseShape.WorkingMemory"/> numbers, zero at the first call.</param>
    public void Forward(T* x, long xStep, T* y, T* scratch)
    {
        T* convolved = scratch + Shape.ConvolvedStart, mixed = Shape.IsOutDense ? y : scratch + Shape.MixedStart;
        Load(x, xStep, scale, shift, scratch);
        Convolve(scratch, depthwise, convolved);
        for (int block = 0; block < Shape.OutBlocks; block++)
            VectorLoops<TSimd, TVector, T>.Mix(convolved, Shape.Unit, mixed + block * Shape.Lanes, Shape.OutUnit, Shape.Units,
                pointwise + block, Shape.OutBlocks, Shape.Channels, repeats);
        if (!Shape.IsOutDense)
            PixelLoops<T>.Copy(mixed, Shape.OutUnit, y, Shape.OutChannels, Shape.OutChannels, Shape.OutPixels);
    }

    /// <summary>Gradients of one image, with dy = p g + q (y − mean) + r in place of a gradient of y.</summary>
    /// <param name="x">The image.</param>
    /// <param name="xStep">Distance of its pixels.</param>
    /// <param name="gradient">g, [H', W', C'].</param>
    /// <param name="y">What <see cref="Forward"/> gave.</param>
    /// <param name="normalization">p, q, mean and r, as <see cref="PlaneKernel{TSimd, TVector, T}.OfOutput"/> gave them.</param>
    /// <param name="dx">Gradient in a x + b, [H, W, C].</param>
    /// <param name="adds">Whether it is added to <paramref name="dx"/>.</param>
    /// <param name="tapSums">A vector for each block and tap that the depthwise weights' gradient is added to; null if no gradient of
    /// weights is asked for.</param>
    /// <param name="mixSums">A vector for each output channel and block that the pointwise weights' gradient is added to.</param>
    /// <param name="scratch"><see cref="DepthwiseShape.WorkingMemory"/> numbers, zero at the first call.</param>
    public void Backward(
        T* x, long xStep, T* gradient, T* y, TVector*[] normalization, T* dx, bool adds, TVector* tapSums, TVector* mixSums, T* scratch)
    {
        int row = Shape.GradientColumns * Shape.Cell, lanes = Shape.Lanes;
        T* convolved = scratch + Shape.ConvolvedStart, dy = scratch + Shape.MixedStart, padded = scratch + Shape.PaddedStart;
        Denormalize(gradient, y, normalization, dy, convolved);
        Load(x, xStep, scale, shift, scratch);
        if (tapSums is not null)
            Convolve(scratch, depthwise, convolved);
        for (int block = 0; block < Shape.Blocks; block++)
        {
            T* whole = padded + block * Shape.GradientPlane, first = whole + Shape.Margin * (row + Shape.Cell);
            for (int h = 0; h < Shape.OutHeight; h++)
                VectorLoops<TSimd, TVector, T>.Mix(dy + h * Shape.UnitsOfRow * Shape.OutUnit, Shape.OutUnit, first + h * row, lanes,
                    Shape.UnitsOfRow, transposed + block, Shape.Blocks, Shape.OutChannels, repeats);
            if (tapSums is not null)
            {
                VectorLoops<TSimd, TVector, T>.MixGradients(dy, Shape.OutUnit, convolved + block * lanes, Shape.Unit, Shape.Units,
                    Shape.OutChannels, mixSums + block, Shape.Blocks, repeats);
                VectorLoops<TSimd, TVector, T>.TapGradients(first, row, scratch + block * Shape.Phases * Shape.Plane,
                    Shape.Columns * Shape.Cell, Shape.OutHeight, Shape.UnitsOfRow, Offsets, Taps, tapSums + block * Taps);
            }
            for (int phase = 0; phase < Shape.Phases; phase++)
                InputGradient(block, phase, depthwise + block * Taps, whole, scratch, isActive: true, dx, adds);
        }
    }

    /// <summary>Adds sums of <see cref="Backward"/> to the gradients of the weights.</summary>
    /// <param name="tapSums">The depthwise weights' sums.</param>
    /// <param name="mixSums">The pointwise weights' sums.</param>
    /// <param name="ofDepthwise">[C, 1, k, k]; null if it is not asked for.</param>
    /// <param name="ofPointwise">[C', C, 1, 1].</param>
    public void Gather(TVector* tapSums, TVector* mixSums, T* ofDepthwise, T* ofPointwise)
    {
        T* ofTaps = (T*)tapSums, ofMixes = (T*)mixSums;
        int lanes = Shape.Lanes;
        for (int lane = 0; lane < Shape.Unit; lane++)
        {
            int c = Shape.Lane[lane];
            if (c < 0)
                continue;
            for (int t = 0; t < Taps && ofDepthwise is not null; t++)
                ofDepthwise[c * Taps + t] += ofTaps[(lane / lanes * Taps + t) * lanes + lane % lanes];
            for (int o = 0; o < Shape.OutChannels; o++)
                ofPointwise[o * Shape.Channels + c] += ofMixes[o * Shape.Unit + lane];
        }
    }

    /// <summary>dy in units.</summary>
    private void Denormalize(T* gradient, T* y, TVector*[] normalization, T* dy, T* spare)
    {
        T* g = InUnits(gradient, dy), values = InUnits(y, spare);
        for (int block = 0; block < Shape.OutBlocks; block++)
        {
            TVector p = normalization[0][block], q = normalization[1][block], mean = normalization[2][block], r = normalization[3][block];
            for (int i = block * Shape.Lanes; i < Shape.Units * Shape.OutUnit; i += Shape.OutUnit)
                TSimd.Store(TSimd.MultiplyAdd(
                    TSimd.Load(g + i), p, TSimd.MultiplyAdd(TSimd.Subtract(TSimd.Load(values + i), mean), q, r)), dy + i);
        }
    }

    /// <summary>An image of the output in units: itself, or its copy.</summary>
    private T* InUnits(T* image, T* spare)
    {
        if (Shape.IsOutDense)
            return image;
        PixelLoops<T>.Copy(image, Shape.OutChannels, spare, Shape.OutUnit, Shape.OutChannels, Shape.OutPixels);
        return spare;
    }
}
