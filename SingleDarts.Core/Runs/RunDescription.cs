using Microsoft.Extensions.Logging;

namespace SingleDarts.Core.Runs;

/// <summary>What a run is made of.</summary>
/// <param name="Kind"><c>search</c> or <c>training</c>.</param>
/// <param name="Options">The options.</param>
/// <param name="Document">Content of <c>options.json</c>.</param>
/// <param name="Compared">Properties of the document that a resume must find unchanged.</param>
/// <param name="MakeBody">Makes the body.</param>
internal sealed record RunDescription<TReport, TResult>(
    string Kind, RunOptions Options, Func<string> Document, string[] Compared, Func<ILogger, IRunBody<TReport, TResult>> MakeBody)
    where TReport : RunReport
{
    /// <summary>Opens the run folder, or null if nothing is saved.</summary>
    /// <exception cref="InvalidRunException">The document of the run to resume is damaged, of another version, or differs.</exception>
    public RunStorage? OpenStorage()
    {
        if (Options.OutputFolder is not { } path)
            return null;
        string document = Document();
        return new RunStorage(RunFolder.Begin(path, document, Options.Resume, (saved, file) =>
        {
            if (OptionsDocument.Faults(saved, document, file, Compared) is { Count: > 0 } faults)
                throw new InvalidRunException(Kind, faults);
        }));
    }
}
