using System.Diagnostics;
using SingleDarts.Core.Sweeps;

namespace SingleDarts.Core.Tests.Fixtures;

/// <summary>The sample PaperTables in a process of its own.</summary>
internal static class PaperTablesProcess
{
    public static (int Code, string Output, string Error) Run(params string[] arguments) => RunFinding(null, arguments);

    /// <summary>As <see cref="Run"/>, with <c>PATH</c> of its own for the programs that the sample starts, in a folder.</summary>
    public static (int Code, string Output, string Error) RunFinding(string? path, string[] arguments, string? folder = null)
    {
        using Process process = Start(arguments, path, folder);
        Task<string> error = process.StandardError.ReadToEndAsync();
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return (process.ExitCode, output, error.Result);
    }

    /// <summary>A planned sweep.</summary>
    public static SweepFolder Plan(string path, params string[] arguments)
    {
        var (code, output, error) = Run(["sweep", "plan", .. arguments, "--out", path]);
        code.Should().Be(0, output + error);
        return SweepFolder.Open(path);
    }

    /// <summary>The file of the program.</summary>
    public static string Program => Path.Combine(Repository.Root, "samples", "PaperTables", "bin",
        new DirectoryInfo(AppContext.BaseDirectory).Parent!.Name, "net10.0", "PaperTables.dll");

    public static Process Start(string[] arguments, string? path = null, string? folder = null)
    {
        var start = new ProcessStartInfo("dotnet", [Program, .. arguments])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = folder,
        };
        if (path is not null)
            start.Environment["PATH"] = path;
        return Process.Start(start)!;
    }
}
