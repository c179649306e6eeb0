using System.Buffers.Binary;
using System.Text;

namespace SingleDarts.Core.Runtime;

/// <summary>
/// The dynamic symbols and symbol versions of a 64-bit little-endian ELF library (System V ABI; GNU symbol versioning as in the
/// Linux Standard Base). Every offset is checked: a damaged file gives an <see cref="InvalidDataException"/>.
/// </summary>
internal sealed class ElfImage
{
    private const uint Rela = 4, DynamicSymbols = 11, Definitions = 0x6ffffffd, Needs = 0x6ffffffe, Indices = 0x6fffffff;
    private readonly byte[] file;
    private readonly string path;
    private long lengthOfNames;
    private readonly List<(uint Type, long Offset, long Size, uint Link)> sections = [];

    public ElfImage(string path) : this(File.ReadAllBytes(path), path) { }

    public ElfImage(byte[] file, string path)
    {
        (this.file, this.path) = (file, path);
        if (file.Length < 64 || !file.AsSpan(0, 6).SequenceEqual<byte>([0x7f, (byte)'E', (byte)'L', (byte)'F', 2, 1]))
            throw Damaged("it does not begin as a 64-bit little-endian ELF file");
        try
        {
            Read();
        }
        catch (OverflowException)
        {
            throw Damaged("an offset in it is beyond 64 bits");
        }
    }

    private void Read()
    {
        long table = Int64(0x28), size = UInt16(0x3a), count = UInt16(0x3c);
        if (size < 64)
            throw Damaged($"its section headers have {size} bytes; expected 64");
        for (long i = 0; i < count; i++)
        {
            long header = checked(table + i * size);
            sections.Add((UInt32(header + 4), Int64(header + 0x18), Int64(header + 0x20), UInt32(header + 0x28)));
        }
        ReadNeeds();
        ReadDefinitions();
        ReadSymbols();
        ReadRelocations();
    }

    /// <summary>A version that the file needs of another library, and where its flags and index stand in the file.</summary>
    public sealed record Need(string Library, string Version, int Index, long FlagsOffset);

    /// <summary>A dynamic symbol, and where its version index stands in the file.</summary>
    public sealed record Symbol(string Name, bool IsDefined, bool IsWeak, int VersionIndex, long VersionOffset, bool IsRelocated);

    public List<Need> VersionNeeds { get; } = [];

    public Dictionary<int, string> VersionDefinitions { get; } = [];

    public List<Symbol> Symbols { get; } = [];

    public byte[] CopyOfBytes() => (byte[])file.Clone();

    private void ReadNeeds()
    {
        foreach (var section in sections.Where(s => s.Type == Needs))
        {
            long strings = Strings(section.Link), need = section.Offset;
            for (uint step = 1, guard = 0; step != 0; need = checked(need + step))
            {
                Bound(ref guard);
                string library = Text(checked(strings + UInt32(need + 4)));
                long entry = checked(need + UInt32(need + 8));
                for (uint next = 1; next != 0; entry = checked(entry + next))
                {
                    Bound(ref guard);
                    VersionNeeds.Add(new Need(library, Text(checked(strings + UInt32(entry + 8))), UInt16(entry + 6), entry + 4));
                    next = UInt32(entry + 12);
                }
                step = UInt32(need + 12);
            }
        }
    }

    private void ReadDefinitions()
    {
        foreach (var section in sections.Where(s => s.Type == Definitions))
        {
            long strings = Strings(section.Link), definition = section.Offset;
            for (uint step = 1, guard = 0; step != 0; definition = checked(definition + step))
            {
                Bound(ref guard);
                long name = checked(definition + UInt32(definition + 12));
                VersionDefinitions[UInt16(definition + 4)] = Text(checked(strings + UInt32(name)));
                step = UInt32(definition + 16);
            }
        }
    }

    private void ReadSymbols()
    {
        var table = sections.FirstOrDefault(s => s.Type == DynamicSymbols);
        var indices = sections.FirstOrDefault(s => s.Type == Indices);
        if (table.Type == 0 || indices.Type == 0)
            throw Damaged("it has no dynamic symbols with versions");
        long strings = Strings(table.Link), count = Math.Min(table.Size / 24, indices.Size / 2);
        for (long i = 0; i < count; i++)
        {
            long symbol = checked(table.Offset + 24 * i), version = checked(indices.Offset + 2 * i);
            bool isWeak = At(symbol + 4, 1)[0] >> 4 == 2;
            Symbols.Add(new Symbol(
                Text(checked(strings + UInt32(symbol))), UInt16(symbol + 6) != 0, isWeak, UInt16(version) & 0x7fff, version, false));
        }
    }

    private void ReadRelocations()
    {
        if (sections.Where(s => s.Type == Rela).Sum(s => s.Size / 24) > file.Length / 24)
            throw Damaged("its relocations are longer than the file");
        foreach (var section in sections.Where(s => s.Type == Rela))
            for (long i = 0; i < section.Size / 24; i++)
            {
                uint symbol = UInt32(checked(section.Offset + 24 * i + 12));
                if (symbol >= Symbols.Count)
                    throw Damaged($"a relocation names symbol {symbol} of {Symbols.Count}");
                if (!Symbols[(int)symbol].IsRelocated)
                    Symbols[(int)symbol] = Symbols[(int)symbol] with { IsRelocated = true };
            }
    }

    private long Strings(uint section) => section < sections.Count
        ? sections[(int)section].Offset
        : throw Damaged($"it refers to section {section} of {sections.Count}");

    private void Bound(ref uint guard)
    {
        if (++guard > 100_000)
            throw Damaged("its version records do not end");
    }

    private ushort UInt16(long at) => BinaryPrimitives.ReadUInt16LittleEndian(At(at, 2));

    private uint UInt32(long at) => BinaryPrimitives.ReadUInt32LittleEndian(At(at, 4));

    private long Int64(long at) => BinaryPrimitives.ReadInt64LittleEndian(At(at, 8));

    private ReadOnlySpan<byte> At(long offset, int length) => offset >= 0 && offset <= file.Length - length
        ? file.AsSpan((int)offset, length)
        : throw Damaged($"it refers to byte {offset} of {file.Length}");

    private string Text(long at)
    {
        int length = At(at, 1).Length == 1 ? file.AsSpan((int)at).IndexOf((byte)0) : -1;
        if ((lengthOfNames += length) > 4L * file.Length)
            throw Damaged("its names are longer than the file");
        return length >= 0 ? Encoding.UTF8.GetString(file, (int)at, length) : throw Damaged($"a name at byte {at} does not end");
    }

    private InvalidDataException Damaged(string why) =>
        new($"{path} is not a whole library: {why}. Restore the package with 'dotnet nuget locals all --clear' and 'dotnet restore'.");
}
