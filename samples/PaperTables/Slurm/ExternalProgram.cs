using System.ComponentModel;
using System.Diagnostics;

namespace PaperTables.Slurm;

/// <summary>Runs a program of the batch system.</summary>
internal static class ExternalProgram
{
    /// <summary>Exit code, standard output and standard error of a program; null where there is no such program.</summary>
    public static (int Code, string Output, string Error)? Run(string name, params IEnumerable<string> arguments)
    {
        try
        {
            using Process process = Process.Start(
                new ProcessStartInfo(name, arguments) { RedirectStandardOutput = true, RedirectStandardError = true })!;
            Task<string> error = process.StandardError.ReadToEndAsync();
            string output = process.StandardOutput.ReadToEnd();
            process.WaitForExit();
            return (process.ExitCode, output, error.Result);
        }
        catch (Win32Exception)
        {
            return null;
        }
    }
}
