using System.Diagnostics;

namespace Benchmarks;

/// <summary>A process of <see cref="CheckWorker"/>, with limits on how long it may say nothing.</summary>
internal sealed class CheckProcess : IDisposable
{
    private const int EndSeconds = 10, KeptLines = 3;
    private readonly Process process;
    private readonly Queue<string> lastErrors = new();
    private string? fault;

    public CheckProcess(string? device, string only, int from)
    {
        string[] onDevice = device is null ? [] : ["--device", device];
        string[] command = [.. Contestant.ThisProgram, "check-worker", "--from", $"{from}", "--only", only, .. onDevice];
        process = Process.Start(new ProcessStartInfo(command[0], command[1..])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        process.ErrorDataReceived += (_, e) => Hear(e.Data);
        process.BeginErrorReadLine();
    }

    /// <summary>The next event, or <see langword="null"/> if the process has ended or says nothing any more.</summary>
    /// <param name="limit">How long it may say nothing.</param>
    public CheckEvent? Read(TimeSpan limit)
    {
        while (true)
        {
            Task<string?> line = process.StandardOutput.ReadLineAsync();
            if (!line.Wait(limit))
            {
                fault = $"nothing was heard for {limit.TotalSeconds:F0} s; the process was ended";
                process.Kill(entireProcessTree: true);
                return null;
            }
            if (line.Result is not { } text)
                return null;
            if (CheckEvent.Of(text) is { } said)
                return said;
        }
    }

    /// <summary>Why the process did not end as it should, or <see langword="null"/>.</summary>
    public string? End()
    {
        if (fault is null && !process.WaitForExit(TimeSpan.FromSeconds(EndSeconds)))
        {
            fault = $"the process does not end within {EndSeconds} s";
            process.Kill(entireProcessTree: true);
        }
        process.WaitForExit();
        if (fault is null && process.ExitCode != 0)
            lock (lastErrors)
            {
                string signal = process.ExitCode > 128 ? $" (signal {process.ExitCode - 128})" : "";
                fault = $"the process ended with exit code {process.ExitCode}{signal}: {string.Join(" | ", lastErrors)}";
            }
        return fault;
    }

    public void Dispose() => process.Dispose();

    private void Hear(string? line)
    {
        if (string.IsNullOrWhiteSpace(line))
            return;
        Console.Error.WriteLine(line);
        lock (lastErrors)
        {
            lastErrors.Enqueue(line.Trim());
            while (lastErrors.Count > KeptLines)
                lastErrors.Dequeue();
        }
    }
}
