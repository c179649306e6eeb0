using System.Numerics;
using System.Runtime.CompilerServices;

namespace SingleDarts.Core.Kernels;

/// <summary>What kernels share that read the neighbours of a pixel: images go into padded planes, and gradients come out of them.</summary>
internal abstract unsafe class PlaneKernel<TSimd, TVector, T> : IDisposable
    where TSimd : ISimd<TVector, T> where TVector : unmanaged where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>Brings offsets into memory.</summary>
    /// <param name="shape">Sizes.</param>
    protected PlaneKernel(DepthwiseShape shape)
    {
        Shape = shape;
        Offsets = (int*)Memory.Numbers<int>(Taps);
        for (int t = 0; t < Taps; t++)
            Offsets[t] = shape.Taps[t].Phase * shape.Plane + (shape.Taps[t].Row * shape.Columns + shape.Taps[t].Column) * shape.Cell;
    }

    /// <summary>Sizes.</summary>
    protected DepthwiseShape Shape { get; }

    /// <summary>Memory of the weights.</summary>
    protected Memory Memory { get; } = new();

    /// <summary>Number of taps.</summary>
    protected int Taps => Shape.Taps.Length;

    /// <summary>Where each tap reads in the planes.</summary>
    protected int* Offsets { get; }

    /// <inheritdoc/>
    public void Dispose() => Memory.Dispose();

    /// <summary>A number for each output channel as vectors that fit a unit of the output; they live as long as the kernel.</summary>
    /// <param name="values">[C'].</param>
    public TVector* OfOutput(double[] values) => Spread(values, Shape.OutLane);

    /// <summary>A number for each channel as vectors.</summary>
    /// <param name="values">One for each channel.</param>
    /// <param name="lanes">The channel of each lane.</param>
    protected TVector* Spread(double[] values, int[] lanes)
    {
        T* vectors = Memory.Numbers<T>(lanes.Length);
        for (int i = 0; i < lanes.Length; i++)
            if (lanes[i] >= 0)
                vectors[i] = T.CreateTruncating(values[lanes[i]]);
        return (TVector*)vectors;
    }

    /// <summary>Planes ∗ weights in units, for every block.</summary>
    /// <param name="planes">The planes.</param>
    /// <param name="weights">A vector for each block and tap.</param>
    /// <param name="target">Place of the result.</param>
    protected void Convolve(T* planes, TVector* weights, T* target)
    {
        for (int block = 0; block < Shape.Blocks; block++)
            for (int h = 0; h < Shape.OutHeight; h++)
                VectorLoops<TSimd, TVector, T>.Convolve(
                    planes + block * Shape.Phases * Shape.Plane + h * Shape.Columns * Shape.Cell,
                    target + h * Shape.UnitsOfRow * Shape.Unit + block * Shape.Lanes, Shape.Unit, Shape.UnitsOfRow,
                    weights + block * Taps, Offsets, Taps);
    }

    /// <summary>The gradient in the pixels of one plane: the taps of that plane over the padded gradient.</summary>
    /// <param name="block">Block of channels.</param>
    /// <param name="phase">The plane.</param>
    /// <param name="weights">A vector for each tap.</param>
    /// <param name="padded">The padded gradient of the block.</param>
    /// <param name="planes">The working memory.</param>
    /// <param name="isActive">Whether the gradient is 0 where the planes are not positive.</param>
    /// <param name="dx">The gradient in the image.</param>
    /// <param name="adds">Whether it is added.</param>
    protected void InputGradient(int block, int phase, TVector* weights, T* padded, T* planes, bool isActive, T* dx, bool adds)
    {
        TVector* own = stackalloc TVector[Taps];
        int* places = stackalloc int[Taps];
        int count = 0;
        for (int t = 0; t < Taps; t++)
            if (Shape.Taps[t].Phase == phase)
            {
                own[count] = weights[t];
                places[count++] =
                    ((Shape.Margin - Shape.Taps[t].Row) * Shape.GradientColumns + Shape.Margin - Shape.Taps[t].Column) * Shape.Cell;
            }
        T* line = planes + Shape.LineStart;
        PhasePixels pixels = Shape.Pixels(phase);
        int vectors = Shape.IsPacked ? (pixels.Columns * Shape.Cell + Shape.Lanes - 1) / Shape.Lanes : pixels.Columns;
        for (int i = pixels.FirstRow; i < pixels.FirstRow + pixels.Rows; i++)
        {
            VectorLoops<TSimd, TVector, T>.Convolve(
                padded + (i * Shape.GradientColumns + pixels.FirstColumn) * Shape.Cell, line, Shape.Lanes, vectors, own, places, count);
            T* positive = planes + (block * Shape.Phases + phase) * Shape.Plane + (i * Shape.Columns + pixels.FirstColumn) * Shape.Cell;
            Emit(line, isActive ? positive : null, block, phase, i, pixels, dx, adds);
        }
    }

    /// <summary>Brings a row of a plane's gradient into the image.</summary>
    /// <param name="line">The row; changed.</param>
    /// <param name="positive">The gradient is 0 where this is not positive; null for no such condition.</param>
    /// <param name="block">Block of channels.</param>
    /// <param name="phase">The plane.</param>
    /// <param name="row">Row of the plane.</param>
    /// <param name="pixels">The plane's pixels of the image.</param>
    /// <param name="dx">The gradient in the image.</param>
    /// <param name="adds">Whether it is added.</param>
    protected void Emit(T* line, T* positive, int block, int phase, int row, PhasePixels pixels, T* dx, bool adds)
    {
        int s = Shape.Stride, cell = Shape.Cell, lanes = Shape.Lanes;
        int channels = Shape.IsPacked ? cell : Math.Min(lanes, Shape.Channels - block * lanes);
        int vectors = Shape.IsPacked ? (pixels.Columns * cell + lanes - 1) / lanes : pixels.Columns;
        T* target = dx + block * lanes + Shape.Channels *
            ((s * row + phase / s - Shape.Padding) * Shape.Width + s * pixels.FirstColumn + phase % s - Shape.Padding);
        if (Shape.IsPacked ? s == 1 : channels == lanes)
        {
            int step = Shape.IsPacked ? lanes : s * Shape.Channels;
            for (int j = 0; j < vectors; j++, target += step)
            {
                TVector value = TSimd.Load(line + j * lanes);
                if (positive is not null)
                    value = TSimd.Where(TSimd.Load(positive + j * lanes), value);
                TSimd.Store(adds ? TSimd.Add(TSimd.Load(target), value) : value, target);
            }
            return;
        }
        for (int j = 0; j < vectors && positive is not null; j++)
            TSimd.Store(TSimd.Where(TSimd.Load(positive + j * lanes), TSimd.Load(line + j * lanes)), line + j * lanes);
        if (adds)
            PixelLoops<T>.Add(line, cell, target, s * Shape.Channels, channels, pixels.Columns);
        else
            PixelLoops<T>.Copy(line, cell, target, s * Shape.Channels, channels, pixels.Columns);
    }

    /// <summary>Puts an image into the planes; their margins stay what they are.</summary>
    /// <param name="x">The image.</param>
    /// <param name="step">Distance of its pixels.</param>
    /// <param name="scale">a for each channel, for relu(a x + b); null for x itself.</param>
    /// <param name="shift">b.</param>
    /// <param name="planes">The working memory.</param>
    protected void Load(T* x, long step, TVector* scale, TVector* shift, T* planes)
    {
        int s = Shape.Stride, cell = Shape.Cell, lanes = Shape.Lanes, width = Shape.Width;
        T* line = planes + Shape.LineStart;
        for (int r = 0; r < Shape.Height; r++)
            for (int block = 0; block < Shape.Blocks; block++)
            {
                int u = r + Shape.Padding, distance = (int)step;
                T* plane = planes + (block * Shape.Phases + u % s * s) * Shape.Plane + u / s * Shape.Columns * cell;
                T* source = x + r * width * step + block * lanes;
                int channels = Shape.IsPacked ? cell : Math.Min(lanes, Shape.Channels - block * lanes);
                if (channels < lanes && !(Shape.IsPacked && step == cell))
                {
                    // What stands in the lanes behind the channels comes into no result.
                    PixelLoops<T>.Copy(source, step, line, cell, channels, width);
                    source = line;
                    distance = cell;
                }
                TVector a = scale is null ? TSimd.Fill(T.One) : scale[block], b = scale is null ? default : shift[block];
                if (s > 1 && Shape.IsPacked)
                {
                    Move(source, lanes, width * cell / lanes, a, b, scale is not null, line);
                    for (int first = 0; first < s && first < width; first++)
                        PixelLoops<T>.Copy(line + first * cell, s * cell, Place(first), cell, cell, (width - 1 - first) / s + 1);
                }
                else
                    for (int first = 0; first < s && first < width; first++)
                        Move(source + first * distance, Shape.IsPacked ? lanes : s * distance,
                            Shape.IsPacked ? width * cell / lanes : (width - 1 - first) / s + 1, a, b, scale is not null, Place(first));

                T* Place(int column) => plane + (column + Shape.Padding) % s * Shape.Plane + (column + Shape.Padding) / s * cell;
            }
    }

    private static void Move(T* source, int step, int count, TVector a, TVector b, bool isActive, T* target)
    {
        if (isActive)
            for (int j = 0; j < count; j++, source += step, target += sizeof(TVector) / sizeof(T))
                TSimd.Store(Active(TSimd.Load(source), a, b), target);
        else
            for (int j = 0; j < count; j++, source += step, target += sizeof(TVector) / sizeof(T))
                TSimd.Store(TSimd.Load(source), target);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TVector Active(TVector x, TVector a, TVector b)
    {
        TVector z = TSimd.MultiplyAdd(x, a, b);
        return TSimd.Where(z, z);
    }
}
