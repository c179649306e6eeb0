using System.Globalization;
using System.Text.RegularExpressions;

namespace PaperTables.Slurm;

/// <summary>What each task of the array job asks of Slurm. Null leaves the cluster's default.</summary>
/// <param name="Throttle">Tasks that may run at the same time.</param>
/// <param name="Time">Time limit of one task, in Slurm's notation.</param>
/// <param name="Memory">Main memory of one task, such as 8G.</param>
/// <param name="Cpus">CPUs of one task; as many threads are used.</param>
/// <param name="Gpus">GPUs of one task; 0 asks for none.</param>
/// <param name="Partition">Partition, or several by comma.</param>
/// <param name="Account">Account that is charged.</param>
/// <param name="Requeue">Whether a task comes back after preemption, a node's failure or its time limit.</param>
/// <param name="Grace">Seconds before the time limit at which a task is asked to save its checkpoint.</param>
/// <param name="Others">Options of sbatch that are passed on as they are.</param>
internal sealed partial record SlurmOptions(
    int? Throttle = null, string? Time = null, string? Memory = null, int Cpus = 1, int Gpus = 0, string? Partition = null, string? Account = null,
    bool Requeue = false, int Grace = 120, params IReadOnlyList<string> Others)
{
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
            faults.Add($"--time {Time} is not longer than --grace {Grace} s, so that no time is left for the search. Lower --grace or ask for more time.");
        foreach ((string name, string? value) in new[] { ("--mem", Memory), ("--partition", Partition), ("--account", Account) })
            if (value is not null && !Word().IsMatch(value))
                faults.Add($"{name} is '{value}'; it must be one word of letters, digits and , . _ - + @.");
        foreach (string other in Others)
            if (!other.StartsWith('-') || other.Any(char.IsControl))
                faults.Add($"--sbatch-option is '{other}'; write one option of sbatch as in a script, such as --sbatch-option=--qos=long.");
        if (faults.Count > 0)
            throw new ArgumentException(string.Join(Environment.NewLine, faults));
    }

    /// <summary>Seconds of a time limit in Slurm's notation; null where it is none.</summary>
    internal static long? Seconds(string time)
    {
        Match match = TimeLimit().Match(time);
        if (!match.Success)
            return null;
        long Part(string name) => match.Groups[name].Success ? long.Parse(match.Groups[name].Value, CultureInfo.InvariantCulture) : 0;
        return 86400 * Part("d") + 3600 * Part("h") + 60 * Part("m") + Part("s");
    }

    /// <summary>minutes, minutes:seconds, hours:minutes:seconds, days-hours, days-hours:minutes, days-hours:minutes:seconds.</summary>
    [GeneratedRegex(@"^(?:(?<d>\d{1,6})-(?<h>\d{1,6})(?::(?<m>\d{1,6})(?::(?<s>\d{1,6}))?)?|(?<h>\d{1,6}):(?<m>\d{1,6}):(?<s>\d{1,6})|(?<m>\d{1,6})(?::(?<s>\d{1,6}))?)$",
        RegexOptions.ECMAScript | RegexOptions.ExplicitCapture)]
    private static partial Regex TimeLimit();

    [GeneratedRegex(@"^[A-Za-z0-9,._+@-]+$")]
    private static partial Regex Word();
}
