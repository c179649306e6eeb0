using System.CommandLine;
using System.Globalization;
using PaperTables.CommandLine;
using SingleDarts.Core.Search;
using SingleDarts.Core.Spaces;
using SingleDarts.Core.Sweeps;

namespace PaperTables.Strategies;

/// <summary>The command line of <c>strategy</c>: searches without a supernet on the table of NAS-Bench-201.</summary>
internal static class StrategyCommand
{
    private static readonly string[] Names = ["random", "evolution", "reinforce", "bohb"];

    public static Command Create()
    {
        Argument<string> name = new("strategy") { Description = $"One of {string.Join(", ", Names)}." };
        name.AcceptOnlyFromAmong(Names);
        var command = new Command("strategy",
            "Searches without a supernet on the table of NAS-Bench-201 and prints mean and deviation of the winners over the runs.\n\n" +
            "Example: strategy evolution --table nasbench201_12epoch.csv.gz --final-table nasbench201.csv.gz --evaluations 100 --runs 500")
        { name };
        foreach (SettingOption entry in OptionTable<StrategySettings>.Entries)
            command.Add(entry.Option);
        command.SetAction((parsed, _) => Outcome.OfAsync(token =>
        {
            StrategySettings settings = OptionTable<StrategySettings>.Read(parsed);
            Print(Run(parsed.GetValue(name)!, settings, token));
            return Task.FromResult(ExitCode.Success);
        }));
        return command;
    }

    /// <summary>The row of the winner and the number of evaluations of each run.</summary>
    private static (NasBench201Result Winner, int Evaluations)[] Run(
        string name, StrategySettings settings, CancellationToken cancellationToken)
    {
        if (settings.Table is null)
            throw new ArgumentException("The table that the strategy searches in is not named; give --table nasbench201_12epoch.csv.gz.");
        if (settings.Runs < 1)
            throw new ArgumentException($"--runs is {settings.Runs}; expected 1 or more.");
        NasBench201Table seen = NasBench201Table.Load(settings.Table);
        NasBench201Table final = settings.FinalTable is { } path && path != settings.Table ? NasBench201Table.Load(path) : seen;
        var search = new StrategySearch
        {
            Space = SearchSpaces.NasBench201(),
            Strategy = settings.Strategy(name),
            Evaluator = new TableEvaluator(seen, epochs: 12, Enum.Parse<NasBench201Metric>(settings.Metric)) { IgnoresBudget = true },
            Evaluations = settings.Evaluations,
            BudgetSeconds = settings.BudgetSeconds,
            CanExceedBudget = settings.CanExceedBudget,
        };
        return [.. Enumerable.Range(0, settings.Runs)
            .Select(run => (search with { Seed = settings.Seed + run }).Run(cancellationToken: cancellationToken))
            .Select(result => (final[result.Genotype], result.Trace.Count))];
    }

    private static void Print((NasBench201Result Winner, int Evaluations)[] runs)
    {
        Terminal.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"{"metric",-22} {"mean",6} {"dev",5}   {runs.Length} runs of {runs.Average(run => run.Evaluations):F1} evaluations"));
        foreach (NasBench201Metric metric in Enum.GetValues<NasBench201Metric>())
        {
            var of = MeanAndDeviation.Of(runs.Select(run => run.Winner.Accuracy(metric)));
            Terminal.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{metric,-22} {of.Mean,6:F2} {of.StandardDeviation,5:F2}"));
        }
    }
}
