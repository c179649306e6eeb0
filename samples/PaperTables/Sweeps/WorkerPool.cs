using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using PaperTables.CommandLine;
using SingleDarts.Core.Runtime;
using SingleDarts.Core.Sweeps;

namespace PaperTables.Sweeps;

/// <summary>Runs the trials of a sweep side by side, each in a process of its own, so that the crash of one does not take the
/// others.</summary>
internal sealed class WorkerPool(SweepFolder sweep, int workers, bool retryFailed, int threads)
{
    private const int MostCrashes = 3;

    /// <summary>Of what a process said, the last is kept, in case that it crashes.</summary>
    private const int KeptCharacters = 1 << 16;

    private readonly ConcurrentQueue<int> waiting = new(Enumerable.Range(0, sweep.Plan.Trials.Count));
    private readonly ConcurrentDictionary<int, int> crashes = new();

    /// <summary>Whether a trial could not be run and neither that be recorded; its process said why.</summary>
    private volatile bool isTroubled;

    /// <param name="sweep">The sweep.</param>
    /// <param name="workers">How many at a time.</param>
    /// <param name="retryFailed">Whether trials that failed are run again.</param>
    /// <param name="threads">CPU threads of each.</param>
    /// <param name="cancellationToken">Ends the trials with checkpoints.</param>
    /// <exception cref="OperationCanceledException">Cancelled; the sweep can be resumed.</exception>
    public static async Task<int> RunAsync(SweepFolder sweep, int workers, bool retryFailed, int threads,
        CancellationToken cancellationToken)
    {
        var pool = new WorkerPool(sweep, workers, retryFailed, threads);
        do
            await Task.WhenAll(Enumerable.Range(0, workers).Select(_ => Task.Run(() => pool.WorkAsync(cancellationToken))));
        while (!cancellationToken.IsCancellationRequested && !pool.isTroubled && pool.FindsMore());
        SweepStatus status = sweep.Status();
        Terminal.WriteLine(status.ToString());
        SweepCommand.PrintFailures(sweep, status, Console.Error);
        return cancellationToken.IsCancellationRequested
            ? throw new OperationCanceledException("The sweep was interrupted; the same command resumes it.")
            : status.Count(TrialState.Failed) > 0 || pool.isTroubled ? ExitCode.Failure : ExitCode.Success;
    }

    /// <summary>Looks again for trials that others have given up in the meantime.</summary>
    private bool FindsMore()
    {
        foreach (TrialStatus trial in sweep.Status().Trials.Where(trial => trial.State is TrialState.Open or TrialState.Interrupted))
            waiting.Enqueue(trial.Index);
        return !waiting.IsEmpty;
    }

    private async Task WorkAsync(CancellationToken cancellationToken)
    {
        while (!cancellationToken.IsCancellationRequested && waiting.TryDequeue(out int index))
        {
            TrialState state = sweep.StatusOf(index).State;
            if (state is TrialState.Done or TrialState.Running || (state == TrialState.Failed && !retryFailed))
                continue;
            var (code, errors) = await RunChildAsync(index, cancellationToken);
            if (code == ExitCode.BadInput)
                isTroubled = true;
            else if (code is not (ExitCode.Success or ExitCode.Failure) && !cancellationToken.IsCancellationRequested)
                Crashed(index, code, errors);
        }
    }

    private void Crashed(int index, int code, string errors)
    {
        if (crashes.AddOrUpdate(index, 1, (_, count) => count + 1) < MostCrashes)
        {
            waiting.Enqueue(index);
            return;
        }
        using TrialLease? lease = sweep.TryLease(sweep.Plan.Trials[index], retryFailed);
        lease?.Fail($"Its process ended with code {code}, {MostCrashes} times (137 is a kill, often for want of memory).", errors);
    }

    private async Task<(int Code, string Errors)> RunChildAsync(int index, CancellationToken cancellationToken)
    {
        using Process child = Process.Start(Command(index))!;
        using var stop = cancellationToken.Register(child.StandardInput.Close);
        Task<string> errors = PumpAsync(child.StandardError, Console.Error), output = PumpAsync(child.StandardOutput, Console.Out);
        await Task.WhenAll(errors, output);
        await child.WaitForExitAsync(CancellationToken.None);
        return (child.ExitCode, await errors);
    }

    /// <summary>This program once more, for one trial. It stops when this process does, however that ends, because its input
    /// ends.</summary>
    private ProcessStartInfo Command(int index)
    {
        string program = Environment.ProcessPath!;
        bool isHost = Path.GetFileNameWithoutExtension(program) == "dotnet";
        string number = index.ToString(CultureInfo.InvariantCulture), share = threads.ToString(CultureInfo.InvariantCulture);
        return new ProcessStartInfo(program,
        [
            .. isHost ? new[] { Environment.GetCommandLineArgs()[0] } : [], "sweep", "run", sweep.Path, "--index", number,
            "--threads", share,
            "--stale-after", sweep.StaleAfter.TotalSeconds.ToString(CultureInfo.InvariantCulture), "--stop-at-end-of-input",
            .. retryFailed ? new[] { "--retry-failed" } : [],
        ])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            Environment =
            {
                ["OMP_NUM_THREADS"] = share,
                [ReadLimits.TensorBytes.Variable] =
                    Math.Max(1, ReadLimits.TensorBytes.Value / workers).ToString(CultureInfo.InvariantCulture),
            },
        };
    }

    private static async Task<string> PumpAsync(StreamReader from, TextWriter to)
    {
        var text = new StringWriter();
        while (await from.ReadLineAsync() is { } line)
        {
            to.WriteLine(Quoted.Escape(line));
            text.WriteLine(line);
            if (text.GetStringBuilder() is { Length: > 2 * KeptCharacters } all)
                all.Remove(0, all.Length - KeptCharacters);
        }
        return text.ToString();
    }
}
