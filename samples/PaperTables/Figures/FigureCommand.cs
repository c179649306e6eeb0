using System.CommandLine;

namespace PaperTables.Figures;

/// <summary>The command line of <c>figure</c>: one subcommand for each figure.</summary>
internal static class FigureCommand
{
    public static Command Create()
    {
        var command = new Command("figure", "Draws a figure as PNG and SVG, with the numbers behind it as CSV.") { CollapseFigureCommand.Create() };
        foreach (Command figure in RunFigureCommand.All())
            command.Add(figure);
        return command;
    }

    /// <summary>Turns the outcome of drawing into a message and an exit code.</summary>
    public static int Run(Func<IEnumerable<string>> draw)
    {
        try
        {
            foreach (string file in draw())
                Console.WriteLine(file);
            return ExitCode.Success;
        }
        catch (SearchFailedException e)
        {
            Console.Error.WriteLine(e.Message);
            return e.ExitCode;
        }
        catch (Exception e) when (e is ArgumentException or IOException or InvalidDataException or UnauthorizedAccessException)
        {
            Console.Error.WriteLine(e.Message);
            return ExitCode.BadInput;
        }
        catch (Exception e)
        {
            Console.Error.WriteLine($"Unexpected failure ({e.GetType().Name}): {e.Message}");
            return ExitCode.Failure;
        }
    }
}
