using System.CommandLine;
using PaperTables.CommandLine;

namespace PaperTables.Figures;

/// <summary>The command line of <c>figure theorem-4.3</c>.</summary>
internal static class CollapseFigureCommand
{
    public static Command Create()
    {
        Option<int> operations = new("--operations") { Description = "Number of operations, 2 or more.", DefaultValueFactory = _ => 5 };
        Option<double> rate = new("--learning-rate") { Description = "Learning rate of α.", DefaultValueFactory = _ => 0.05 };
        Option<double> margin = new("--margin") { Description = "Margin δ of the best operation.", DefaultValueFactory = _ => 1 };
        Option<double[]> epsilons = new("--epsilon")
        {
            Description = "Values of ε within (0, 1).", DefaultValueFactory = _ =>
                CollapseFigure.Epsilons, AllowMultipleArgumentsPerToken = true,
        };
        Option<string> output = new("--out") { Description = "Folder for the files.", DefaultValueFactory = _ => "." };
        var command = new Command("theorem-4.3", "Time to collapse: simulated, with the printed bound and the bounds that hold.")
        {
            operations, rate, margin, epsilons, output,
        };
        command.SetAction(parsed => Outcome.OfFiles(() => CollapseFigure.Draw(
            parsed.GetValue(operations), parsed.GetValue(rate), parsed.GetValue(margin), parsed.GetValue(epsilons)!,
            parsed.GetValue(output)!)));
        return command;
    }
}
