using SingleDarts.Core.Runs;
using SingleDarts.Core.Runtime;

namespace PaperTables.CommandLine;

/// <summary>Turns every outcome of a command into a message and an exit code.</summary>
internal static class Outcome
{
    /// <summary>Of work that Ctrl+C and SIGTERM cancel.</summary>
    public static async Task<int> OfAsync(Func<CancellationToken, Task<int>> work)
    {
        using var termination = new Termination();
        try
        {
            return await work(termination.Token);
        }
        catch (OperationCanceledException e)
        {
            Terminal.WriteErrorLine(e.Message);
            return termination.ExitCodeOfSignal;
        }
        catch (Exception e)
        {
            return Explain(e);
        }
    }

    /// <summary>Of short work, which prints the files that it wrote.</summary>
    public static int OfFiles(Func<IEnumerable<string>> write)
    {
        try
        {
            foreach (string file in write())
                Terminal.WriteLine(file);
            return ExitCode.Success;
        }
        catch (Exception e)
        {
            return Explain(e);
        }
    }

    private static int Explain(Exception failure)
    {
        int code = failure switch
        {
            RunDivergedException => ExitCode.Diverged,
            ArgumentException or FormatException or IOException or InvalidDataException or UnauthorizedAccessException
                or NativeRuntimeException => ExitCode.BadInput,
            _ => ExitCode.Failure,
        };
        Terminal.WriteErrorLine(
            code == ExitCode.Failure ? $"Unexpected failure ({failure.GetType().Name}): {failure.Message}" : Message(failure));
        return code;
    }

    /// <summary>The message without the name of a parameter, which a command line does not have.</summary>
    private static string Message(Exception failure) => failure is ArgumentException { ParamName: { } name }
        ? failure.Message.Replace($" (Parameter '{name}')", "", StringComparison.Ordinal) : failure.Message;
}
