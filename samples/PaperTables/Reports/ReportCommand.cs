using System.CommandLine;
using PaperTables.CommandLine;

namespace PaperTables.Reports;

/// <summary>The command line of <c>report</c>.</summary>
internal static class ReportCommand
{
    public static Command Create()
    {
        Argument<string> folder = new("run folder") { Description = "What search --out named; the run need not be finished." };
        Option<string?> table = new("--table") { Description = "NAS-Bench-201 table (csv or csv.gz) to look genotypes up in." };
        Option<string?> output = new("--out") { Description = "The page. Default: report.html in the run folder." };
        var command = new Command("report", "Writes a run as one page without scripts and without other files.") { folder, table, output };
        command.SetAction(parsed => Outcome.OfFiles(() =>
        {
            string run = parsed.GetValue(folder)!;
            return [Report.Write(run, parsed.GetValue(table), parsed.GetValue(output) ?? Path.Combine(run, "report.html"))];
        }));
        return command;
    }
}
