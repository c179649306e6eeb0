using System.Runtime.InteropServices;
using System.Text;

namespace SingleDarts.Core.Runtime;

/// <summary>What Linux says of a file (statx).</summary>
/// <param name="Mode">Kind and permissions, as in <c>st_mode</c>.</param>
/// <param name="Names">Number of hard links.</param>
/// <param name="Owner">Number of the user.</param>
/// <param name="Inode">Number of the file on its device.</param>
/// <param name="Length">Size in bytes.</param>
/// <param name="Modified">Seconds and nanoseconds of the last write.</param>
/// <param name="Changed">Seconds and nanoseconds of the last change of the inode.</param>
internal readonly record struct FileFacts(
    int Mode, uint Names, uint Owner, long Inode, long Length, (long, uint) Modified, (long, uint) Changed)
{
    private const int KindMask = 0xf000, RegularKind = 0x8000, FolderKind = 0x4000, LinkKind = 0xa000;

    public bool IsRegular => (Mode & KindMask) == RegularKind;

    public bool IsFolder => (Mode & KindMask) == FolderKind;

    public bool IsLink => (Mode & KindMask) == LinkKind;

    public UnixFileMode Permissions => (UnixFileMode)(Mode & 0xfff);

    /// <summary>Null if there is no such file, or nobody to ask.</summary>
    /// <param name="path">The file.</param>
    /// <param name="followsLinks">Whether to ask about the file behind a symbolic link.</param>
    public static FileFacts? Of(string path, bool followsLinks)
    {
        // Offsets of struct statx, the same on every processor.
        const int workingFolder = -100, noFollow = 0x100, basicStatistics = 0x7ff, bytes = 256,
            names = 16, owner = 20, mode = 28, inode = 32, size = 40, changed = 96, modified = 112;
        byte[] answer = new byte[bytes];
        try
        {
            if (!OperatingSystem.IsLinux() ||
                statx(workingFolder, Encoding.UTF8.GetBytes(path + '\0'), followsLinks ? 0 : noFollow, basicStatistics, answer) != 0)
                return null;
        }
        catch (Exception e) when (e is EntryPointNotFoundException or DllNotFoundException)
        {
            return null;
        }
        long At(int offset) => BitConverter.ToInt64(answer, offset);
        uint Short(int offset) => BitConverter.ToUInt32(answer, offset);
        return new(BitConverter.ToUInt16(answer, mode), Short(names), Short(owner), At(inode), At(size),
            (At(modified), Short(modified + 8)), (At(changed), Short(changed + 8)));
    }

    [DllImport("libc")]
    private static extern int statx(int folder, byte[] path, int flags, uint mask, [Out] byte[] answer);
}
