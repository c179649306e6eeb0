using System.Runtime.InteropServices;
using System.Runtime.Versioning;
using Microsoft.Win32.SafeHandles;

namespace SingleDarts.Core.Runtime;

/// <summary>
/// Loads a library from memory, so that nobody but this user or root can exchange its bytes: from a file that has no name and is sealed
/// (<c>memfd_create</c>); where the kernel forbids such files to hold code, from a file in a new folder of this user alone, which is
/// removed at once. Nothing is kept for a later process, which would have to trust it.
/// </summary>
[SupportedOSPlatform("linux")]
internal static class PrivateLibrary
{
    private const uint CloseOnExec = 1, AllowsSealing = 2, HoldsCode = 0x10;
    private const int AddSeals = 1033, AllSeals = 0xf;

    /// <summary>Loads a library.</summary>
    /// <param name="content">The file.</param>
    /// <param name="name">Its name in lists of what is loaded.</param>
    /// <param name="load">Loads the library of a path.</param>
    /// <exception cref="NativeRuntimeException">There is no place that nobody else can change.</exception>
    public static nint Load(byte[] content, string name, Func<string, nint> load)
    {
        using SafeFileHandle? file = InMemory(content, name);
        return file is null ? LoadFromFolder(content, name, Path.GetTempPath(), load) : load($"/proc/self/fd/{file.DangerousGetHandle()}");
    }

    /// <summary>Null if the kernel has no such files, or does not let them hold code.</summary>
    internal static SafeFileHandle? InMemory(byte[] content, string name)
    {
        // Kernels before 6.3 do not know the flag that asks for leave to hold code, and need none.
        int descriptor = memfd_create(name, CloseOnExec | AllowsSealing | HoldsCode);
        if (descriptor < 0)
            descriptor = memfd_create(name, CloseOnExec | AllowsSealing);
        if (descriptor < 0)
            return null;
        var file = new SafeFileHandle(descriptor, ownsHandle: true);
        RandomAccess.Write(file, content, fileOffset: 0);
        if (fcntl(descriptor, AddSeals, AllSeals) == 0)
            return file;
        file.Dispose();
        return null;
    }

    /// <summary>Loads it from a new folder within another.</summary>
    /// <exception cref="NativeRuntimeException">Somebody else could put another folder in its place.</exception>
    internal static nint LoadFromFolder(byte[] content, string name, string parent, Func<string, nint> load)
    {
        string folder = Path.Combine(NativeLibraryLocator.RealPath(parent), $"singledarts-{Guid.NewGuid():N}");
        Directory.CreateDirectory(folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        try
        {
            RequireOursAlone(folder);
            string file = Path.Combine(folder, name + ".so");
            AtomicFile.Write(file, stream => stream.Write(content), isPrivate: true);
            return load(file);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    /// <summary>Others may write into a folder above only if it is sticky, as /tmp is: then they cannot rename what is ours.</summary>
    private static void RequireOursAlone(string folder)
    {
        uint user = FileFacts.Of(folder, followsLinks: false)?.Owner ??
            throw new NativeRuntimeException($"The owner of {folder} is unknown.");
        for (string? at = folder; at is not null; at = Path.GetDirectoryName(at))
            if (FileFacts.Of(at, followsLinks: false) is not { IsFolder: true } facts || (facts.Owner != user && facts.Owner != 0) ||
                ((facts.Permissions & (UnixFileMode.GroupWrite | UnixFileMode.OtherWrite)) != 0 &&
                    !facts.Permissions.HasFlag(UnixFileMode.StickyBit)))
                throw new NativeRuntimeException(
                    $"TorchSharp's library must be adapted to this system, and the copy would lie below {at}, which other users can " +
                    "change. Set TMPDIR to a folder that only you can change.");
    }

    [DllImport("libc", SetLastError = true, CharSet = CharSet.Ansi, BestFitMapping = false, ThrowOnUnmappableChar = true)]
    private static extern int memfd_create(string name, uint flags);

    [DllImport("libc", SetLastError = true)]
    private static extern int fcntl(int descriptor, int command, int argument);
}
