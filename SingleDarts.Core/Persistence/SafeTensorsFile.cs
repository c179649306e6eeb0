using System.Buffers.Binary;
using System.Collections.Frozen;
using System.Security.Cryptography;
using System.Text.Json;
using static TorchSharp.torch;

namespace SingleDarts.Core.Persistence;

/// <summary>
/// Named tensors in a file of the safetensors format: 8 bytes of header length (little-endian), a JSON header with type, shape and place
/// of every tensor and a <c>__metadata__</c> map of strings, then the raw data. Files can be read by every safetensors library; those
/// written here also carry a SHA-256 of the data, which is checked on reading.
/// </summary>
public static class SafeTensorsFile
{
    private const string Metadata = "__metadata__";
    private const string Checksum = "sha256";
    private const long LongestHeader = 100_000_000;

    private static readonly FrozenDictionary<string, ScalarType> Types = new Dictionary<string, ScalarType>
    {
        ["F64"] = ScalarType.Float64, ["F32"] = ScalarType.Float32, ["F16"] = ScalarType.Float16, ["BF16"] = ScalarType.BFloat16,
        ["I64"] = ScalarType.Int64, ["I32"] = ScalarType.Int32, ["I16"] = ScalarType.Int16, ["I8"] = ScalarType.Int8,
        ["U8"] = ScalarType.Byte, ["BOOL"] = ScalarType.Bool,
    }.ToFrozenDictionary();

