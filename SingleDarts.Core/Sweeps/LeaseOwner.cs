using System.Diagnostics;
using System.Text.Json.Serialization;
using SingleDarts.Core.Runtime;

namespace SingleDarts.Core.Sweeps;

/// <summary>The process that holds a lease, as the lease's file names it.</summary>
/// <param name="Host">Name of its machine.</param>
/// <param name="Kernel">Boot and process namespace on Linux: a process number means something only if they are the same.</param>
/// <param name="Process">Number of the process.</param>
/// <param name="ProcessStarted">When the process began (UTC).</param>
/// <param name="Acquired">When it took the trial (UTC).</param>
/// <param name="StaleAfterSeconds">The lease is void after this time without a heartbeat.</param>
/// <param name="State"><see cref="Held"/> or <see cref="Free"/>, of one length, so that a lease is given up without a byte more of
/// disk.</param>
internal sealed record LeaseOwner(
    string Host, string Kernel, int Process, DateTime ProcessStarted, DateTime Acquired, double StaleAfterSeconds, string State)
{
    public const string Held = "held", Free = "free";
    public static readonly TimeSpan ShortestSilence = TimeSpan.FromSeconds(1), LongestSilence = TimeSpan.FromDays(1);
    private static readonly TimeSpan ClockSlack = TimeSpan.FromSeconds(5);
    private static readonly Lazy<string> ThisKernel = new(ReadKernel);

    public static LeaseOwner Current(TimeSpan staleAfter)
    {
        using Process process = System.Diagnostics.Process.GetCurrentProcess();
        return new(Environment.MachineName, ThisKernel.Value, process.Id, process.StartTime.ToUniversalTime(), DateTime.UtcNow,
            staleAfter.TotalSeconds, Held);
    }

    /// <summary><see cref="StaleAfterSeconds"/>, whatever the file says, within the times that a runner can be given.</summary>
    [JsonIgnore]
    public TimeSpan StaleAfter => StaleAfterSeconds >= LongestSilence.TotalSeconds ? LongestSilence
        : StaleAfterSeconds >= ShortestSilence.TotalSeconds ? TimeSpan.FromSeconds(StaleAfterSeconds) : ShortestSilence;

    /// <summary>Whether the process is known to have ended: it ran on this kernel and no longer exists.</summary>
    [JsonIgnore]
    public bool IsKnownDead => (Host, Kernel) == (Environment.MachineName, ThisKernel.Value) && !IsAlive();

    public override string ToString() => $"{Quoted.Shorten(Host)}, process {Process}";

    private bool IsAlive()
    {
        try
        {
            using Process process = System.Diagnostics.Process.GetProcessById(Process);
            return (process.StartTime.ToUniversalTime() - ProcessStarted).Duration() < ClockSlack && !IsZombie();
        }
        catch (Exception e) when (e is ArgumentException or InvalidOperationException)
        {
            return false;
        }
        catch (Exception e) when (e is System.ComponentModel.Win32Exception or IOException or NotSupportedException)
        {
            return true;
        }
    }

    /// <summary>
    /// A killed process whose parent has not asked for its end: it holds nothing and never will. While other threads of it are still
    /// ending, it holds its files.
    /// </summary>
    private bool IsZombie()
    {
        string file = $"/proc/{Process}/stat";
        return OperatingSystem.IsLinux() && File.Exists(file) && File.ReadAllText(file) is var stat &&
            stat[(stat.LastIndexOf(')') + 1)..].TrimStart().StartsWith('Z') &&
                Directory.GetDirectories($"/proc/{Process}/task").Length <= 1;
    }

    private static string ReadKernel()
    {
        try
        {
            return OperatingSystem.IsLinux()
                ? $"{File.ReadAllText("/proc/sys/kernel/random/boot_id").Trim()} {new FileInfo("/proc/self/ns/pid").LinkTarget}"
                : "";
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return Guid.NewGuid().ToString();
        }
    }
}
