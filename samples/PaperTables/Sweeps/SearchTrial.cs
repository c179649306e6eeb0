using System.Text.Json.Nodes;
using SingleDarts.Core.Data;
using SingleDarts.Core.Diagnostics;
using SingleDarts.Core.Runs;
using SingleDarts.Core.Runtime;
using SingleDarts.Core.Search;
using SingleDarts.Core.Sweeps;
using TorchSharp;

namespace PaperTables.Sweeps;

/// <summary>Runs or resumes the search of a trial and returns what reports need.</summary>
internal static class SearchTrial
{
    /// <summary>The data that a trial reads; null if it makes them.</summary>
    /// <exception cref="InvalidDataException">It is a path to another machine.</exception>
    public static string? PathOf(Trial trial) => SweepTables.Settings(trial).Data is var data && data == SearchSettings.GeneratedData
        ? null : Path.GetFullPath(SharedPath.Require(data, $"trial {trial}"));

    /// <param name="context">The trial.</param>
    /// <param name="threads">CPU threads if the trial names no number.</param>
    /// <param name="cancellationToken">Ends the search with a checkpoint.</param>
    public static async Task<JsonObject> RunAsync(TrialContext context, int threads, CancellationToken cancellationToken)
    {
        SearchSettings settings = SweepTables.Settings(context.Trial);
        bool resumes = File.Exists(Path.Combine(context.RunFolder, RunFiles.Options));
        if (resumes)
            RequireCheckpoint(context.RunFolder);
        TorchRuntime.EnsureLoaded();
        using ClassificationDataset data = settings.OpenData(new Progress<LoadProgress>(), cancellationToken);
        ArchitectureSearch search = SearchRunner.Describe(settings with { Threads = settings.Threads ?? threads }, data)
            .ObservedBy(new EpochLog(context.Log));
        foreach (IRunObserver observer in (settings with { Out = context.RunFolder }).Observers(table: null))
            search = search.ObservedBy(observer);
        SearchResult result = await (resumes ? search.ResumingFrom(context.RunFolder) : search.SavingTo(context.RunFolder))
            .RunAsync(cancellationToken);
        return new JsonObject
        {
            ["genotype"] = result.Genotype.ToString(),
            ["genotypes"] = new JsonArray([.. result.Epochs.Select(epoch => (JsonNode)epoch.Genotype.ToString())]),
            ["parameters"] = result.Cost.Parameters,
            ["flops"] = result.Cost.Flops,
            ["loss"] = result.Epochs[^1].WeightLoss,
            ["data"] = data.Name,
            ["samples"] = data.Count,
            ["dataSha256"] = RecordedRun.Open(context.RunFolder).Options["data"]!["sha256"]!.ToString(),
            ["device"] = settings.Device,
            ["threads"] = torch.get_num_threads(),
            ["seconds"] = result.Epochs.Sum(epoch => epoch.Seconds),
        };
    }

    /// <summary>A checkpoint follows every epoch, so of an interrupted run at most one epoch can be without.</summary>
    private static void RequireCheckpoint(string folder)
    {
        string epochs = Path.Combine(folder, RunFiles.Epochs), checkpoint = Path.Combine(folder, RunFiles.Checkpoints);
        int done = File.Exists(epochs) ? BoundedFile.ReadLines(epochs, ReadLimits.RecordBytes, ReadLimits.JsonBytes).Count() : 0;
        if (done > 1 && !(Directory.Exists(checkpoint) && Directory.EnumerateFiles(checkpoint, "*.safetensors").Any()))
            throw new InvalidDataException(
                $"{epochs} has {done} epochs, but there is no checkpoint in {checkpoint}; restore it, or delete {folder} to begin the " +
                "trial again.");
    }

    private sealed class EpochLog(TextWriter log) : ISearchObserver
    {
        public void OnEpoch(SearchMoment moment, EpochReport report) =>
            log.WriteLine(string.Create(System.Globalization.CultureInfo.InvariantCulture,
            $"{DateTime.UtcNow:u} epoch {report.Epoch} of {report.Epochs}: loss {report.WeightLoss:F4}, accuracy " +
            $"{report.WeightAccuracy:F4}, {report.Seconds:F1} s, {report.Genotype}"));
    }
}
