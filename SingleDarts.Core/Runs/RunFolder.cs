using System.Text.Json;
using SingleDarts.Core.Runtime;

namespace SingleDarts.Core.Runs;

/// <summary>
/// The folder of one run: <c>options.json</c>, <c>epochs.jsonl</c>, <c>checkpoint/</c>, <c>diagnostics/</c>, and its result. It is
/// locked while it is open, so that two processes do not write one run.
/// </summary>
internal sealed class RunFolder : IDisposable
{
    private readonly GuardedFolder files;
    private readonly FileStream handle;

    private RunFolder(string path)
    {
        files = new GuardedFolder(path);
        Checkpoints = new CheckpointStore(files.PathOf(RunFiles.Checkpoints));
        string records = files.PathOf(RunFiles.Records);
        try
        {
            files.CreateFolder();
            handle = files.Open(RunFiles.Lock, FileMode.OpenOrCreate, FileShare.None, FileOptions.DeleteOnClose, bufferSize: 1);
            handle.WriteByte(0);
            handle.Flush(flushToDisk: true);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            handle?.Dispose();
            throw new IOException(
                $"The run folder {Path} cannot be written: {e.Message} Choose another folder, free some space, or end the process that " +
                "uses it.", e);
        }
        foreach (string folder in new[] { Path, Checkpoints.Folder, records })
            AtomicFile.DiscardLeftovers(folder);
    }

    /// <summary>Full path of the folder.</summary>
    public string Path => files.Path;

    /// <summary>Checkpoints of the run.</summary>
    public CheckpointStore Checkpoints { get; }

    private string OptionsFile => files.PathOf(RunFiles.Options);

    private string EpochsFile => files.PathOf(RunFiles.Epochs);

    /// <summary>Begins a run in a folder, which is made if it is missing.</summary>
    /// <param name="path">The folder.</param>
    /// <param name="options">Content of <c>options.json</c>.</param>
    /// <exception cref="IOException">The folder cannot be written, or holds a run.</exception>
    public static RunFolder Create(string path, string options)
    {
        if (File.Exists(System.IO.Path.Combine(path, RunFiles.Options)))
            throw new IOException($"The folder {System.IO.Path.GetFullPath(path)} holds a run; resume it or choose another folder.");
        var folder = new RunFolder(path);
        try
        {
            folder.WriteText(RunFiles.Options, options);
            return folder;
        }
        catch
        {
            folder.Dispose();
            throw;
        }
    }

    /// <summary>Opens the folder of a run that was begun.</summary>
    /// <param name="path">The folder.</param>
    /// <exception cref="IOException">The folder holds no run or cannot be written.</exception>
    public static RunFolder Open(string path) => File.Exists(System.IO.Path.Combine(path, RunFiles.Options))
        ? new RunFolder(path)
        : throw new IOException(
            $"The folder {System.IO.Path.GetFullPath(path)} holds no run (there is no {RunFiles.Options}); begin one instead of resuming.");

    /// <summary>Starts a run, or opens one to resume it if it is the same.</summary>
    /// <param name="path">The folder.</param>
    /// <param name="options">Content of <c>options.json</c>.</param>
    /// <param name="resume">Whether to resume.</param>
    /// <param name="requireSame">Gets the saved content and its path, and throws if that is another run's; the folder is then
    /// unlocked.</param>
    public static RunFolder Begin(string path, string options, bool resume, Action<string, string> requireSame)
    {
        if (!resume)
            return Create(path, options);
        RunFolder folder = Open(path);
        try
        {
            requireSame(BoundedFile.ReadText(folder.OptionsFile, ReadLimits.JsonBytes), folder.OptionsFile);
            return folder;
        }
        catch
        {
            folder.Dispose();
            throw;
        }
    }

    /// <summary>Writes a text file whole or not at all.</summary>
    /// <param name="name">File name within the folder.</param>
    /// <param name="text">The content.</param>
    /// <exception cref="IOException">The file cannot be written; an earlier one is untouched.</exception>
    public void WriteText(string name, string text) => files.Write(name, text);

    /// <summary>Full path of a file in the folder, before something else writes it.</summary>
    /// <param name="name">File name within the folder.</param>
    /// <exception cref="IOException">It is a symbolic link.</exception>
    public string PathOf(string name) => files.PathOf(name);

