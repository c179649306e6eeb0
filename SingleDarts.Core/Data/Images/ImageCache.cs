using System.Security.Cryptography;
using System.Text;
using SingleDarts.Core.Runtime;
using static TorchSharp.torch;

namespace SingleDarts.Core.Data;

/// <summary>
/// One file of decoded images: magic, version, fingerprint of the listing, SHA-256 of the payload, payload. The payload is the
/// shape (four 64-bit integers) and the pixels; labels and names come from the listing. A file that does not fit is
/// ignored and replaced, so there is one file per key.
/// </summary>
internal sealed class ImageCache(string folder, string key, byte[] fingerprint)
{
    private const UnixFileMode OnlyThisUser = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;
    private const int Version = 1;
    private const int HashBytes = 32;
    private const long BytesPerChunk = 1 << 24;
    private static readonly byte[] Magic = "SDIMAGES"u8.ToArray();
    private static readonly int HeaderBytes = Magic.Length + sizeof(int) + 2 * HashBytes;

    public string FilePath { get; } =
        Path.Combine(folder, Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(key)))[..32] + ".images");

    /// <summary>Null for a user without a home: a known name in the temporary folder could be taken by another user.</summary>
    public static string? DefaultFolder => Environment.GetFolderPath(
        Environment.SpecialFolder.LocalApplicationData, Environment.SpecialFolderOption.DoNotVerify) is { Length: > 0 } local
        ? Path.Combine(local, "SingleDarts", "images") : null;

    /// <summary>The images [N, C, H, W], or null if there is no intact file for this listing.</summary>
    public Tensor? TryRead(long count)
    {
        try
        {
            using var stream = BoundedFile.Open(new GuardedFolder(folder).PathOf(FilePath));
            using var reader = new BinaryReader(stream);
            if (!reader.ReadBytes(Magic.Length).SequenceEqual(Magic) || reader.ReadInt32() != Version || !reader.ReadBytes(HashBytes)
                .SequenceEqual(fingerprint))
                return null;
            byte[] expected = reader.ReadBytes(HashBytes);
            long[] shape = [reader.ReadInt64(), reader.ReadInt64(), reader.ReadInt64(), reader.ReadInt64()];
            Int128 pixels = shape.Aggregate((Int128)1, (a, b) => a * b);
            if (shape[0] != count || shape.Any(s => s < 1) || pixels != stream.Length - stream.Position
                || pixels > ReadLimits.TensorBytes.Value)
                return null;
            var images = empty(shape, ScalarType.Byte);
            using var hash = HashShape(shape);
            EachChunk(images, bytes =>
            {
                stream.ReadExactly(bytes);
                hash.AppendData(bytes);
            });
            if (hash.GetHashAndReset().SequenceEqual(expected))
                return images;
            images.Dispose();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or InvalidDataException)
        {
        }
        return null;
    }

    /// <summary>Nobody else can read the file, because the images may be private. A folder that cannot be written to is no error: the
    /// images are loaded already.</summary>
    public void TryWrite(Tensor images)
    {
        try
        {
            if (OperatingSystem.IsWindows())
                Directory.CreateDirectory(folder);
            else
                Directory.CreateDirectory(folder, OnlyThisUser);
            AtomicFile.Write(FilePath, stream => Write(stream, images), isPrivate: true);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
        }
    }

    private void Write(Stream stream, Tensor images)
    {
        using var writer = new BinaryWriter(stream, Encoding.UTF8, leaveOpen: true);
        using var hash = HashShape(images.shape);
        writer.Write(Magic);
        writer.Write(Version);
        writer.Write(fingerprint);
        writer.Write(new byte[HashBytes]);
        foreach (long size in images.shape)
            writer.Write(size);
        EachChunk(images, bytes =>
        {
            writer.Write(bytes);
            hash.AppendData(bytes);
        });
        writer.Seek(HeaderBytes - HashBytes, SeekOrigin.Begin);
        writer.Write(hash.GetHashAndReset());
    }

    private static IncrementalHash HashShape(long[] shape)
    {
        var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (long size in shape)
            hash.AppendData(BitConverter.GetBytes(size));
        return hash;
    }

    private delegate void ChunkAction(Span<byte> bytes);

    private static void EachChunk(Tensor images, ChunkAction action)
    {
        long perChunk = Math.Max(1, BytesPerChunk / (images.numel() / images.shape[0]));
        for (long i = 0; i < images.shape[0]; i += perChunk)
        {
            using var chunk = images.narrow(0, i, Math.Min(perChunk, images.shape[0] - i));
            action(Host.Bytes(chunk));
        }
    }
}
