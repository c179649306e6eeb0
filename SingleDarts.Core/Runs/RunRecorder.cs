using SingleDarts.Core.Runtime;

namespace SingleDarts.Core.Runs;

/// <summary>
/// Records of one observer: the lines of <c>diagnostics/&lt;name&gt;.jsonl</c> in the run folder. A resume drops the lines that were
/// written after its checkpoint.
/// </summary>
public sealed class RunRecorder
{
    private readonly RunFolder folder;
    private readonly string name;

    internal RunRecorder(RunFolder folder, string name)
    {
        this.folder = folder;
        this.name = name;
    }

    /// <summary>Adds a record.</summary>
    /// <param name="line">
    /// A JSON object without line breaks that has <c>epoch</c>, counted from 1, and <c>step</c>, the number of steps of the epoch that are
    /// done when the checkpoint after this record is saved (0 before the first step of the run).
    /// </param>
    /// <exception cref="ArgumentException">The line is no such object.</exception>
    /// <exception cref="IOException">The file cannot be written.</exception>
    public void Append(string line)
    {
        ArgumentNullException.ThrowIfNull(line);
        if (line.Contains('\n') || RunFolder.PlaceOf(line) is null)
            throw new ArgumentException(
                $"The observer '{name}' records {Quoted.Of(line)}; expected one line of JSON with the whole numbers epoch and " +
                "step.", nameof(line));
        folder.AppendRecord(name, line);
    }

    /// <summary>The records so far, oldest first.</summary>
    public IReadOnlyList<string> Read() => folder.ReadRecords(name);
}
