using System.Collections.Frozen;
using System.Text.Json;
using SingleDarts.Core.Runtime;
using static TorchSharp.torch;

namespace SingleDarts.Core.Runs;

/// <summary>The JSON header of a safetensors file: type, shape and place of every tensor, and metadata.</summary>
/// <param name="Entries">Tensors in the order of their data, which has no gaps.</param>
/// <param name="Metadata">Strings by name.</param>
internal sealed record SafeTensorsHeader(IReadOnlyList<SafeTensorsHeader.Entry> Entries, IReadOnlyDictionary<string, string> Metadata)
{
    private const string MetadataName = "__metadata__";
    private const int MostDimensions = 64;

    // An object of objects of arrays: deeper nesting is no header.
    private static readonly JsonDocumentOptions Strict = new() { MaxDepth = 3, AllowDuplicateProperties = false };

    private static readonly FrozenDictionary<string, (ScalarType Type, long Size)> Types = new Dictionary<string, (ScalarType, long)>
    {
        ["F64"] = (ScalarType.Float64, 8), ["F32"] = (ScalarType.Float32, 4), ["F16"] = (ScalarType.Float16, 2),
        ["BF16"] = (ScalarType.BFloat16, 2), ["I64"] = (ScalarType.Int64, 8), ["I32"] = (ScalarType.Int32, 4),
        ["I16"] = (ScalarType.Int16, 2), ["I8"] = (ScalarType.Int8, 1), ["U8"] = (ScalarType.Byte, 1), ["BOOL"] = (ScalarType.Bool, 1),
    }.ToFrozenDictionary();

    /// <summary>
    /// The header of tensors, the largest elements first, so that every tensor begins at a multiple of its element size (readers that
    /// map the file need it).
    /// </summary>
    public static SafeTensorsHeader Of(IReadOnlyDictionary<string, Tensor> tensors, IReadOnlyDictionary<string, string> metadata)
    {
        var entries = new List<Entry>();
        long at = 0;
        foreach (var (name, tensor) in tensors.OrderByDescending(t => SizeOf(t.Key, t.Value.dtype))
            .ThenBy(t => t.Key, StringComparer.Ordinal))
            entries.Add(new Entry(name, tensor.dtype, tensor.shape, at, at += tensor.numel() * tensor.element_size()));
        return new SafeTensorsHeader(entries, metadata);
    }

    /// <summary>Reads a header and holds every place against the shape and the length of the data, before a tensor is made.</summary>
    /// <exception cref="InvalidDataException">The header is not one of this format; the message says why.</exception>
    public static SafeTensorsHeader Parse(ReadOnlyMemory<byte> text, long dataLength)
    {
        try
        {
            using JsonDocument json = BoundedJson.Read(() => JsonDocument.Parse(text, Strict));
            var metadata = new Dictionary<string, string>();
            if (json.RootElement.TryGetProperty(MetadataName, out JsonElement pairs))
                foreach (JsonProperty pair in pairs.EnumerateObject())
                    metadata[pair.Name] = pair.Value.GetString()
                        ?? throw new FormatException($"the value of {Quoted.Of(pair.Name)} in {MetadataName} is null");
            List<Entry> entries = [.. json.RootElement.EnumerateObject().Where(p => p.Name != MetadataName).Select(ReadEntry)
                .OrderBy(e => e.Begin).ThenBy(e => e.End)];
            long at = 0;
            foreach (Entry entry in entries)
                at = entry.Begin == at && entry.End <= dataLength ? entry.End : throw new InvalidDataException(
                    $"tensor {Quoted.Of(entry.Name)} is said to lie at bytes {entry.Begin} to {entry.End}; expected it to begin at " +
                    $"{at} and end by {dataLength}");
            if (at != dataLength)
                throw new InvalidDataException($"{dataLength - at} bytes follow the last tensor");
            return new SafeTensorsHeader(entries, metadata);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or FormatException or OverflowException
            or KeyNotFoundException)
        {
            throw new InvalidDataException($"its header cannot be read ({e.Message.TrimEnd('.')})", e);
        }
    }

    /// <summary>The header as text, padded to a multiple of 8 bytes.</summary>
    public byte[] ToBytes()
    {
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            json.WriteStartObject(MetadataName);
            foreach (var (name, value) in Metadata)
                json.WriteString(name, value);
            json.WriteEndObject();
            foreach (Entry entry in Entries)
            {
                json.WriteStartObject(entry.Name);
                json.WriteString("dtype", Types.First(t => t.Value.Type == entry.Type).Key);
                WriteNumbers(json, "shape", entry.Shape);
                WriteNumbers(json, "data_offsets", [entry.Begin, entry.End]);
                json.WriteEndObject();
            }
            json.WriteEndObject();
        }
        while (buffer.Length % 8 != 0)
            buffer.WriteByte((byte)' ');
        return buffer.ToArray();
    }

    private static Entry ReadEntry(JsonProperty property)
    {
        string name = property.Name, type = property.Value.GetProperty("dtype").GetString() ?? "";
        if (!Types.TryGetValue(type, out var known))
            throw new InvalidDataException(
                $"tensor {Quoted.Of(name)} is of type {Quoted.Of(type)}; expected one of {string.Join(", ", Types.Keys.Order())}");
        long[] shape = ReadNumbers(name, property.Value.GetProperty("shape")),
            place = ReadNumbers(name, property.Value.GetProperty("data_offsets"));
        if (place is not [var begin, var end])
            throw new InvalidDataException($"tensor {Quoted.Of(name)} has {place.Length} offsets; expected 2");
        // Sizes of zero count as one here: libtorch's strides overflow where such a product does.
        long bound = shape.Aggregate(known.Size, (product, n) => checked(product * Math.Max(n, 1)));
        long bytes = shape.Contains(0) ? 0 : bound;
        if (end - begin != bytes)
            throw new InvalidDataException(
                $"tensor {Quoted.Of(name)} of shape [{string.Join(", ", shape)}] has {end - begin} bytes of {type}; expected {bytes}");
        return new Entry(name, known.Type, shape, begin, end);
    }

    private static long[] ReadNumbers(string name, JsonElement array)
    {
        if (array.GetArrayLength() > MostDimensions)
            throw new InvalidDataException(
                $"tensor {Quoted.Of(name)} has {array.GetArrayLength()} dimensions; expected {MostDimensions} at most");
        long[] numbers = [.. array.EnumerateArray().Select(n => n.GetInt64())];
        return numbers.All(n => n >= 0) ? numbers : throw new InvalidDataException(
            $"tensor {Quoted.Of(name)} has [{string.Join(", ", numbers)}] as shape or place; expected numbers of 0 or more");
    }

    private static void WriteNumbers(Utf8JsonWriter json, string name, long[] numbers)
    {
        json.WriteStartArray(name);
        foreach (long n in numbers)
            json.WriteNumberValue(n);
        json.WriteEndArray();
    }

    private static long SizeOf(string name, ScalarType type) => name == MetadataName
        ? throw new ArgumentException($"A tensor cannot be named {Quoted.Of(name)}: the format keeps that name for itself.")
        : Types.Values.FirstOrDefault(t => t.Type == type) is { Size: > 0 } known ? known.Size : throw new NotSupportedException(
            $"Tensor {Quoted.Of(name)} is of type {type}, which the safetensors format does not have; convert it first.");

    /// <summary>One tensor; <paramref name="Begin"/> and <paramref name="End"/> are bytes of the data.</summary>
    internal sealed record Entry(string Name, ScalarType Type, long[] Shape, long Begin, long End);
}
