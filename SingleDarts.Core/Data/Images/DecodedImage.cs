using SingleDarts.Core.Runtime;
using static TorchSharp.torch;

namespace SingleDarts.Core.Data;

/// <summary>Pixels of four bytes each (red, green, blue, opacity), row by row, in memory that is freed at once: a pool of arrays would
/// keep the largest image of every thread.</summary>
internal sealed class DecodedImage(int height, int width) : IDisposable
{
    private readonly Tensor pixels = empty([4L * height * width], ScalarType.Byte).DetachFromDisposeScope();

    public int Height => height;

    public int Width => width;

    public ReadOnlySpan<byte> Rgba => Host.Bytes(pixels);

    /// <summary>Where a decoder writes.</summary>
    public unsafe nint Address => (nint)Host.Address(pixels);

    public void Dispose() => pixels.Dispose();
}
