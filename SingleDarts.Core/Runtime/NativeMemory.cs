using System.Runtime.InteropServices;

namespace SingleDarts.Core.Runtime;

/// <summary>
/// Keeps a training loop on the CPU from paying for its memory at every step. A search does it by itself; a loop of one's own calls
/// <see cref="KeepForReuse"/> once and <see cref="ReleaseGarbage"/> after every step.
/// </summary>
public static class NativeMemory
{
    private const int TrimThreshold = -1, TopPad = -2, MMapThreshold = -3, ArenaMaximum = -8;
    private const int Megabyte = 1 << 20;
    private static readonly string[] UsersOwn = ["GLIBC_TUNABLES", "MALLOC_TRIM_THRESHOLD_", "MALLOC_MMAP_THRESHOLD_", "MALLOC_ARENA_MAX"];
    private static readonly Lazy<bool> Kept = new(Keep);

    /// <summary>
    /// Tells glibc's allocator, for the whole process, to keep freed blocks of up to 32 MiB instead of handing them back to the system,
    /// which would clear them again at the next step, and to serve all new threads from one heap. Does nothing on other systems and
    /// where the environment already sets the allocator (<c>GLIBC_TUNABLES</c>, <c>MALLOC_…_</c>).
    /// </summary>
    /// <returns>Whether the allocator was told so.</returns>
    public static bool KeepForReuse() => Kept.Value;

    /// <summary>
    /// Runs the finalizers of young objects. Small native objects that nobody disposed of stand between the large blocks of a step and
    /// keep them from being joined, so that the heap grows from step to step until a collection comes by itself. Takes about a millisecond.
    /// </summary>
    public static void ReleaseGarbage()
    {
        GC.Collect(1, GCCollectionMode.Forced, blocking: true);
        GC.WaitForPendingFinalizers();
    }

    private static bool Keep()
    {
        if (!OperatingSystem.IsLinux() || UsersOwn.Any(name => Environment.GetEnvironmentVariable(name) is not null))
            return false;
        try
        {
            return mallopt(MMapThreshold, 32 * Megabyte) + mallopt(TrimThreshold, int.MaxValue) + mallopt(TopPad, 128 * Megabyte) +
                mallopt(ArenaMaximum, 1) == 4;
        }
        catch (Exception e) when (e is EntryPointNotFoundException or DllNotFoundException)
        {
            return false;
        }
    }

    [DllImport("libc")]
    private static extern int mallopt(int parameter, int value);
}