    /// <summary>Writes tensors of any device and strides.</summary>
    /// <param name="stream">A writable stream.</param>
    /// <param name="tensors">Tensors by name.</param>
    /// <param name="metadata">Strings by name.</param>
    /// <exception cref="NotSupportedException">A tensor is of a type that the format does not have.</exception>
    public static void Write(
        Stream stream, IReadOnlyDictionary<string, Tensor> tensors, IReadOnlyDictionary<string, string> metadata)
    {
        using var scope = NewDisposeScope();
        var host = tensors.OrderBy(t => t.Key, StringComparer.Ordinal)
            .Select(t => (t.Key, Type: TypeName(t.Key, t.Value.dtype), Value: t.Value.detach().cpu().contiguous())).ToList();
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var (_, _, value) in host)
            hash.AppendData(Bytes(value));
        byte[] header = Header(host, metadata, Convert.ToHexStringLower(hash.GetHashAndReset()));
        Span<byte> length = stackalloc byte[8];
        BinaryPrimitives.WriteInt64LittleEndian(length, header.Length);
        stream.Write(length);
        stream.Write(header);
        foreach (var (_, _, value) in host)
            stream.Write(Bytes(value));
    }

    /// <summary>Reads a file, on the CPU. The caller disposes the tensors.</summary>
    /// <param name="path">A file of the format.</param>
    /// <exception cref="InvalidDataException">
    /// The file is truncated or damaged; the message names it, what was found and what was expected.
    /// </exception>
    public static (IReadOnlyDictionary<string, Tensor> Tensors, IReadOnlyDictionary<string, string> Metadata) Read(string path)
    {
        using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, 1 << 20);
        Span<byte> prefix = stackalloc byte[8];
        if (stream.ReadAtLeast(prefix, 8, throwOnEndOfStream: false) < 8)
            throw Damaged(path, $"it has {stream.Length} bytes; expected at least the 8 of the header's length");
        long headerLength = BinaryPrimitives.ReadInt64LittleEndian(prefix);
        if (headerLength < 2 || headerLength > LongestHeader || headerLength > stream.Length - 8)
            throw Damaged(path, $"its header is said to have {headerLength} bytes, but {stream.Length - 8} follow");
        var text = new byte[headerLength];
        stream.ReadExactly(text);
        var tensors = new Dictionary<string, Tensor>();
        try
        {
            return ReadBody(path, stream, text, tensors);
        }
        catch (Exception e)
        {
            foreach (Tensor tensor in tensors.Values)
                tensor.Dispose();
            if (e is JsonException or InvalidOperationException or FormatException or OverflowException or EndOfStreamException or KeyNotFoundException)
                throw Damaged(path, $"its header cannot be read ({e.Message.TrimEnd('.')})");
            throw;
        }
    }

    private static (IReadOnlyDictionary<string, Tensor>, IReadOnlyDictionary<string, string>) ReadBody(
        string path, FileStream stream, byte[] text, Dictionary<string, Tensor> tensors)
    {
        using JsonDocument header = JsonDocument.Parse(text);
        long dataStart = 8 + text.LongLength, dataLength = stream.Length - dataStart, at = 0;
        var metadata = new Dictionary<string, string>();
        var entries = new List<(string Name, ScalarType Type, long[] Shape, long Begin, long End)>();
        foreach (JsonProperty entry in header.RootElement.EnumerateObject())
        {
            if (entry.Name == Metadata)
                foreach (JsonProperty pair in entry.Value.EnumerateObject())
                    metadata[pair.Name] = pair.Value.GetString()!;
            else
                entries.Add(ReadEntry(path, entry));
        }
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var (name, type, shape, begin, end) in entries.OrderBy(e => e.Begin).ThenBy(e => e.End))
        {
            if (begin != at || end < begin || end > dataLength)
                throw Damaged(path, $"tensor '{name}' is said to lie at bytes {begin} to {end}; expected it to begin at {at} and end by {dataLength}");
            at = end;
            if (tensors.ContainsKey(name))
                throw Damaged(path, $"it has two tensors named '{name}'");
            Tensor tensor = empty(shape, dtype: type).DetachFromDisposeScope();
            tensors[name] = tensor;
            if (tensor.numel() * tensor.element_size() != end - begin)
                throw Damaged(path, $"tensor '{name}' has {end - begin} bytes; expected {tensor.numel() * tensor.element_size()} for its shape");
            stream.ReadExactly(Bytes(tensor));
            hash.AppendData(Bytes(tensor));
        }
        if (at != dataLength)
            throw Damaged(path, $"{dataLength - at} bytes follow the last tensor");
        if (metadata.Remove(Checksum, out string? expected) && expected != Convert.ToHexStringLower(hash.GetHashAndReset()))
            throw Damaged(path, "its data does not have the SHA-256 that its header names");
        return (tensors, metadata);
    }

    private static (string, ScalarType, long[], long, long) ReadEntry(string path, JsonProperty entry)
    {
        string type = entry.Value.GetProperty("dtype").GetString() ?? "";
        if (!Types.TryGetValue(type, out ScalarType scalar))
            throw Damaged(path, $"tensor '{entry.Name}' is of type '{type}'; expected one of {string.Join(", ", Types.Keys.Order())}");
        long[] shape = [.. entry.Value.GetProperty("shape").EnumerateArray().Select(n => n.GetInt64())];
        long[] place = [.. entry.Value.GetProperty("data_offsets").EnumerateArray().Select(n => n.GetInt64())];
        if (place.Length != 2 || shape.Any(n => n < 0))
            throw Damaged(path, $"tensor '{entry.Name}' has shape [{string.Join(", ", shape)}] and {place.Length} offsets; expected sizes of 0 or more and 2");
        if (checked(shape.Aggregate(1L, (product, n) => checked(product * n)) * ElementSize(scalar)) != place[1] - place[0])
            throw Damaged(path, $"tensor '{entry.Name}' of shape [{string.Join(", ", shape)}] has {place[1] - place[0]} bytes of {type}");
        return (entry.Name, scalar, shape, place[0], place[1]);
    }

    private static byte[] Header(
        List<(string Name, string Type, Tensor Value)> tensors, IReadOnlyDictionary<string, string> metadata, string checksum)
    {
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            json.WriteStartObject(Metadata);
            foreach (var (name, value) in metadata.Where(m => m.Key != Checksum).Append(KeyValuePair.Create(Checksum, checksum)))
                json.WriteString(name, value);
            json.WriteEndObject();
            long at = 0;
            foreach (var (name, type, value) in tensors)
            {
                json.WriteStartObject(name);
                json.WriteString("dtype", type);
                json.WriteStartArray("shape");
                foreach (long n in value.shape)
                    json.WriteNumberValue(n);
                json.WriteEndArray();
                json.WriteStartArray("data_offsets");
                json.WriteNumberValue(at);
                json.WriteNumberValue(at += value.numel() * value.element_size());
                json.WriteEndArray();
                json.WriteEndObject();
            }
            json.WriteEndObject();
        }
        while (buffer.Length % 8 != 0)
            buffer.WriteByte((byte)' ');
        return buffer.ToArray();
    }

    private static Span<byte> Bytes(Tensor contiguous) => contiguous.numel() == 0 ? [] : contiguous.bytes;

    private static long ElementSize(ScalarType type) => type switch
    {
        ScalarType.Float64 or ScalarType.Int64 => 8,
        ScalarType.Float32 or ScalarType.Int32 => 4,
        ScalarType.Float16 or ScalarType.BFloat16 or ScalarType.Int16 => 2,
        _ => 1,
    };

    private static string TypeName(string name, ScalarType type) =>
        Types.FirstOrDefault(t => t.Value == type).Key ?? throw new NotSupportedException(
            $"Tensor '{name}' is of type {type}, which the safetensors format does not have; convert it first.");

    private static InvalidDataException Damaged(string path, string why) =>
        new($"{path} is not a whole safetensors file: {why}. Restore it or use an earlier checkpoint.");
}
