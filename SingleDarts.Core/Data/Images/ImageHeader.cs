using System.Buffers.Binary;

namespace SingleDarts.Core.Data;

/// <summary>Width and height of a JPEG or PNG file, read from its first bytes before any decoder sees it.</summary>
/// <param name="Width">Pixels in a row.</param>
/// <param name="Height">Rows.</param>
internal readonly record struct ImageHeader(int Width, int Height)
{
    private const int StartOfScan = 0xDA, EndOfImage = 0xD9;
    private static readonly byte[] Png = [0x89, (byte)'P', (byte)'N', (byte)'G', 0x0D, 0x0A, 0x1A, 0x0A, 0, 0, 0, 13, .. "IHDR"u8];

    public long Pixels => (long)Width * Height;

    /// <summary>Null if the content is neither JPEG nor PNG.</summary>
    /// <param name="file">The content, from its beginning.</param>
    public static ImageHeader? Read(Stream file)
    {
        Span<byte> start = stackalloc byte[24];
        start = start[..file.ReadAtLeast(start, start.Length, throwOnEndOfStream: false)];
        if (start.StartsWith(Png) && start.Length == 24)
            return Valid(BinaryPrimitives.ReadUInt32BigEndian(start[16..]), BinaryPrimitives.ReadUInt32BigEndian(start[20..]));
        if (!start.StartsWith((ReadOnlySpan<byte>)[0xFF, 0xD8, 0xFF]))
            return null;
        file.Position = 2;
        return ReadFrame(file);
    }

    /// <summary>Walks over the segments of a JPEG file to its frame header (ITU-T T.81, B.2.2).</summary>
    private static ImageHeader? ReadFrame(Stream file)
    {
        Span<byte> segment = stackalloc byte[7];
        for (int marker; (marker = NextMarker(file)) is not (-1 or StartOfScan or EndOfImage);)
        {
            // Markers without a segment: TEM, RST0 to RST7.
            if (marker is 0x01 or (>= 0xD0 and <= 0xD8))
                continue;
            bool isFrame = marker is >= 0xC0 and <= 0xCF and not (0xC4 or 0xC8 or 0xCC);
            Span<byte> read = isFrame ? segment : segment[..2];
            if (file.ReadAtLeast(read, read.Length, throwOnEndOfStream: false) < read.Length)
                return null;
            if (isFrame)
                return Valid(BinaryPrimitives.ReadUInt16BigEndian(segment[5..]), BinaryPrimitives.ReadUInt16BigEndian(segment[3..]));
            file.Position += Math.Max(0, BinaryPrimitives.ReadUInt16BigEndian(segment) - 2);
        }
        return null;
    }

    private static int NextMarker(Stream file)
    {
        int value;
        do
            while ((value = file.ReadByte()) is not (0xFF or -1)) { }
        while (value == 0xFF && (value = SkipFill(file)) == 0);
        return value;
    }

    private static int SkipFill(Stream file)
    {
        int value;
        while ((value = file.ReadByte()) == 0xFF) { }
        return value;
    }

    private static ImageHeader? Valid(uint width, uint height) =>
        width is > 0 and <= int.MaxValue && height is > 0 and <= int.MaxValue ? new((int)width, (int)height) : null;
}
