using System.Diagnostics;

namespace SingleDarts.Core.Tests.Samples;

/// <summary>The sample PaperTables in a process of its own.</summary>
internal static class PaperTablesProcess
{
    public static (int Code, string Output, string Error) Run(params string[] arguments)
    {
        using Process process = Start(arguments);
        Task<string> error = process.StandardError.ReadToEndAsync();
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return (process.ExitCode, output, error.Result);
    }

    public static Process Start(string[] arguments)
    {
        string configuration = new DirectoryInfo(AppContext.BaseDirectory).Parent!.Name;
        string sample = Path.Combine(Repository.Root, "samples", "PaperTables", "bin", configuration, "net10.0");
        return Process.Start(new ProcessStartInfo("dotnet", [Path.Combine(sample, "PaperTables.dll"), .. arguments])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
    }
}
