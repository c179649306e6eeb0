using System.ComponentModel;
using System.Diagnostics;

namespace SingleDarts.Core.Tests.PyTorch;

/// <summary>A Python with PyTorch: the one that SINGLEDARTS_PYTHON names, or else the first of the usual names that has it.</summary>
internal static class PythonTorch
{
    private static readonly Lazy<(string? Python, string? WhyNot)> Found = new(Find);

    /// <summary>Why there is none, or null where there is one.</summary>
    public static string? WhyNot => Found.Value.WhyNot;

    /// <summary>Runs one of the scripts beside this file and returns what it printed.</summary>
    public static string Run(string script, params string[] arguments)
    {
        var (code, output, error) = Start(
            Found.Value.Python!, [Path.Combine(Repository.Root, "SingleDarts.Core.Tests", "PyTorch", script), .. arguments]);
        code.Should().Be(0, $"{script} ends well, but says {error}");
        return output;
    }

    private static (string?, string?) Find()
    {
        string? named = Environment.GetEnvironmentVariable("SINGLEDARTS_PYTHON");
        string[] candidates = string.IsNullOrEmpty(named) ? ["python3", "/usr/bin/python3"] : [named];
        foreach (string python in candidates)
        {
            try
            {
                if (Start(python, ["-c", "import torch"]).Code == 0)
                    return (python, null);
            }
            catch (Win32Exception)
            {
                // No such program.
            }
        }
        return (null, $"PyTorch was not found: 'import torch' fails in {string.Join(" and ", candidates)}. Install it (Debian: python3-torch) " +
            "or name an interpreter that has it in SINGLEDARTS_PYTHON.");
    }

    private static (int Code, string Output, string Error) Start(string python, IEnumerable<string> arguments)
    {
        var start = new ProcessStartInfo(python, arguments) { RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment["PYTHONDONTWRITEBYTECODE"] = "1";
        start.Environment["OMP_NUM_THREADS"] = "1";
        using Process process = Process.Start(start)!;
        Task<string> output = process.StandardOutput.ReadToEndAsync(), error = process.StandardError.ReadToEndAsync();
        process.WaitForExit();
        return (process.ExitCode, output.Result, error.Result);
    }
}
