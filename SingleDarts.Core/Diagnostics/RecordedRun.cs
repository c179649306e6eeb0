using System.Text.Json;
using System.Text.Json.Nodes;
using SingleDarts.Core.Runs;
using SingleDarts.Core.Runtime;
using SingleDarts.Core.Search;

namespace SingleDarts.Core.Diagnostics;

/// <summary>
/// A run folder to read: options, reports of epochs, records of diagnostics. It takes no lock, so a search may be writing there; a last
/// line that is not yet whole is left out.
/// </summary>
public sealed class RecordedRun
{
    private readonly GuardedFolder files;

    private RecordedRun(GuardedFolder files, JsonNode options, IReadOnlyList<EpochReport> epochs)
    {
        this.files = files;
        Options = options;
        Epochs = epochs;
    }

    /// <summary>Full path of the folder.</summary>
    public string Path => files.Path;

    /// <summary>Content of <c>options.json</c>.</summary>
    public JsonNode Options { get; }

    /// <summary>Reports of the epochs done, the first epoch first; the content of <c>epochs.jsonl</c>.</summary>
    public IReadOnlyList<EpochReport> Epochs { get; }

    /// <summary>Opens a run folder.</summary>
    /// <param name="path">The folder.</param>
    /// <exception cref="IOException">The folder holds no run, or cannot be read, or a file in it is a symbolic link.</exception>
    /// <exception cref="InvalidDataException">A file is damaged; the message names file and line.</exception>
    public static RecordedRun Open(string path)
    {
        ArgumentNullException.ThrowIfNull(path);
        var files = new GuardedFolder(path);
        string options = files.PathOf(RunFiles.Options);
        if (!File.Exists(options))
            throw new FileNotFoundException(
                $"The folder {files.Path} holds no run (there is no options.json); name the folder that --out or SavingTo named.");
        try
        {
            return new RecordedRun(files, BoundedFile.ReadJson(options) ?? throw new JsonException("The file is null."),
                Lines<EpochReport>(files.PathOf(RunFiles.Epochs)));
        }
        catch (JsonException e)
        {
            throw new InvalidDataException($"{options} is not JSON: {e.Message} Restore the file.", e);
        }
    }

    /// <summary>The records of a diagnostic, the oldest first.</summary>
    /// <typeparam name="TRecord">What one measurement gives.</typeparam>
    /// <param name="name">Name of the diagnostic, for example <c>gradient-correlation</c>.</param>
    /// <returns>None if there is no file <c>diagnostics/&lt;name&gt;.jsonl</c>.</returns>
    /// <exception cref="InvalidDataException">A line cannot be read; the message names file and line.</exception>
    public IReadOnlyList<TRecord> Records<TRecord>(string name) where TRecord : DiagnosticRecord => Lines<TRecord>(RecordsFile(name));

    /// <summary>Full path of a diagnostic's file, whether it is there or not.</summary>
    /// <param name="name">Name of the diagnostic.</param>
    /// <exception cref="IOException">It is a symbolic link.</exception>
    public string RecordsFile(string name) => files.PathOf($"{RunFiles.Records}/{name}.jsonl");

    private static List<T> Lines<T>(string file) where T : class
    {
        var read = new List<T>();
        InvalidDataException? damaged = null;
        int number = 0;
        foreach (string line in File.Exists(file) ? BoundedFile.ReadLines(file, ReadLimits.RecordBytes, ReadLimits.JsonBytes) : [])
        {
            number++;
            if (line.Length == 0)
                continue;
            // A line that cannot be read may be the last, which is being written.
            if (damaged is not null)
                throw damaged;
            try
            {
                read.Add(RunJson.Read<T>(line));
            }
            catch (JsonException e)
            {
                damaged = new InvalidDataException(
                    $"Line {number} of {file} cannot be read: {e.Message} Restore the file, or read it with the library that wrote it.", e);
            }
        }
        return read;
    }
}
