using System.Security.Cryptography;

namespace SingleDarts.Core.Runtime;

/// <summary>
/// Keeps the patched copy of a library per user, named by the SHA-256 of its content. It is written beside and renamed, so that
/// processes that start at once do not see half a file; one that is not what its name says is written anew.
/// </summary>
internal static class PatchedLibraryCache
{
    /// <summary>Path of a file that has the given content.</summary>
    /// <param name="content">The patched library.</param>
    /// <param name="name">File name to begin with.</param>
    /// <exception cref="IOException">None of the folders can be written.</exception>
    public static string Store(byte[] content, string name)
    {
        string hash = Convert.ToHexStringLower(SHA256.HashData(content));
        var refusals = new List<string>();
        foreach (string folder in Folders())
        {
            try
            {
                return Store(content, Path.Combine(folder, $"{name}-{hash[..16]}.so"), hash);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                refusals.Add(e.Message);
            }
        }
        throw new IOException(
            $"The adapted copy of {name} cannot be stored: {string.Join(" ", refusals)} Set XDG_CACHE_HOME to a folder that can be " +
            "written.");
    }

    /// <summary>Removes a copy that no later process can find. Linux keeps what is loaded until the process ends.</summary>
    /// <param name="path">What <see cref="Store(byte[], string)"/> gave, once it is loaded.</param>
    public static void ReleaseTemporary(string path)
    {
        string folder = Path.GetDirectoryName(path)!;
        if (!Path.GetFileName(folder).StartsWith("singledarts-", StringComparison.Ordinal))
            return;
        File.Delete(path);
        Directory.Delete(folder);
    }

    private static string Store(byte[] content, string path, string hash)
    {
        if (File.Exists(path) && Convert.ToHexStringLower(SHA256.HashData(File.ReadAllBytes(path))) == hash)
            return path;
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        AtomicFile.Write(path, stream => stream.Write(content));
        return path;
    }

    private static IEnumerable<string> Folders()
    {
        if (Environment.GetEnvironmentVariable("XDG_CACHE_HOME") is { Length: > 0 } cache)
            yield return Path.Combine(cache, "singledarts");
        if (Environment.GetFolderPath(Environment.SpecialFolder.UserProfile) is { Length: > 0 } home)
            yield return Path.Combine(home, ".cache", "singledarts");
        // The temporary folder belongs to every user: a known name in it could be taken, and its content exchanged, by another one.
        yield return Directory.CreateTempSubdirectory("singledarts-").FullName;
    }
}
