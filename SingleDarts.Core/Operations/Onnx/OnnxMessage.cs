using Google.Protobuf;

namespace SingleDarts.Core.Operations;

/// <summary>A message in the wire format of Protocol Buffers, written field by field; numbers of fields are those of onnx.proto.</summary>
internal sealed class OnnxMessage
{
    private readonly MemoryStream bytes = new();
    private readonly CodedOutputStream writer;

    public OnnxMessage() => writer = new CodedOutputStream(bytes);

    /// <summary>Adds an integer or a value of an enumeration.</summary>
    public OnnxMessage Add(int field, long value)
    {
        writer.WriteTag(field, WireFormat.WireType.Varint);
        writer.WriteInt64(value);
        return this;
    }

    /// <summary>Adds a float32.</summary>
    public OnnxMessage Add(int field, float value)
    {
        writer.WriteTag(field, WireFormat.WireType.Fixed32);
        writer.WriteFloat(value);
        return this;
    }

    /// <summary>Adds a text.</summary>
    public OnnxMessage Add(int field, string value)
    {
        writer.WriteTag(field, WireFormat.WireType.LengthDelimited);
        writer.WriteString(value);
        return this;
    }

    /// <summary>Adds bytes.</summary>
    public OnnxMessage Add(int field, byte[] value)
    {
        writer.WriteTag(field, WireFormat.WireType.LengthDelimited);
        writer.WriteBytes(UnsafeByteOperations.UnsafeWrap(value));
        return this;
    }

    /// <summary>Adds a message.</summary>
    public OnnxMessage Add(int field, OnnxMessage value) => Add(field, value.ToBytes());

    /// <summary>The message so far.</summary>
    public byte[] ToBytes()
    {
        writer.Flush();
        return bytes.ToArray();
    }
}
