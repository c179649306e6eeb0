using SingleDarts.Core.Runtime;
using static TorchSharp.torch;

namespace SingleDarts.Core.Data;

/// <summary>
/// Images made from nothing but their arguments, on which the architecture matters: a class is an arrangement of strokes, and all classes
/// have the same strokes.
/// </summary>
/// <remarks>
/// The strokes <c>-</c>, <c>|</c>, <c>\</c> and <c>/</c>, 3 x 3 pixels each, fill the four quarters of a square, each once; a class is
/// one of the 12 ways to do so that remain when mirror images are taken as the same. Every 128 pixels of an image hold one such square of
/// its class, at a random place, mirrored or not, brighter or darker than the grey ground by 20 to 100 levels in each channel, under
/// noise of a standard deviation of 16 levels. So no pixel and no single stroke tells the class, which a linear model can therefore not
/// learn; filters over strokes, and filters over those, can. A horizontal flip keeps the class. The figures are in
/// docs/reference/data.md.
/// </remarks>
public static class GeneratedImages
{
    /// <summary>The largest number of classes: 4! arrangements, half of them without mirror images.</summary>
    public const int MaximumClasses = 12;

    private const int StrokeSize = 3;
    private const int SquareSize = 2 * StrokeSize;
    private const int PixelsPerSquare = 128;
    private const string Strokes = @"-|\/";
    private const string Mirrored = @"-|/\";

    /// <summary>Makes balanced classes: sample i has label i modulo <paramref name="classes"/>. Inputs are unsigned bytes [N, 3, size,
    /// size].</summary>
    /// <remarks>All draws and all arithmetic are in integers, so the same arguments give the same bytes on every machine. Classes do not
    /// depend on the seed: another seed is other samples of the same task, for example a test set.</remarks>
    /// <param name="count">Number of images, N, at least 1.</param>
    /// <param name="seed">Selects the samples.</param>
    /// <param name="classes">2 to 12.</param>
    /// <param name="size">Height and width in pixels, at least 6.</param>
    /// <exception cref="ArgumentOutOfRangeException">An argument is outside its range.</exception>
    public static ClassificationDataset Create(int count, long seed = 0, int classes = 10, int size = 16)
    {
        TorchRuntime.EnsureLoaded();
        ArgumentOutOfRangeException.ThrowIfLessThan(count, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(classes, 2);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(classes, MaximumClasses);
        ArgumentOutOfRangeException.ThrowIfLessThan(size, SquareSize);
        using var scope = NewDisposeScope();
        using var generator = new Generator((ulong)seed, CPU);
        Tensor Integers(int low, int high, params long[] shape) => randint(low, high, shape, ScalarType.Int64, CPU, generator: generator);

        using var divisor = Scalars.Of(classes);
        using var white = Scalars.Of(255L);
        string[] arrangements = [.. Arrangements().Take(classes)];
        var squares = stack(arrangements.SelectMany(a => new[] { Draw(a), Draw(Mirror(a)) }));
        var labels = TensorArithmetic.Range(count).remainder(divisor);
        var sample = TensorArithmetic.Range(count).view(-1, 1, 1);
        var within = TensorArithmetic.Range(SquareSize);

        var images = TensorArithmetic.Filled([count, 3, size, size], 128, ScalarType.Int16);
        for (int i = 0; i < Math.Max(1, size * size / PixelsPerSquare); i++)
        {
            var square = squares.index_select(0, labels.Times(2L).Plus(Integers(0, 2, count)));
            var rows = Integers(0, size - SquareSize + 1, count, 1, 1).Plus(within.view(1, -1, 1));
            var columns = Integers(0, size - SquareSize + 1, count, 1, 1).Plus(within.view(1, 1, -1));
            var contrast = Integers(20, 101, count, 3, 1, 1) * Integers(0, 2, count, 1, 1, 1).Times(2L).Minus(1L);
            var canvas = zeros([count, size, size], ScalarType.Int64);
            canvas.index_put_(square, TensorIndex.Tensor(sample), TensorIndex.Tensor(rows), TensorIndex.Tensor(columns));
            images.Plus_(canvas.unsqueeze(1) * contrast);
        }
        // The sum of four uniform integers of variance 65.25 each: near enough to a normal distribution, and exact.
        for (int i = 0; i < 4; i++)
            images.Plus_(randint(0, 28, images.shape, ScalarType.Int16, CPU, generator: generator));
        var pixels = images.Minus(54L).clamp(Scalars.Zero, white).to(ScalarType.Byte);
        return new(pixels, labels, classes, $"generated images (seed {seed})", arrangements);
    }

    /// <summary>The four quarters, row by row, of every arrangement that comes before its mirror image.</summary>
    private static IEnumerable<string> Arrangements() =>
        from a in Strokes
        from b in Strokes
        from c in Strokes
        from d in Strokes
        let arrangement = string.Concat(a, b, c, d)
        where arrangement.Distinct().Count() == 4 && string.CompareOrdinal(arrangement, Mirror(arrangement)) < 0
        select arrangement;

    private static string Mirror(string arrangement) =>
        string.Concat(new[] { 1, 0, 3, 2 }.Select(i => Mirrored[Strokes.IndexOf(arrangement[i])]));

    /// <summary>[6, 6] of zeros and ones.</summary>
    private static Tensor Draw(string arrangement)
    {
        long[] pixels = new long[SquareSize * SquareSize];
        for (int y = 0; y < SquareSize; y++)
            for (int x = 0; x < SquareSize; x++)
            {
                (int v, int u) = (y % StrokeSize, x % StrokeSize);
                bool on = arrangement[y / StrokeSize * 2 + x / StrokeSize] switch
                {
                    '-' => v == 1,
                    '|' => u == 1,
                    '\\' => u == v,
                    _ => u + v == StrokeSize - 1,
                };
                pixels[y * SquareSize + x] = on ? 1 : 0;
            }
        return tensor(pixels, [SquareSize, SquareSize]);
    }
}
