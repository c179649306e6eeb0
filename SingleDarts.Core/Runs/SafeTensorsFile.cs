using System.Buffers.Binary;
using System.Security.Cryptography;
using SingleDarts.Core.Runtime;
using static TorchSharp.torch;

namespace SingleDarts.Core.Runs;

/// <summary>
/// Named tensors in a file of the safetensors format: 8 bytes of header length (little-endian), a JSON header with type, shape and place
/// of every tensor and a <c>__metadata__</c> map of strings, then the raw data. Files can be read by every safetensors library; those
/// written here also carry a SHA-256 of the data as <c>singledarts.sha256</c>, which is checked on reading. All other metadata is the
/// user's: it is written and given back as it is.
/// </summary>
public static class SafeTensorsFile
{
    /// <summary>The name of the checksum in the metadata.</summary>
    internal const string Checksum = "singledarts.sha256";

    /// <summary>The name of the checksum in checkpoints of earlier versions. In other files it is the user's.</summary>
    internal const string EarlierChecksum = "sha256";

    private const long ChunkBytes = 1 << 26;

    /// <summary>Writes a file whole or not at all: beside its place first, then renamed.</summary>
    /// <param name="path">Path of the file; one that is there is replaced.</param>
    /// <param name="tensors">Tensors by name, of any device and strides.</param>
    /// <param name="metadata">Strings by name.</param>
    /// <exception cref="IOException">The file cannot be written; an existing one is untouched.</exception>
    /// <exception cref="NotSupportedException">A tensor is of a type that the format does not have.</exception>
    public static void Write(string path, IReadOnlyDictionary<string, Tensor> tensors, IReadOnlyDictionary<string, string> metadata) =>
        AtomicFile.Write(path, stream => Write(stream, tensors, metadata));

    /// <summary>Writes tensors of any device and strides.</summary>
    /// <param name="stream">A writable stream.</param>
    /// <param name="tensors">Tensors by name.</param>
    /// <param name="metadata">Strings by name.</param>
    /// <exception cref="NotSupportedException">A tensor is of a type that the format does not have.</exception>
    public static void Write(
        Stream stream, IReadOnlyDictionary<string, Tensor> tensors, IReadOnlyDictionary<string, string> metadata)
    {
        ArgumentNullException.ThrowIfNull(stream);
        using var scope = NewDisposeScope();
        SafeTensorsHeader header = SafeTensorsHeader.Of(tensors, metadata);
        Tensor[] host = [.. header.Entries.Select(entry => tensors[entry.Name].detach().cpu().contiguous())];
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (Tensor chunk in host.SelectMany(Chunks))
            hash.AppendData(Host.Bytes(chunk));
        byte[] text = (header with
        {
            Metadata = new Dictionary<string, string>(metadata) { [Checksum] = Convert.ToHexStringLower(hash.GetHashAndReset()) },
        }).ToBytes();
        Span<byte> length = stackalloc byte[8];
        BinaryPrimitives.WriteInt64LittleEndian(length, text.Length);
        stream.Write(length);
        stream.Write(text);
        foreach (Tensor chunk in host.SelectMany(Chunks))
            stream.Write(Host.Bytes(chunk));
    }

    /// <summary>
    /// Reads a file, on the CPU. The caller disposes the tensors. What the header says is held against the length of the file before
    /// memory is taken for it.
    /// </summary>
    /// <param name="path">A file of the format.</param>
    /// <exception cref="InvalidDataException">
    /// The file is truncated or damaged, or exceeds <see cref="ReadLimits.TensorBytes"/> or <see cref="ReadLimits.HeaderBytes"/>; the
    /// message names it, what was found and what was expected.
    /// </exception>
    public static (IReadOnlyDictionary<string, Tensor> Tensors, IReadOnlyDictionary<string, string> Metadata) Read(string path) =>
        Read(path, Checksum);

    /// <summary>Reads a file whose checksum may have one of several names.</summary>
    /// <inheritdoc cref="Read(string)"/>
    internal static (IReadOnlyDictionary<string, Tensor> Tensors, IReadOnlyDictionary<string, string> Metadata) Read(
        string path, params ReadOnlySpan<string> checksums)
    {
        using FileStream stream = BoundedFile.Open(path);
        RequireLimits(stream, path);
        var tensors = new Dictionary<string, Tensor>();
        try
        {
            SafeTensorsHeader header = ReadHeader(stream);
            var metadata = new Dictionary<string, string>(header.Metadata);
            using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
            foreach (SafeTensorsHeader.Entry entry in header.Entries)
            {
                Tensor tensor = tensors[entry.Name] = empty(entry.Shape, dtype: entry.Type).DetachFromDisposeScope();
                foreach (Tensor chunk in Chunks(tensor))
                {
                    stream.ReadExactly(Host.Bytes(chunk));
                    hash.AppendData(Host.Bytes(chunk));
                    if (entry.Type == ScalarType.Bool && Host.Bytes(chunk).ContainsAnyExcept((byte)0, (byte)1))
                        throw new InvalidDataException(
                            $"tensor {Quoted.Of(entry.Name)} is of type BOOL and has bytes that are neither 0 nor 1");
                }
            }
            string found = Convert.ToHexStringLower(hash.GetHashAndReset());
            foreach (string name in checksums)
                if (metadata.Remove(name, out string? expected) && expected != found)
                    throw new InvalidDataException(
                        $"its data does not have the SHA-256 that its header names (a program that changes the tensors must leave " +
                        $"{name} out)");
            return (tensors, metadata);
        }
        catch (Exception e)
        {
            foreach (Tensor tensor in tensors.Values)
                tensor.Dispose();
            if (e is InvalidDataException or EndOfStreamException)
                throw new InvalidDataException(
                    $"{path} is not a whole safetensors file: {e.Message.TrimEnd('.')}. Restore it or use an earlier checkpoint.", e);
            throw;
        }
    }

    private static void RequireLimits(FileStream stream, string path)
    {
        ReadLimits.TensorBytes.Require(stream.Length, path);
        Span<byte> prefix = stackalloc byte[8];
        if (stream.ReadAtLeast(prefix, 8, throwOnEndOfStream: false) == 8
            && BinaryPrimitives.ReadInt64LittleEndian(prefix) is var header && header <= stream.Length - 8)
            ReadLimits.HeaderBytes.Require(header, $"The header of {path}");
        stream.Position = 0;
    }

    private static SafeTensorsHeader ReadHeader(FileStream stream)
    {
        Span<byte> prefix = stackalloc byte[8];
        if (stream.ReadAtLeast(prefix, 8, throwOnEndOfStream: false) < 8)
            throw new InvalidDataException($"it has {stream.Length} bytes; expected at least the 8 of the header's length");
        long length = BinaryPrimitives.ReadInt64LittleEndian(prefix);
        if (length < 2 || length > stream.Length - 8)
            throw new InvalidDataException($"its header is said to have {length} bytes, but {stream.Length - 8} follow");
        var text = new byte[length];
        stream.ReadExactly(text);
        return SafeTensorsHeader.Parse(text, stream.Length - 8 - length);
    }

    /// <summary>Consecutive parts whose bytes fit a span, which reaches no further than 2³¹.</summary>
    private static IEnumerable<Tensor> Chunks(Tensor contiguous)
    {
        long count = contiguous.numel(), step = ChunkBytes / contiguous.element_size();
        using Tensor flat = contiguous.view(count);
        for (long at = 0; at < count; at += step)
        {
            using Tensor chunk = flat.narrow(0, at, Math.Min(step, count - at));
            yield return chunk;
        }
    }
}
