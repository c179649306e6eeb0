using System.Formats.Tar;
using System.IO.Compression;
using System.Security.Cryptography;
using SingleDarts.Core.Runtime;

namespace SingleDarts.Core.Data;

/// <summary>
/// Fetches the binary version of CIFAR from <see href="https://www.cs.toronto.edu/~kriz/cifar.html"/> (about 165 MB each). A download that
/// stops is resumed, the published MD5 is checked before anything is extracted, and existing files are kept.
/// </summary>
public static class CifarDownload
{
    /// <summary>Makes sure that CIFAR-10 lies in <paramref name="folder"/>, and returns the folder for
    /// <see cref="CifarBinary.Load10"/>.</summary>
    /// <param name="folder">Where the archive and its <c>cifar-10-batches-bin</c> are put; made if missing.</param>
    /// <param name="progress">Told downloaded bytes.</param>
    /// <param name="cancellation">Stops; what has arrived is kept.</param>
    /// <param name="client">Client to use, for example with a proxy; not disposed.</param>
    /// <returns>The full path of the extracted folder.</returns>
    /// <exception cref="IOException">The address cannot be reached, or the connection broke; calling again resumes. Or a file that would be
    /// written is a symbolic link.</exception>
    /// <exception cref="InvalidDataException">The checksum or the content of the archive is not the published one.</exception>
    /// <exception cref="FileNotFoundException">A file of the set, its folder or the archive is a symbolic link to nothing.</exception>
    public static Task<string> Cifar10Async(
        string folder, IProgress<LoadProgress>? progress = null, CancellationToken cancellation = default, HttpClient? client = null) =>
        FetchAsync(CifarArchive.Cifar10, folder, progress, cancellation, client);

    /// <summary>Makes sure that CIFAR-100 lies in <paramref name="folder"/>, and returns the folder for
    /// <see cref="CifarBinary.Load100"/>.</summary>
    /// <param name="folder">Where the archive and its <c>cifar-100-binary</c> are put; made if missing.</param>
    /// <param name="progress">Told downloaded bytes.</param>
    /// <param name="cancellation">Stops; what has arrived is kept.</param>
    /// <param name="client">Client to use, for example with a proxy; not disposed.</param>
    /// <inheritdoc cref="Cifar10Async" path="/returns|/exception"/>
    public static Task<string> Cifar100Async(
        string folder, IProgress<LoadProgress>? progress = null, CancellationToken cancellation = default, HttpClient? client = null) =>
        FetchAsync(CifarArchive.Cifar100, folder, progress, cancellation, client);

    internal static async Task<string> FetchAsync(
        CifarArchive archive, string folder, IProgress<LoadProgress>? progress, CancellationToken cancellation, HttpClient? client)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(folder);
        string target = Path.GetFullPath(Path.Combine(folder, archive.Folder));
        FileBehind.RefuseBroken(target);
        if (archive.IsExtracted(target))
            return target;
        var files = new GuardedFolder(folder);
        files.CreateFolder(archive.Folder);
        foreach (string name in archive.Files.Keys)
            files.PathOf(Path.Combine(archive.Folder, name));
        string file = Path.GetFullPath(Path.Combine(folder, archive.FileName));
        FileBehind.RefuseBroken(file);
        if (!File.Exists(file))
        {
            string partial = files.PathOf(archive.FileName + ".part");
            await ResumableDownload.RunAsync(archive.Address, partial, progress, cancellation, client).ConfigureAwait(false);
            await CheckAsync(archive, partial, cancellation).ConfigureAwait(false);
            File.Move(partial, file);
        }
        else
            await CheckAsync(archive, file, cancellation).ConfigureAwait(false);
        await ExtractAsync(archive, file, new GuardedFolder(target), cancellation).ConfigureAwait(false);
        return target;
    }

    private static async Task CheckAsync(CifarArchive archive, string file, CancellationToken cancellation)
    {
        string found;
        using (var stream = File.OpenRead(file))
            found = Convert.ToHexStringLower(await MD5.HashDataAsync(stream, cancellation).ConfigureAwait(false));
        if (found == archive.Md5)
            return;
        // Kept under its name it would be taken up again by the next call, and fail again.
        string aside = file + ".damaged";
        File.Move(file, aside, overwrite: true);
        throw new InvalidDataException(
            $"The archive '{file}' has MD5 {found}, expected {archive.Md5} as published for {archive.Address}. " +
            $"It was moved to '{aside}'; call again to download it anew.");
    }

    private static async Task ExtractAsync(CifarArchive archive, string file, GuardedFolder target, CancellationToken cancellation)
    {
        await using var gzip = new GZipStream(File.OpenRead(file), CompressionMode.Decompress);
        await using var tar = new TarReader(gzip);
        while (await tar.GetNextEntryAsync(copyData: false, cancellation).ConfigureAwait(false) is { } entry)
        {
            // Only files that are known by name are written, so no entry can leave the folder.
            if (entry.DataStream is null || !archive.Files.ContainsKey(Path.GetFileName(entry.Name)))
                continue;
            string path = target.PathOf(Path.GetFileName(entry.Name));
            await using (FileStream output = target.Open(path + ".part", FileMode.Create, FileShare.None))
                await entry.DataStream.CopyToAsync(output, cancellation).ConfigureAwait(false);
            File.Move(path + ".part", path, overwrite: true);
        }
        if (!archive.IsExtracted(target.Path))
            throw new InvalidDataException(
                $"The archive '{file}' does not hold the expected files ({string.Join(", ", archive.Files.Keys)}); delete it and call " +
                "again.");
    }
}
