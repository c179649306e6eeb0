using System.Text;

namespace PaperTables.Slurm;

/// <summary>The batch script of a sweep: an array job with one task for each trial, whose index in the plan is that of the task.</summary>
/// <param name="Sweep">The sweep folder, an absolute path.</param>
/// <param name="Program">This program: a file, and if that is the runtime, the assembly after it.</param>
/// <param name="Indices">The trials to run.</param>
/// <param name="Options">What each task asks of Slurm.</param>
/// <param name="RetryFailed">Whether trials that failed are run again.</param>
internal sealed record JobScript(string Sweep, IReadOnlyList<string> Program, IReadOnlyList<int> Indices, SlurmOptions Options,
    bool RetryFailed = false)
{
    /// <exception cref="ArgumentException">Slurm cannot write into a folder of that name.</exception>
    public override string ToString()
    {
        if (Sweep.Any(c => char.IsControl(c) || c == '\\'))
            throw new ArgumentException(
                $"The sweep folder is {Sweep}; Slurm cannot write logs into a folder with a backslash or a control character in its " +
            "name. Rename it.");
        var script = new StringBuilder("#!/bin/bash\n# Written by 'sweep submit'. The index of a task is that of its trial in the plan.\n");
        foreach (string directive in Directives())
            script.Append("#SBATCH ").Append(directive).Append('\n');
        return script.Append('\n').Append(Body).ToString();
    }

    private IEnumerable<string> Directives()
    {
        SlurmOptions o = Options;
        yield return $"--job-name={Bash.Quote(Path.GetFileName(Sweep))}";
        yield return $"--array={ArrayExpression.Format(Indices)}{(o.Throttle is { } throttle ? $"%{throttle}" : "")}";
        yield return $"--output={Bash.Quote(Path.Combine(Sweep, "slurm", "logs").Replace("%", "%%") + "/%A_%a.log")}";
        yield return "--open-mode=append";
        yield return $"--signal=B:USR1@{o.Grace}";
        yield return $"--cpus-per-task={o.Cpus}";
        if (o.Gpus > 0)
            yield return $"--gpus={o.Gpus}";
        if (o.Memory is not null)
            yield return $"--mem={o.Memory}";
        if (o.Time is not null)
            yield return $"--time={o.Time}";
        if (o.Partition is not null)
            yield return $"--partition={o.Partition}";
        if (o.Account is not null)
            yield return $"--account={o.Account}";
        if (o.Requeue)
            yield return "--requeue";
        foreach (string other in o.Others)
            yield return other;
    }

    private string Command =>
        $"{string.Join(' ', Program.Append("sweep").Append("run").Append(Sweep).Select(Bash.Quote))} --index auto --threads " +
        $"\"$OMP_NUM_THREADS\"{(RetryFailed ? " --retry-failed" : "")}";

    private string Body => $$"""
        export OMP_NUM_THREADS="${SLURM_CPUS_PER_TASK:-{{Options.Cpus}}}"
        echo "== task ${SLURM_ARRAY_JOB_ID}_${SLURM_ARRAY_TASK_ID}, restart ${SLURM_RESTART_COUNT:-0}, on $(hostname), $(date -Is)"
        # SIGTERM saves a checkpoint. Before the time limit, Slurm sends USR1 to this shell alone; whatever else ends a task is SIGTERM.
        search= asked= limit=
        stop() { asked=1; [ -z "$search" ] || kill -TERM "$search" 2>/dev/null; }
        trap 'limit=; stop' TERM
        trap 'limit=1; stop' USR1
        {{Command}} &
        search=$!
        [ -z "$asked" ] || stop
        wait "$search"
        while kill -0 "$search" 2>/dev/null; do wait "$search"; done
        wait "$search"
        code=$?
        echo "== ended with $code, $(date -Is)"
        {{(Options.Requeue ? """
        if [ "$code" -eq 143 ] && [ -n "$limit" ]; then
          echo "== near the time limit: back into the queue, to go on from the checkpoint"
          scontrol requeue "$SLURM_JOB_ID" && sleep 60
        fi

        """ : "")}}exit "$code"

        """;
}
