using System.ComponentModel;
using System.Diagnostics;
using System.Text;

namespace PaperTables.Slurm;

/// <summary>Runs a program of the batch system.</summary>
internal static class ExternalProgram
{
    /// <summary>Exit code, standard output and standard error of a program; null if there is no such program.</summary>
    /// <param name="name">Name of the program, which is looked up in PATH and nowhere else.</param>
    /// <param name="input">Text for its standard input, which is empty otherwise.</param>
    /// <param name="arguments">Its arguments.</param>
    public static (int Code, string Output, string Error)? Run(string name, string? input, IEnumerable<string> arguments)
    {
        if (ProgramPath.Find(name) is not { } program)
            return null;
        try
        {
            using Process process = Process.Start(new ProcessStartInfo(program, arguments)
            {
                RedirectStandardInput = true,
                RedirectStandardOutput = true,
                RedirectStandardError = true,
                StandardInputEncoding = new UTF8Encoding(encoderShouldEmitUTF8Identifier: false),
            })!;
            Task<string> error = process.StandardError.ReadToEndAsync(), written = process.StandardOutput.ReadToEndAsync();
            Feed(process.StandardInput, input);
            string output = written.Result;
            process.WaitForExit();
            return (process.ExitCode, output, error.Result);
        }
        catch (Win32Exception)
        {
            return null;
        }
    }

    /// <summary>A program that ends without reading says so by its exit code.</summary>
    private static void Feed(StreamWriter program, string? input)
    {
        try
        {
            program.Write(input);
            program.Close();
        }
        catch (IOException)
        {
        }
    }
}
