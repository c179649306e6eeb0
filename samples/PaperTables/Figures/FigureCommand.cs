using System.CommandLine;

namespace PaperTables.Figures;

/// <summary>The command line of <c>figure</c>: one subcommand for each figure.</summary>
internal static class FigureCommand
{
    public static Command Create()
    {
        var command = new Command("figure", "Draws a figure as PNG and SVG, with the numbers behind it as CSV.") {
            CollapseFigureCommand.Create(), ParetoFigureCommand.Create() };
        foreach (Command figure in RunFigureCommand.All())
            command.Add(figure);
        return command;
    }
}
