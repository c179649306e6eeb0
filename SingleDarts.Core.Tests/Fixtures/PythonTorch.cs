using System.ComponentModel;
using System.Diagnostics;

namespace SingleDarts.Core.Tests.Fixtures;

/// <summary>A Python with PyTorch: the one that SINGLEDARTS_PYTHON names, or else the first of the usual names that has it.</summary>
internal static class PythonTorch
{
    private static readonly Lazy<(string? Python, string? WhyNot)> Found = new(Find);

    private static readonly Lazy<Process> Bridge = new(() =>
    {
        ProcessStartInfo command = Command(Found.Value.Python!, [Script("bridge.py")]);
        command.RedirectStandardInput = true;
        return Process.Start(command)!;
    });

    /// <summary>Why there is none, or null where there is one.</summary>
    public static string? WhyNot => Found.Value.WhyNot;

    /// <summary>Runs one of the scripts beside this file and returns what it printed.</summary>
    public static string Run(string script)
    {
        var (code, output, error) = Start(Found.Value.Python!, [Script(script)]);
        code.Should().Be(0, $"{script} ends well, but says {error}");
        return output;
    }

    /// <summary>Has bridge.py run jobs. One process serves all tests, since PyTorch takes a second to load; it ends with the tests'
    /// input.</summary>
    public static void RunJobs(string file)
    {
        Bridge.Value.StandardInput.WriteLine(file);
        Bridge.Value.StandardInput.Flush();
        Bridge.Value.StandardOutput.ReadLine().Should().Be("done");
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
        return (
            null,
            $"PyTorch was not found: 'import torch' fails in {string.Join(" and ", candidates)}. Install it (Debian: python3-torch) " +
            "or name an interpreter that has it in SINGLEDARTS_PYTHON.");
    }

    private static string Script(string name) => Path.Combine(Repository.Root, "SingleDarts.Core.Tests", "PyTorch", name);

    private static ProcessStartInfo Command(string python, IEnumerable<string> arguments) => new(python, arguments)
    {
        RedirectStandardOutput = true,
        Environment = { ["PYTHONDONTWRITEBYTECODE"] = "1", ["OMP_NUM_THREADS"] = "1" },
    };

    private static (int Code, string Output, string Error) Start(string python, IEnumerable<string> arguments)
    {
        ProcessStartInfo command = Command(python, arguments);
        command.RedirectStandardError = true;
        using Process process = Process.Start(command)!;
        Task<string> output = process.StandardOutput.ReadToEndAsync(), error = process.StandardError.ReadToEndAsync();
        process.WaitForExit();
        return (process.ExitCode, output.Result, error.Result);
    }
}
