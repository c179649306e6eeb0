namespace Fuzzing;

/// <summary>A folder of this process, gone at its end.</summary>
internal sealed class Scratch : IDisposable
{
    private readonly string path = Directory.CreateTempSubdirectory("fuzzing-").FullName;

    /// <summary>Full path of a name in the folder.</summary>
    public string PathOf(params string[] names) => Path.Combine([path, .. names]);

    /// <summary>Writes a file and gives its path.</summary>
    public string Write(byte[] content, params string[] names)
    {
        string file = PathOf(names);
        Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        GuardedFolder.WriteFile(file, stream => stream.Write(content));
        return file;
    }

    public void Dispose() => Directory.Delete(path, recursive: true);
}
