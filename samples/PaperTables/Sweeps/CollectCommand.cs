using System.CommandLine;
using System.Text;
using PaperTables.CommandLine;
using SingleDarts.Core.Runtime;
using SingleDarts.Core.Sweeps;

namespace PaperTables.Sweeps;

/// <summary>The command line of <c>sweep collect</c>.</summary>
internal static class CollectCommand
{
    public static Command Create()
    {
        Argument<string> folder = SweepCommand.Folder();
        Option<string> format = new("--format") { Description = $"One of: {string.Join(", ", ReportFormat.Names)}.",
            DefaultValueFactory = _ => ReportFormat.Names[0] };
        format.AcceptOnlyFromAmong(ReportFormat.Names);
        Option<string?> output = new("--out") { Description = "File. Default: the terminal." };
        Option<string?> table = new("--table") 
        {
            Description = "NAS-Bench-201 table (csv or csv.gz). Default: that of the plan, if it is in the sweep folder.",
        };
        var command = new Command("collect", "Prints the paper's numbers beside those found so far, and what follows from them.") { folder,
            format, output, table };
        command.SetAction((parsed, _) => Outcome.OfAsync(_ =>
        {
            SweepFolder sweep = SweepFolder.Open(parsed.GetValue(folder)!);
            string report = ReportFormat.Write(
                parsed.GetValue(format)!, SweepReport.Of(sweep, SweepCommand.Benchmark(sweep, parsed.GetValue(table))));
            if (parsed.GetValue(output) is { } file)
                GuardedFolder.WriteFile(file, stream => stream.Write(Encoding.UTF8.GetBytes(report)));
            else
                Terminal.Write(report);
            return Task.FromResult(ExitCode.Success);
        }));
        return command;
    }
}
