namespace Benchmarks;

/// <summary>A folder that is deleted in the end.</summary>
internal sealed class ScratchFolder : IDisposable
{
    public string Path { get; } = Directory.CreateTempSubdirectory("singledarts-check-").FullName;

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
