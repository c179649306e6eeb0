using PaperTables.CommandLine;
using SingleDarts.Core.Data;
using SingleDarts.Core.Genotypes;
using SingleDarts.Core.Runs;
using SingleDarts.Core.Runtime;
using SingleDarts.Core.Search;
using SingleDarts.Core.Spaces;
using Spectre.Console;

namespace PaperTables;

/// <summary>Runs the search that settings describe.</summary>
internal static class SearchRunner
{
    /// <summary>The search that the settings describe, without a run folder and watchers.</summary>
    public static ArchitectureSearch Describe(SearchSettings settings, ClassificationDataset data) =>
        MethodOverrides.Apply(settings,
            ArchitectureSearch.In(settings.SpaceFor(data.InputShape, data.Classes), SearchMethods.Named(settings.Method)))
        .On(data)
        .Augmenting(settings.Augmentation(data))
        .WithSeed(settings.Seed)
        .OnDevice(settings.Device)
        .With(o => o with { Threads = settings.Threads })
        .ComputingCells(settings.Execution);

    /// <summary>Runs or resumes a search and prints what it found.</summary>
    public static async Task RunAsync(SearchSettings settings, CancellationToken cancellationToken)
    {
        TorchRuntime.EnsureLoaded();
        if (settings.Space != "nasbench201" && settings.Table is not null)
            throw new ArgumentException($"--table is the table of nasbench201; it has no genotype of '{settings.Space}'. Leave it out.");
        NasBench201Table? table = settings.Table is null ? null : NasBench201Table.Load(settings.Table);
        IReadOnlyList<IRunObserver> observers = settings.Observers(table);
        using ClassificationDataset data = settings.OpenData(new LoadBar(), cancellationToken);
        ArchitectureSearch search = Describe(settings, data).ReportingTo(new ConsoleProgressBar());
        foreach (IRunObserver observer in observers)
            search = search.ObservedBy(observer);
        if (settings.Out is not null)
            search = settings.Resume ? search.ResumingFrom(settings.Out) : search.SavingTo(settings.Out);
        else if (settings.Resume)
            throw new ArgumentException("--resume goes on with the run in a folder; name it with --out <folder>.");
        SearchResult result = await search.RunAsync(cancellationToken);
        Print(result, table);
        foreach (SharePruning pruning in search.Options.EpochRules.OfType<SharePruning>())
            foreach (PrunedGenotype passed in pruning.Series(result))
                Terminal.WriteLine($"after epoch   {passed.Epoch}: {passed.Genotype}");
    }

    private static void Print(SearchResult result, NasBench201Table? table)
    {
        Terminal.WriteLine($"genotype      {result.Genotype}");
        if (result.Genotype.Cells.ContainsKey("reduction"))
            Terminal.WriteLine($"as in DARTS   {DartsGenotypeText.Format(result.Genotype)}");
        if (result.Genotype.Cells.Values.Any(cell => cell.IsEmpty))
            Terminal.WriteLine("network       none, because a cell has no genes");
        Terminal.WriteLine($"parameters    {result.Cost.Parameters:N0}");
        Terminal.WriteLine($"FLOPs         {result.Cost.Flops / 1e6:F3} M");
        Terminal.WriteLine($"skip by epoch {string.Join(' ', result.Epochs.Select(e => e.Genotype.Count("skip_connect")))}");
        if (table is null)
            return;
        NasBench201Result found = table[result.Genotype];
        var grid = new Table().AddColumns("", "accuracy %", "regret", $"rank of {table.Count:N0}");
        foreach (NasBench201Metric metric in Enum.GetValues<NasBench201Metric>())
            grid.AddPlainRow(metric.ToString(), $"{found.Accuracy(metric):F2}", $"{table.Regret(result.Genotype, metric):F2}",
                $"{table.Rank(result.Genotype, metric):N0}");
        AnsiConsole.Write(grid);
    }
}
