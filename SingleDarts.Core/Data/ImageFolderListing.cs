using System.Security.Cryptography;
using System.Text;

namespace SingleDarts.Core.Data;

/// <summary>The files of an image folder in a fixed order, found before any of them is opened.</summary>
internal sealed record ImageFolderListing(string Root, string[] ClassNames, FileInfo[] Files, int[] Labels)
{
    private static readonly string[] Extensions = [".jpg", ".jpeg", ".png"];

    public static ImageFolderListing Of(string path)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(path);
        string root = Path.TrimEndingDirectorySeparator(Path.GetFullPath(path));
        if (!Directory.Exists(root))
            throw new DirectoryNotFoundException($"The image folder '{root}' does not exist; expected a folder with one subfolder of JPEG or PNG files per class.");
        var classes = new DirectoryInfo(root).GetDirectories().Where(d => d.Name[0] != '.').OrderBy(d => d.Name, StringComparer.Ordinal).ToArray();
        if (classes.Length < 2)
            throw new InvalidDataException($"'{root}' has {classes.Length} subfolders, expected one per class and at least two: " +
                "put the images into <class>/<name>.jpg, .jpeg or .png.");
        var files = classes.Select(c => c.EnumerateFiles().Where(IsImage).OrderBy(f => f.Name, StringComparer.Ordinal).ToArray()).ToArray();
        int empty = Array.FindIndex(files, f => f.Length == 0);
        if (empty >= 0)
            throw new InvalidDataException($"The class folder '{classes[empty].FullName}' holds no .jpg, .jpeg or .png file; add images or remove the folder." +
                (Directory.Exists(Path.Combine(root, "train")) ? $" If the classes are in '{Path.Combine(root, "train")}', load that folder." : ""));
        return new(root, [.. classes.Select(c => c.Name)], [.. files.SelectMany(f => f)], [.. files.SelectMany((f, k) => f.Select(_ => k))]);
    }

    /// <summary>SHA-256 over names, sizes and modification times of all files.</summary>
    public byte[] Fingerprint()
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        for (int i = 0; i < Files.Length; i++)
            hash.AppendData(Encoding.UTF8.GetBytes($"{ClassNames[Labels[i]]}/{Files[i].Name}|{Files[i].Length}|{Files[i].LastWriteTimeUtc.Ticks}\n"));
        return hash.GetHashAndReset();
    }

    private static bool IsImage(FileInfo file) => Extensions.Contains(file.Extension, StringComparer.OrdinalIgnoreCase);
}
