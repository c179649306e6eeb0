using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Text;
using TorchSharp;

namespace SingleDarts.Core.Runtime;

/// <summary>Loads libtorch before TorchSharp's first use.</summary>
public static class TorchRuntime
{
    private static readonly Lazy<bool> Loaded = new(Load);

    /// <summary>Loads the native libraries once per process; later calls return at once.</summary>
    public static void EnsureLoaded() => _ = Loaded.Value;

#pragma warning disable CA2255 // A library's module initializer: libtorch must be loaded before TorchSharp's static constructor runs.
    [ModuleInitializer]
    internal static void Initialize() => EnsureLoaded();
#pragma warning restore CA2255

    private static bool Load()
    {
        if (!OperatingSystem.IsLinux())
            return true;
        string folder = Path.Combine(AppContext.BaseDirectory, "runtimes", "linux-x64", "native");
        string source = Path.Combine(folder, "libLibTorchSharp.so");
        if (!File.Exists(source))
            return true;
        byte[] elf = File.ReadAllBytes(source);
        WeakenVersion(elf, "GLIBCXX_3.4.32");
        string patched = Path.Combine(Path.GetTempPath(), $"libLibTorchSharp-{Environment.ProcessId}.so");
        File.WriteAllBytes(patched, elf);
        foreach (string name in new[] { "libc10.so", "libtorch_cpu.so", "libtorch.so" })
            NativeLibrary.Load(Path.Combine(folder, name));
        nint handle = NativeLibrary.Load(patched);
        File.Delete(patched);
        NativeLibrary.SetDllImportResolver(typeof(torch).Assembly, (name, _, _) => name == "LibTorchSharp" ? handle : 0);
        return true;
    }

    private static void WeakenVersion(byte[] elf, string version)
    {
        long sections = BinaryPrimitives.ReadInt64LittleEndian(elf.AsSpan(0x28));
        int size = BinaryPrimitives.ReadUInt16LittleEndian(elf.AsSpan(0x3A));
        int count = BinaryPrimitives.ReadUInt16LittleEndian(elf.AsSpan(0x3C));
        Span<byte> Section(int i) => elf.AsSpan((int)sections + i * size, size);
        for (int i = 0; i < count; i++)
        {
            if (BinaryPrimitives.ReadUInt32LittleEndian(Section(i)[4..]) != 0x6ffffffe)
                continue;
            int offset = (int)BinaryPrimitives.ReadInt64LittleEndian(Section(i)[0x18..]);
            int strings = (int)BinaryPrimitives.ReadInt64LittleEndian(Section((int)BinaryPrimitives.ReadUInt32LittleEndian(Section(i)[0x28..]))[0x18..]);
            for (int need = offset, next = -1; next != 0; need += next)
            {
                next = BinaryPrimitives.ReadInt32LittleEndian(elf.AsSpan(need + 12));
                for (int aux = need + BinaryPrimitives.ReadInt32LittleEndian(elf.AsSpan(need + 8)), step = -1; step != 0; aux += step)
                {
                    step = BinaryPrimitives.ReadInt32LittleEndian(elf.AsSpan(aux + 12));
                    int name = strings + BinaryPrimitives.ReadInt32LittleEndian(elf.AsSpan(aux + 8));
                    if (Encoding.ASCII.GetString(elf.AsSpan(name, version.Length + 1)) == version + "\0")
                        elf[aux + 4] |= 2;
                }
            }
        }
    }
}
