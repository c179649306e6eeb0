using SingleDarts.Core.Runtime;
using static TorchSharp.torch;

namespace SingleDarts.Core.Runs;

/// <summary>
/// Checkpoints of one run: <c>latest.safetensors</c> and the one before it, <c>previous.safetensors</c>. A checkpoint is written
/// beside them and renamed, so that at every moment a whole one exists.
/// </summary>
/// <param name="folder">Folder of the checkpoints; made when the first one is saved.</param>
internal sealed class CheckpointStore(string folder)
{
    private readonly GuardedFolder files = new(folder);

    /// <summary>Folder of the checkpoints.</summary>
    public string Folder => files.Path;

    private string Latest => files.PathOf("latest.safetensors");

    private string Previous => files.PathOf("previous.safetensors");

    /// <summary>Whether there is any checkpoint, whole or not.</summary>
    /// <exception cref="IOException">One of them is a symbolic link.</exception>
    public bool Exists => File.Exists(Latest) || File.Exists(Previous);

    /// <summary>Saves a checkpoint; the one that was the latest becomes the previous.</summary>
    /// <param name="tensors">Tensors by name.</param>
    /// <param name="metadata">Strings by name.</param>
    /// <exception cref="IOException">The folder cannot be written, or the disk is full; the earlier checkpoints are untouched.</exception>
    public void Save(IReadOnlyDictionary<string, Tensor> tensors, IReadOnlyDictionary<string, string> metadata)
    {
        try
        {
            string written = Path.Combine(files.CreateFolder(), "new.safetensors");
            SafeTensorsFile.Write(written, tensors, metadata);
            if (File.Exists(Latest))
                File.Move(Latest, Previous, overwrite: true);
            File.Move(written, Latest, overwrite: true);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new IOException(
                $"The checkpoint cannot be saved in {Folder}: {(e.InnerException ?? e).Message} " +
                $"Earlier checkpoints are untouched; free some space or make the " +
                "folder writable, then resume.", e);
        }
    }

    /// <summary>Reads the latest checkpoint, or the previous one if the latest is missing or damaged.</summary>
    /// <param name="warn">Told when the previous one had to be taken, and why.</param>
    /// <returns>Tensors, which the caller disposes, and metadata.</returns>
    /// <exception cref="InvalidDataException">Neither is whole; the message names both.</exception>
    public (IReadOnlyDictionary<string, Tensor> Tensors, IReadOnlyDictionary<string, string> Metadata) Load(Action<string>? warn = null)
    {
        string? why = null;
        foreach (string path in new[] { Latest, Previous })
        {
            try
            {
                var loaded = SafeTensorsFile.Read(path, SafeTensorsFile.Checksum, SafeTensorsFile.EarlierChecksum);
                if (why is not null)
                    warn?.Invoke($"{why} Going on from {path}.");
                return loaded;
            }
            catch (Exception e) when (e is InvalidDataException or FileNotFoundException or DirectoryNotFoundException)
            {
                why = why is null ? e.Message : $"{why} {e.Message}";
            }
        }
        throw new InvalidDataException($"There is no whole checkpoint in {Folder}: {why} Begin a new run in another folder.");
    }
}
