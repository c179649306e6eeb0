using System.CommandLine;
using PaperTables.CommandLine;

namespace PaperTables;

/// <summary>The command line of <c>search</c>.</summary>
internal static class SearchCommand
{
    public static Command Create()
    {
        var command = new Command("search",
            "Searches an architecture and, given the benchmark's table, prints its true accuracy.\n\n" +
            "Example: search --scheme single-level --relaxation sigmoid --data cifar-10-batches-bin --table nasbench201.csv --out " +
            "runs/1\n" +
            "Exit codes: 0 found, 1 unexpected failure, 2 bad input, 3 diverged, 130 Ctrl+C and 143 SIGTERM (both with a checkpoint).");
        foreach (SettingOption entry in OptionTable<SearchSettings>.Entries)
            command.Add(entry.Option);
        command.SetAction((parsed, _) => Outcome.OfAsync(async token =>
        {
            await SearchRunner.RunAsync(OptionTable<SearchSettings>.Read(parsed), token);
            return ExitCode.Success;
        }));
        return command;
    }
}
