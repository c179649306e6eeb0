using System.Text;

namespace SingleDarts.Core.Tests.Fixtures;

/// <summary>Reads event files of TensorBoard from their bytes: records with checksums, and protobuf fields by their numbers.</summary>
internal static class EventFiles
{
    private static readonly uint[] Table = [.. Enumerable.Range(0, 256).Select(i => Enumerable.Range(0, 8)
        .Aggregate((uint)i, (crc, _) => (crc & 1) == 0 ? crc >> 1 : (crc >> 1) ^ 0x82f63b78))];

    /// <summary>One event: a scalar, a text, or what marks a file or a session.</summary>
    public sealed record Entry(long Step, string? Version, int? Session, string? Tag, float? Scalar, string? Text);

    /// <summary>Event files of a folder in the order in which TensorBoard reads them.</summary>
    public static string[] In(string folder) => [.. Directory.GetFiles(folder, "events.out.tfevents.*").Order(StringComparer.Ordinal)];

    /// <summary>All events of a file; the checksums must be right.</summary>
    public static List<Entry> Read(string file)
    {
        byte[] all = File.ReadAllBytes(file);
        var entries = new List<Entry>();
        for (int at = 0; at < all.Length;)
        {
            int length = checked((int)BitConverter.ToInt64(all, at));
            BitConverter.ToUInt32(all, at + 8).Should().Be(Masked(all.AsSpan(at, 8)), $"record at {at} of {file}");
            byte[] content = all[(at + 12)..(at + 12 + length)];
            BitConverter.ToUInt32(all, at + 12 + length).Should().Be(Masked(content), $"record at {at} of {file}");
            entries.Add(Event(content));
            at += 16 + length;
        }
        return entries;
    }

    /// <summary>The points of a folder by tag and step, as TensorBoard shows them: a session start drops the points from its step
    /// on. Of one step there is one point, or this throws.</summary>
    public static Dictionary<(string Tag, long Step), Entry> Shown(string folder)
    {
        var shown = new Dictionary<(string, long), Entry>();
        foreach (Entry entry in In(folder).SelectMany(Read))
            if (entry.Session == 1)
                foreach (var dropped in shown.Keys.Where(point => point.Item2 >= entry.Step).ToList())
                    shown.Remove(dropped);
            else if (entry.Tag is not null)
                shown.Add((entry.Tag, entry.Step), entry);
        return shown;
    }

    private static uint Masked(ReadOnlySpan<byte> bytes)
    {
        uint crc = uint.MaxValue;
        foreach (byte value in bytes)
            crc = (crc >> 8) ^ Table[(crc ^ value) & 0xff];
        crc = ~crc;
        return unchecked(((crc >> 15) | (crc << 17)) + 0xa282ead8);
    }

    /// <summary>Event: 2 step, 3 file_version, 5 summary, 7 session_log. Summary: 1 value. Value: 1 tag, 2 simple_value, 8 tensor.
    /// TensorProto: 8 string_val. SessionLog: 1 status, which is 1 at a start.</summary>
    private static Entry Event(byte[] content)
    {
        ILookup<int, object> fields = Fields(content);
        ILookup<int, object>? value = fields[5].Select(summary => Fields((byte[])Fields((byte[])summary)[1].Single())).SingleOrDefault();
        return new Entry(
            fields[2].Select(step => (long)(ulong)step).SingleOrDefault(),
            fields[3].Select(Utf8).SingleOrDefault(),
            fields[7].Select(log => (int?)(ulong)Fields((byte[])log)[1].Single()).SingleOrDefault(),
            value?[1].Select(Utf8).Single(),
            value?[2].Select(scalar => (float?)BitConverter.ToSingle((byte[])scalar)).SingleOrDefault(),
            value?[8].Select(tensor => Utf8(Fields((byte[])tensor)[8].Single())).SingleOrDefault());
    }

    private static string Utf8(object bytes) => Encoding.UTF8.GetString((byte[])bytes);

    /// <summary>Fields of a message by number: a varint as a number, anything else as its bytes.</summary>
    private static ILookup<int, object> Fields(byte[] message)
    {
        var fields = new List<(int, object)>();
        int at = 0;
        ulong Varint()
        {
            ulong value = 0;
            for (int shift = 0; ; shift += 7)
            {
                byte part = message[at++];
                value |= (ulong)(part & 0x7f) << shift;
                if (part < 0x80)
                    return value;
            }
        }
        byte[] Bytes(int count) => message[at..(at += count)];
        while (at < message.Length)
        {
            ulong key = Varint();
            fields.Add(((int)(key >> 3), (key & 7) switch
            {
                0 => Varint(),
                1 => Bytes(8),
                2 => Bytes((int)Varint()),
                5 => Bytes(4),
                var kind => throw new InvalidDataException($"There is no wire type {kind}."),
            }));
        }
        return fields.ToLookup(field => field.Item1, field => field.Item2);
    }
}