    /// <summary>Adds one line to <c>epochs.jsonl</c>.</summary>
    /// <param name="line">JSON without line breaks.</param>
    /// <exception cref="IOException">The file cannot be written.</exception>
    public void AppendEpoch(string line) => files.AppendLine(RunFiles.Epochs, line);

    /// <summary>The records of an observer.</summary>
    public RunRecorder Recorder(string name) => new(this, name);

    /// <summary>Adds one line to <c>diagnostics/&lt;name&gt;.jsonl</c>, as <see cref="RunRecorder.Append"/> says.</summary>
    public void AppendRecord(string name, string line)
    {
        files.CreateFolder(RunFiles.Records);
        files.AppendLine(RecordsFile(name), line);
    }

    /// <summary>The lines of <c>diagnostics/&lt;name&gt;.jsonl</c>, oldest first; none if there is no such file.</summary>
    /// <param name="name">Name of the kind of records.</param>
    public IReadOnlyList<string> ReadRecords(string name) => ReadLines(files.PathOf(RecordsFile(name)));

    /// <summary>Drops the records of every kind that were made after a checkpoint.</summary>
    /// <param name="epoch">Number of epochs that are done.</param>
    /// <param name="step">Number of steps of the next epoch that are done.</param>
    /// <exception cref="InvalidDataException">A line before the last is no record; the message names it.</exception>
    public void KeepRecords(int epoch, int step)
    {
        string folder = files.PathOf(RunFiles.Records);
        foreach (string found in Directory.Exists(folder) ? Directory.GetFiles(folder, "*.jsonl") : [])
        {
            string file = files.PathOf(found);
            string[] lines = ReadLines(file);
            string[] kept = [.. lines.Where((line, i) => PlaceOf(line) is { } place
                ? place.Epoch <= epoch || (place.Epoch == epoch + 1 && place.Step <= step && step > 0)
                : i == lines.Length - 1 ? false : throw new InvalidDataException(
                    $"Line {i + 1} of {file} is no record with epoch and step: {Quoted.Of(line)}. Mend or move the file, or begin a new " +
                    "run."))];
            if (kept.Length < lines.Length)
                WriteText(System.IO.Path.GetRelativePath(Path, file), string.Concat(kept.Select(line => line + "\n")));
        }
    }

    /// <summary>The first lines of <c>epochs.jsonl</c>.</summary>
    /// <param name="count">Number of epochs that are done.</param>
    /// <exception cref="InvalidDataException">There are fewer lines.</exception>
    public IReadOnlyList<string> ReadEpochs(int count)
    {
        string[] lines = ReadLines(EpochsFile);
        if (lines.Length < count)
            throw new InvalidDataException(
                $"{EpochsFile} has {lines.Length} lines but the checkpoint was saved after epoch {count}; restore the file or begin a " +
                "new run.");
        return lines[..count];
    }

    /// <summary>Keeps the first lines of <c>epochs.jsonl</c> and drops the rest.</summary>
    /// <param name="count">Number of epochs that are done.</param>
    /// <exception cref="InvalidDataException">There are fewer lines.</exception>
    public void KeepEpochs(int count)
    {
        string kept = string.Concat(ReadEpochs(count).Select(line => line + "\n"));
        if (File.Exists(EpochsFile) && BoundedFile.ReadText(EpochsFile, ReadLimits.RecordBytes) != kept)
            WriteText(RunFiles.Epochs, kept);
    }

    /// <summary>Unlocks the folder.</summary>
    public void Dispose() => handle.Dispose();

    private static string RecordsFile(string name) => $"{RunFiles.Records}/{name}.jsonl";

    private static string[] ReadLines(string file) =>
        File.Exists(file) ? [.. BoundedFile.ReadLines(file, ReadLimits.RecordBytes, ReadLimits.JsonBytes)] : [];

    /// <summary>Epoch and step of a record, or null if the line is none.</summary>
    public static (int Epoch, int Step)? PlaceOf(string line)
    {
        try
        {
            using JsonDocument record = JsonDocument.Parse(line);
            return (record.RootElement.GetProperty("epoch").GetInt32(), record.RootElement.GetProperty("step").GetInt32());
        }
        catch (Exception e) when (e is JsonException or KeyNotFoundException or InvalidOperationException or FormatException)
        {
            return null;
        }
    }
}
