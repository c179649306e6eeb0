namespace SingleDarts.Core.Kernels;

/// <summary>
/// Sizes of a depthwise convolution and of the working memory of its kernel. Pixels stand in <i>units</i> of <see cref="Unit"/> numbers. A
/// packed unit is one vector of several pixels, if their channels fill it exactly; otherwise a unit is one pixel, its channels filled up
/// with zeros to whole vectors.
/// </summary>
/// <remarks>
/// The padded input lies in s² planes for stride s, pixel (u, v) in plane (u mod s, v mod s) at (⌊u/s⌋, ⌊v/s⌋), so that a tap reads
/// neighbouring outputs' inputs side by side whatever stride and dilation are.
/// </remarks>
internal sealed class DepthwiseShape
{
    /// <summary>Computes the sizes.</summary>
    /// <param name="channels">C.</param>
    /// <param name="outChannels">C' of the pointwise convolution that follows.</param>
    /// <param name="height">H.</param>
    /// <param name="width">W.</param>
    /// <param name="kernel">Odd kernel size k; the padding is dilation · (k − 1)/2.</param>
    /// <param name="stride">s.</param>
    /// <param name="dilation">Distance of the taps.</param>
    /// <param name="lanes">Numbers of a vector.</param>
    public DepthwiseShape(int channels, int outChannels, int height, int width, int kernel, int stride, int dilation, int lanes)
    {
        (Channels, OutChannels, Height, Width, Stride, Lanes) = (channels, outChannels, height, width, stride, lanes);
        Padding = dilation * (kernel / 2);
        OutHeight = (height - 1) / stride + 1;
        OutWidth = (width - 1) / stride + 1;
        IsPacked = channels == outChannels && channels < lanes && lanes % channels == 0 &&
            width * channels % lanes == 0 && OutWidth * channels % lanes == 0;
        Cell = IsPacked ? channels : lanes;
        Blocks = IsPacked ? 1 : (channels + lanes - 1) / lanes;
        OutBlocks = IsPacked ? 1 : (outChannels + lanes - 1) / lanes;
        Units = IsPacked ? OutHeight * OutWidth * channels / lanes : OutHeight * OutWidth;
        Margin = 2 * Padding / stride;
        Rows = Math.Max(OutHeight + Margin, (height + 2 * Padding + stride - 1) / stride);
        Columns = Math.Max(OutWidth + Margin, (width + 2 * Padding + stride - 1) / stride);
        Plane = Round(Rows * Columns * Cell + lanes);
        GradientColumns = Columns + Margin;
        GradientPlane = Round((Rows + Margin) * GradientColumns * Cell + lanes);
        Taps = [.. from dy in Enumerable.Range(0, kernel) from dx in Enumerable.Range(0, kernel)
            select new Tap(dy * dilation % stride * stride + dx * dilation % stride, dy * dilation / stride, dx * dilation / stride)];

        Lane = [.. Enumerable.Range(0, Unit).Select(lane => IsPacked ? lane % channels : lane < channels ? lane : -1)];
        OutLane = [.. Enumerable.Range(0, OutUnit).Select(lane => IsPacked ? lane % outChannels : lane < outChannels ? lane : -1)];

        int Round(int size) => (size + lanes - 1) / lanes * lanes;
    }

    /// <summary>Numbers of working memory: planes, a line, the convolved image, the mixed one and the padded gradient, one after
    /// another.</summary>
    public int WorkingMemory => PaddedStart + Blocks * GradientPlane;

    /// <summary>Where the line begins.</summary>
    public int LineStart => Planes;

    /// <summary>Where the convolved image begins.</summary>
    public int ConvolvedStart => LineStart + (Math.Max(Width, Columns) * Cell / Lanes + 2) * Lanes;

    /// <summary>Where the mixed image begins.</summary>
    public int MixedStart => ConvolvedStart + Units * Math.Max(Unit, OutUnit);

    /// <summary>Where the padded gradient begins.</summary>
    public int PaddedStart => MixedStart + Units * OutUnit;

    /// <summary>Numbers of all planes of an image.</summary>
    public int Planes => Blocks * Phases * Plane;

    /// <summary>Planes of a block of channels: s².</summary>
    public int Phases => Stride * Stride;

    /// <summary>Units of a row of the output.</summary>
    public int UnitsOfRow => Units / OutHeight;

    /// <summary>Pixels of an output image.</summary>
    public int OutPixels => OutHeight * OutWidth;

    /// <summary>Whether the units of the output are its pixels in memory.</summary>
    public bool IsOutDense => IsPacked || OutChannels == OutUnit;

    /// <summary>Channel of the input in each lane of a unit; −1 if the lane is filled up.</summary>
    public int[] Lane { get; }

    /// <summary>The same of the output.</summary>
    public int[] OutLane { get; }

    public int Channels { get; }

    public int OutChannels { get; }

    public int Height { get; }

    public int Width { get; }

    public int Stride { get; }

    public int Lanes { get; }

    public int Padding { get; }

    public int OutHeight { get; }

    public int OutWidth { get; }

    /// <summary>Whether a vector holds several pixels.</summary>
    public bool IsPacked { get; }

    /// <summary>Numbers of a pixel of a plane.</summary>
    public int Cell { get; }

    /// <summary>Vectors that hold a pixel's channels; 1 if packed.</summary>
    public int Blocks { get; }

    /// <summary>The same of the output.</summary>
    public int OutBlocks { get; }

    /// <summary>Numbers of a unit of the input.</summary>
    public int Unit => Blocks * Lanes;

    /// <summary>Numbers of a unit of the output.</summary>
    public int OutUnit => OutBlocks * Lanes;

    /// <summary>Units of an output image.</summary>
    public int Units { get; }

    /// <summary>Rows and columns by which taps reach over the output in a plane.</summary>
    public int Margin { get; }

    /// <summary>Rows of a plane.</summary>
    public int Rows { get; }

    /// <summary>Columns of a plane.</summary>
    public int Columns { get; }

    /// <summary>Numbers of a plane of one block of channels.</summary>
    public int Plane { get; }

    /// <summary>Columns of the padded gradient.</summary>
    public int GradientColumns { get; }

    /// <summary>Numbers of the padded gradient of one block of channels.</summary>
    public int GradientPlane { get; }

    /// <summary>Where each tap reads, row after row of the kernel.</summary>
    public Tap[] Taps { get; }

    /// <summary>The pixels of a plane that belong to the image.</summary>
    /// <param name="phase">The plane.</param>
    public PhasePixels Pixels(int phase)
    {
        var (firstRow, rows) = Range(phase / Stride, Height);
        var (firstColumn, columns) = Range(phase % Stride, Width);
        return new PhasePixels(firstRow, rows, firstColumn, columns);

        // Pixel r of the image is pixel r + padding of the padded one.
        (int, int) Range(int offset, int size)
        {
            int first = Math.Max(0, (Padding - offset + Stride - 1) / Stride), last = size - 1 + Padding - offset;
            return (first, last < 0 ? 0 : last / Stride - first + 1);
        }
    }

    /// <param name="Phase">The plane.</param>
    /// <param name="Row">Rows below the output's.</param>
    /// <param name="Column">Columns right of the output's.</param>
    internal readonly record struct Tap(int Phase, int Row, int Column);
}
