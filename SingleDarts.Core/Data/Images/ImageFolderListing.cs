using System.IO.Enumeration;
using System.Security.Cryptography;
using System.Text;
using SingleDarts.Core.Runtime;

namespace SingleDarts.Core.Data;

/// <summary>The files of an image folder in a fixed order, found before any of them is opened. A file takes the UTF-8 bytes of its name
/// and four more, so that those of ImageNet (1.28 million) take about 32 MB.</summary>
internal sealed class ImageFolderListing
{
    private static readonly string[] Extensions = [".jpg", ".jpeg", ".png"];
    private readonly ClassFiles[] classes;
    private readonly int[] firsts;

    private ImageFolderListing(string root, string[] classNames, ClassFiles[] classes)
    {
        (Root, ClassNames, this.classes) = (root, classNames, classes);
        firsts = new int[classes.Length];
        for (int k = 0; k < classes.Length; Count += classes[k++].Ends.Length)
            firsts[k] = Count;
    }

    public string Root { get; }

    public string[] ClassNames { get; }

    public int Count { get; }

    public static ImageFolderListing Of(string path)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(path);
        string root = Path.TrimEndingDirectorySeparator(Path.GetFullPath(path));
        FileBehind.RefuseBroken(root);
        if (!Directory.Exists(root))
            throw new DirectoryNotFoundException(
                $"The image folder '{root}' does not exist; expected a folder with one subfolder of JPEG or PNG files per class.");
        string[] classNames = ClassesIn(root);
        if (classNames.Length < 2)
            throw new InvalidDataException(
                $"'{root}' has {classNames.Length} subfolders and {ImagesIn(root).Length} images that are in none, expected one " +
                "subfolder per class and at least two: put the images into <class>/<name>.jpg, .jpeg or .png.");
        return new(root, classNames, [.. classNames.Select(name => ClassFiles.Of(Path.Combine(root, name)))]);
    }

    /// <summary>Names of the class folders in the order of their code points, which is that of Python.</summary>
    /// <exception cref="FileNotFoundException">A link to nothing, which may have been a class: without it, the labels of the others would
    /// move. Or a name that is not UTF-8.</exception>
    public static string[] ClassesIn(string root) =>
        Sorted(root, new FileSystemEnumerable<string>(root, (ref FileSystemEntry e) =>
            e.FileName.ToString(), new() { AttributesToSkip = 0, IgnoreInaccessible = false })
        {
            ShouldIncludePredicate = (ref FileSystemEntry e) =>
            {
                if (e.FileName[0] != '.' && !e.IsDirectory && e.Attributes.HasFlag(FileAttributes.ReparsePoint))
                    FileBehind.RefuseBroken(e.ToFullPath());
                return e.FileName[0] != '.' && e.IsDirectory;
            },
        });

    public int LabelOf(int index)
    {
        int found = Array.BinarySearch(firsts, index);
        return found >= 0 ? found : ~found - 1;
    }

    public string PathOf(int index)
    {
        int label = LabelOf(index);
        return Path.Combine(Root, ClassNames[label], classes[label].Name(index - firsts[label]));
    }

    /// <summary>Index of the first file of a class, and their number.</summary>
    public (int First, int Count) FilesOf(int label) => (firsts[label], classes[label].Ends.Length);

    /// <summary>SHA-256 over the names and <see cref="FileBehind.Stamp"/> of all files.</summary>
    public byte[] Fingerprint()
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        for (int i = 0; i < Count; i++)
        {
            string file = PathOf(i);
            hash.AppendData(Encoding.UTF8.GetBytes($"{ClassNames[LabelOf(i)]}/{Path.GetFileName(file)}|{FileBehind.Of(file).Stamp}\n"));
        }
        return hash.GetHashAndReset();
    }

    private static string[] ImagesIn(string folder) =>
        Sorted(folder, new FileSystemEnumerable<string>(folder, (ref FileSystemEntry e) => e.FileName.ToString())
        {
            ShouldIncludePredicate = (ref FileSystemEntry e) => !e.IsDirectory && IsImage(e.FileName),
        });

    private static string[] Sorted(string folder, IEnumerable<string> entries)
    {
        string[] names = [.. entries];
        foreach (string name in names.Where(FileBehind.MayNotBeUtf8))
            FileBehind.RefuseBroken(Path.Combine(folder, name));
        Array.Sort(names, CodePointOrder.Instance);
        return names;
    }

    private static bool IsImage(ReadOnlySpan<char> name)
    {
        var extension = Path.GetExtension(name);
        foreach (string known in Extensions)
            if (name[0] != '.' && extension.Equals(known, StringComparison.OrdinalIgnoreCase))
                return true;
        return false;
    }

    /// <summary>The names of one class, one after the other, and where each ends.</summary>
    private sealed record ClassFiles(byte[] Names, int[] Ends)
    {
        public static ClassFiles Of(string folder)
        {
            string[] names = ImagesIn(folder);
            if (names.Length == 0)
                throw new InvalidDataException(
                    $"The class folder '{folder}' holds no .jpg, .jpeg or .png file; add images or remove the folder." +
                    (Directory.Exists(Path.Combine(folder, "..", "train"))
                        ? $" If the classes are in '{Path.Combine(Path.GetDirectoryName(folder)!, "train")}', load that folder." : ""));
            int end = 0;
            return new(Encoding.UTF8.GetBytes(string.Concat(names)), [.. names.Select(name => end += Encoding.UTF8.GetByteCount(name))]);
        }

        public string Name(int file)
        {
            int start = file == 0 ? 0 : Ends[file - 1];
            return Encoding.UTF8.GetString(Names, start, Ends[file] - start);
        }
    }
}
