using System.CommandLine;
using SingleDarts.Core.Sweeps;

namespace PaperTables.Sweeps;

/// <summary>The command line of <c>sweep status</c>.</summary>
internal static class StatusCommand
{
    public static Command Create()
    {
        Argument<string> folder = SweepCommand.Folder();
        Option<bool> all = new("--all") { Description = "Name every cell." };
        var command = new Command("status", "Says how far a sweep is. It ends with 1 where a cell failed.") { folder, all };
        command.SetAction((parsed, _) => SweepCommand.RunAsync(() =>
        {
            SweepFolder sweep = SweepFolder.Open(parsed.GetValue(folder)!);
            SweepStatus status = sweep.Status();
            Console.WriteLine(status);
            foreach (CellStatus cell in status.Cells.Where(cell => parsed.GetValue(all) || cell.State is CellState.Running or CellState.Interrupted))
                Console.WriteLine($"{cell.Index,4}  {cell.State.ToString().ToLowerInvariant(),-11}  {SweepCommand.Name(sweep, cell.Cell)}{Attempt(cell)}");
            SweepCommand.PrintFailures(sweep, status, Console.Out);
            return Task.FromResult(status.Count(CellState.Failed) > 0 ? ExitCode.Failure : ExitCode.Success);
        }));
        return command;
    }

    private static string Attempt(CellStatus cell) => cell.Owner is null ? "" : $"  (attempt {cell.Attempts}, {cell.Owner})";
}
