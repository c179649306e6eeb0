using System.Globalization;
using System.Text.RegularExpressions;
using PaperTables.CommandLine;

namespace PaperTables.Slurm;

/// <summary>What each task of the array job asks of Slurm. Null leaves the cluster's default.</summary>
internal sealed partial record SlurmOptions
{
    [CommandOption("--throttle", "Tasks that may run at the same time. Default: as many as fit.")]
    public int? Throttle { get; init; }

    [CommandOption("--time", "Time limit of one task: hh:mm:ss, days-hh:mm:ss or minutes. Default: the partition's.")]
    public string? Time { get; init; }

    [CommandOption("--mem", "Main memory of one task, such as 8G. Default: the cluster's.")]
    public string? Memory { get; init; }

    [CommandOption("--cpus", "CPUs of one task; a search uses as many threads unless its trial names a number.")]
    public int Cpus { get; init; } = 1;

    [CommandOption("--gpus", "GPUs of one task; plan the sweep with --device cuda.")]
    public int Gpus { get; init; }

    [CommandOption("--partition", "Partition, or several by comma. Default: the cluster's.")]
    public string? Partition { get; init; }

    [CommandOption("--account", "Account that is charged. Default: yours.")]
    public string? Account { get; init; }

    [CommandOption("--requeue", "Bring a task back after preemption, a node's failure or its time limit; it resumes from its checkpoint.")]
    public bool Requeue { get; init; }

    [CommandOption("--grace", "Seconds before the time limit at which a task saves its checkpoint.")]
    public int Grace { get; init; } = 120;

    [CommandOption("--sbatch-option", "Another option of sbatch, such as --sbatch-option=--qos=long. May be given again.")]
    public string[] Others { get; init; } = [];

    /// <summary>Finds every fault before anything is written.</summary>
    /// <exception cref="ArgumentException">With all faults.</exception>
    public void Validate()
    {
        var faults = new List<string>();
        if (Throttle < 1)
            faults.Add($"--throttle is {Throttle}; at least one task must run.");
        if (Cpus < 1)
            faults.Add($"--cpus is {Cpus}; a task needs at least one.");
        if (Gpus < 0)
            faults.Add($"--gpus is {Gpus}; 0 asks for none.");
        if (Grace is < 0 or > 65535)
            faults.Add($"--grace is {Grace}; Slurm takes 0 to 65535 seconds.");
        if (Time is not null && Seconds(Time) is not { } seconds)
            faults.Add($"--time is '{Time}'; write hh:mm:ss, days-hh:mm:ss or minutes.");
        else if (Time is not null && Seconds(Time) <= Grace)
            faults.Add(
                $"--time {Time} is not longer than --grace {Grace} s, so that no time is left for the search. Lower --grace or ask for " +
            "more time.");
        foreach ((string name, string? value) in new[] { ("--mem", Memory), ("--partition", Partition), ("--account", Account) })
            if (value is not null && !Word().IsMatch(value))
                faults.Add($"{name} is '{value}'; it must be one word of letters, digits and , . _ - + @.");
        foreach (string other in Others)
            if (!other.StartsWith('-') || other.Any(char.IsControl))
                faults.Add($"--sbatch-option is '{other}'; write one option of sbatch as in a script, such as --sbatch-option=--qos=long.");
        if (faults.Count > 0)
            throw new ArgumentException(string.Join(Environment.NewLine, faults));
    }

    /// <summary>Seconds of a time limit in Slurm's notation; null if it is none.</summary>
    internal static long? Seconds(string time)
    {
        Match match = TimeLimit().Match(time);
        if (!match.Success)
            return null;
        long Part(string name) => match.Groups[name].Success ? long.Parse(match.Groups[name].Value, CultureInfo.InvariantCulture) : 0;
        return 86400 * Part("d") + 3600 * Part("h") + 60 * Part("m") + Part("s");
    }

    /// <summary>minutes, minutes:seconds, hours:minutes:seconds, days-hours, days-hours:minutes, days-hours:minutes:seconds.</summary>
    [GeneratedRegex(
        @"^(?:(?<d>[0-9]{1,6})-(?<h>[0-9]{1,6})(?::(?<m>[0-9]{1,6})(?::(?<s>[0-9]{1,6}))?)?|" +
        @"(?<h>[0-9]{1,6}):(?<m>[0-9]{1,6}):(?<s>[0-9]{1,6})|(?<m>[0-9]{1,6})(?::(?<s>[0-9]{1,6}))?)$",
        RegexOptions.NonBacktracking | RegexOptions.ExplicitCapture)]
    private static partial Regex TimeLimit();

    [GeneratedRegex(@"^[A-Za-z0-9,._+@-]+$", RegexOptions.NonBacktracking)]
    private static partial Regex Word();
}
