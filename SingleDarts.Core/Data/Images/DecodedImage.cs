using System.Buffers;

namespace SingleDarts.Core.Data;

/// <summary>Pixels in borrowed memory, four bytes each (red, green, blue, opacity), row by row.</summary>
internal sealed class DecodedImage(byte[] rented, int height, int width) : IDisposable
{
    public int Height => height;

    public int Width => width;

    public ReadOnlySpan<byte> Rgba => rented.AsSpan(0, 4 * height * width);

    public void Dispose() => ArrayPool<byte>.Shared.Return(rented);
}
