using System.Diagnostics;
using System.Text.Json;
using PaperTables.Slurm;

namespace Benchmarks;

/// <summary>A process that measures steps on request; see <see cref="Worker"/>.</summary>
internal sealed class Contestant : IDisposable
{
    private readonly Process process;

    private Contestant(string name, Process process)
    {
        (Name, this.process) = (name, process);
        Version = Read().GetProperty("version").GetString()!;
    }

    /// <summary>The command that starts this program.</summary>
    public static string[] ThisProgram => Environment.ProcessPath!.EndsWith("dotnet", StringComparison.Ordinal)
        ? [Environment.ProcessPath!, Path.Combine(AppContext.BaseDirectory, "Benchmarks.dll")] : [Environment.ProcessPath!];

    public string Name { get; }

    /// <summary>Of libtorch or PyTorch.</summary>
    public string Version { get; }

    /// <summary>Seconds of every measured step, by round.</summary>
    public List<double[]> Rounds { get; } = [];

    /// <summary>Largest resident memory of the process, with PyTorch on a GPU that of its allocator, in bytes; 0 if not known.</summary>
    public long PeakBytes { get; private set; }

    /// <summary>Starts one; <see langword="null"/> if it needs a PyTorch that is missing.</summary>
    public static Contestant? Start(string mode, StepSettings settings, string python)
    {
        string? interpreter = ProgramPath.Find(python);
        if (interpreter is null && Peer.Is(mode))
            return null;
        string[] command = Peer.Is(mode)
            ? [interpreter!, .. Peer.Command(mode, settings)] : [.. ThisProgram, "worker", mode, .. settings.Arguments];
        try
        {
            var process = Process.Start(new ProcessStartInfo(command[0], command[1..])
            {
                RedirectStandardInput = true,
                RedirectStandardOutput = true,
                RedirectStandardError = Peer.Is(mode),
            })!;
            return new Contestant(mode, process);
        }
        catch (Exception e) when (e is System.ComponentModel.Win32Exception or EndOfStreamException &&
            Peer.Is(mode))
        {
            return null;
        }
    }

    /// <summary>Runs steps and takes their times; a warm-up is not recorded.</summary>
    public void Run(int steps, bool records = true)
    {
        process.StandardInput.WriteLine($"run {steps}");
        JsonElement answer = Read();
        if (records)
            Rounds.Add([.. answer.GetProperty("seconds").EnumerateArray().Select(s => s.GetDouble())]);
        PeakBytes = answer.GetProperty("peakBytes").GetInt64();
    }

    public void Dispose()
    {
        process.StandardInput.Close();
        process.WaitForExit();
        process.Dispose();
    }

    private JsonElement Read() => JsonDocument.Parse(process.StandardOutput.ReadLine() ?? throw new EndOfStreamException(
        $"The process that measures ended: " +
        $"{(process.StartInfo.RedirectStandardError ? process.StandardError.ReadToEnd() : "see its message above")}")).RootElement;
}
