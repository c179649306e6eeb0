using System.CommandLine;
using PaperTables.CommandLine;
using SingleDarts.Core.Sweeps;

namespace PaperTables.Sweeps;

/// <summary>The command line of <c>sweep draw</c>.</summary>
internal static class DrawCommand
{
    public static Command Create()
    {
        Argument<string> folder = SweepCommand.Folder();
        Option<string> output = new("--out") { Description = "Folder for the files.", DefaultValueFactory = _ => "." };
        Option<string?> table = new("--table") 
        {
            Description = "NAS-Bench-201 table (csv or csv.gz). Default: that of the plan, if it is in the sweep folder.",
        };
        var command = new Command(
            "draw", "Draws accuracy and skip connections of the genotypes after each epoch, as PNG and SVG, with the numbers as CSV.") {
            folder, output, table };
        command.SetAction(parsed => Outcome.OfFiles(() =>
        {
            SweepFolder sweep = SweepFolder.Open(parsed.GetValue(folder)!);
            return SweepFigure.Draw(sweep, SweepCommand.Benchmark(sweep, parsed.GetValue(table)), parsed.GetValue(output)!);
        }));
        return command;
    }
}
