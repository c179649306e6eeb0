using System.Reflection;
using System.Text.Json;
using System.Text.Json.Nodes;
using SingleDarts.Core.Runtime;

namespace SingleDarts.Core.Sweeps;

/// <summary>
/// A sweep on disk: <c>sweep.json</c>, <c>trials/</c>, <c>leases/</c>, <c>running/</c>, <c>done/</c> and <c>failed/</c>. Any number of
/// processes, also of several machines that share the folder, may work on it at the same time. A symbolic link inside the folder is
/// rejected with an <see cref="IOException"/> that names it, by every member that reads, writes or names the file; the folder itself may be
/// a link.
/// </summary>
public sealed class SweepFolder
{
    internal const int FormatVersion = 1;

    private SweepFolder(string path, SweepPlan plan)
    {
        Files = new GuardedFolder(path);
        Plan = plan;
    }

    /// <summary>Full path of the folder.</summary>
    public string Path => Files.Path;

    /// <summary>The trials to run.</summary>
    public SweepPlan Plan { get; }

    /// <summary>
    /// After this time without a heartbeat, another runner takes a trial of a process on another machine; on one machine, the end of a
    /// process is seen at once. A lease carries the value of the runner that made it.
    /// </summary>
    /// <value>5 minutes.</value>
    public TimeSpan StaleAfter { get; private init; } = TimeSpan.FromMinutes(5);

    /// <summary>Writes a plan into a folder that holds no sweep.</summary>
    /// <param name="path">The folder; made if it is missing.</param>
    /// <param name="plan">At least one trial, groups of different names.</param>
    /// <exception cref="ArgumentException">The plan has no trial, or two groups of one name.</exception>
    /// <exception cref="IOException">The folder holds a sweep, or cannot be written.</exception>
    public static SweepFolder Create(string path, SweepPlan plan)
    {
        ArgumentNullException.ThrowIfNull(plan);
        if (plan.Trials.Count == 0)
            throw new ArgumentException("The plan has no trial; a sweep needs at least one.", nameof(plan));
        if (plan.Groups.GroupBy(group => group.Name).FirstOrDefault(same => same.Count() > 1) is { } twice)
            throw new ArgumentException($"The plan has {twice.Count()} groups named '{twice.Key}'; give each a name of its own.",
                nameof(plan));
        var folder = new SweepFolder(path, plan);
        if (File.Exists(folder.SweepFile))
            throw new IOException($"The folder {folder.Path} holds a sweep; run it, or choose another folder.");
        foreach (string part in new[] { "trials", "leases", "running", "done", "failed" })
            folder.Files.CreateFolder(part);
        foreach (Trial trial in plan.Trials)
            AtomicFile.Write(folder.TrialFile(trial.Hash), CanonicalJson.ForReaders(trial.Options));
        AtomicFile.Write(folder.SweepFile, CanonicalJson.ForReaders(new JsonObject
        {
            ["formatVersion"] = FormatVersion,
            ["library"] = typeof(SweepFolder).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion,
            ["definition"] = plan.Definition.DeepClone(),
            ["groups"] = new JsonObject(plan.Groups.Select(group => KeyValuePair.Create<string, JsonNode?>(
                group.Name, new JsonArray([.. group.Trials.Select(trial => (JsonNode)trial.Hash)])))),
        }));
        return folder;
    }

    /// <summary>Opens a folder and holds every trial against its name.</summary>
    /// <param name="path">The folder.</param>
    /// <param name="staleAfter"><see cref="StaleAfter"/> of leases made here, 1 second to 1 day; 5 minutes if
    /// <see langword="null"/>.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="staleAfter"/> is outside its range.</exception>
    /// <exception cref="IOException">The folder holds no sweep, or cannot be read.</exception>
    /// <exception cref="InvalidDataException">A file is damaged, of another version, or edited; the message lists every such
    /// trial.</exception>
    public static SweepFolder Open(string path, TimeSpan? staleAfter = null)
    {
        ArgumentNullException.ThrowIfNull(path);
        if (staleAfter is { } time && (time < LeaseOwner.ShortestSilence || time > LeaseOwner.LongestSilence))
            throw new ArgumentOutOfRangeException(nameof(staleAfter), time, "Expected 1 second to 1 day.");
        string full = System.IO.Path.GetFullPath(path), file = new GuardedFolder(full).PathOf("sweep.json");
        if (!File.Exists(file))
            throw new FileNotFoundException($"The folder {full} holds no sweep (there is no sweep.json); plan one first.");
        try
        {
            JsonObject sweep = CanonicalJson.Read(file);
            if (!JsonNode.DeepEquals(sweep["formatVersion"], FormatVersion))
                throw new InvalidDataException(
                    $"{file} has format version {Quoted.Shorten(sweep["formatVersion"]?.ToJsonString() ?? "none")}; this library reads " +
                    $"version {FormatVersion}. Use the library that planned it.");
            if (sweep["groups"] is not JsonObject { Count: > 0 } groups || sweep["definition"] is not JsonObject definition)
                throw new JsonException("It has no groups, or no definition.");
            var folder = new SweepFolder(full, new SweepPlan(definition, []));
            string[] hashes = [.. groups.SelectMany(g => g.Value!.AsArray()).Select(h => h!.GetValue<string>()).Distinct()];
            if (Array.Find(hashes, hash => !Trial.IsHash(hash)) is { } other)
                throw new JsonException($"{Quoted.Of(other)} is no name of a trial; expected 16 hexadecimal digits.");
            Dictionary<string, Trial> trials = folder.ReadTrials(hashes);
            return new SweepFolder(full, new SweepPlan((JsonObject)definition.DeepClone(),
                [.. groups.Select(g => new SweepGroup(g.Key, [.. g.Value!.AsArray().Select(h => trials[h!.GetValue<string>()])]))]))
            {
                StaleAfter = staleAfter ?? folder.StaleAfter,
            };
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or NullReferenceException)
        {
            throw new InvalidDataException($"{file} cannot be read: {e.Message} Restore it, or plan the sweep again in another folder.", e);
        }
    }

    /// <summary>Where the run of a trial keeps what it needs to resume.</summary>
    /// <param name="trial">A trial of the plan.</param>
    public string RunFolder(Trial trial) => In("running", Given.NotNull(trial).Hash);

    /// <summary>The log of a trial's attempts.</summary>
    /// <param name="trial">A trial of the plan.</param>
    public string RunLog(Trial trial) => In("running", Given.NotNull(trial).Hash + ".log");

    /// <summary>The file that a trial's result appears in.</summary>
    /// <param name="trial">A trial of the plan.</param>
    public string ResultFile(Trial trial) => In("done", Given.NotNull(trial).Hash + ".json");

    /// <summary>The file that says why a trial failed.</summary>
    /// <param name="trial">A trial of the plan.</param>
    public string FailureFile(Trial trial) => In("failed", Given.NotNull(trial).Hash + ".json");

    /// <summary>The log of a trial that failed.</summary>
    /// <param name="trial">A trial of the plan.</param>
    public string FailureLog(Trial trial) => In("failed", Given.NotNull(trial).Hash + ".log");

    /// <summary>What the run of a trial gave.</summary>
    /// <param name="trial">A trial of the plan.</param>
    /// <returns><see langword="null"/> while the trial is not done.</returns>
    /// <exception cref="InvalidDataException">The file is damaged.</exception>
    public JsonObject? ReadResult(Trial trial)
    {
        ArgumentNullException.ThrowIfNull(trial);
        JsonObject? file;
        try
        {
            file = Read(ResultFile(trial));
        }
        catch (InvalidDataException e)
        {
            throw new InvalidDataException($"{e.Message} Or run the sweep, which runs the trial again.", e);
        }
        if (file is null)
            return null;
        return file["result"] as JsonObject is { } result && JsonNode.DeepEquals(file["options"], trial.Options) ? result
            : throw new InvalidDataException(
            $"{ResultFile(trial)} has no result, or one of other options than the trial's; restore it, or run the sweep, which runs the " +
            "trial again.");
    }

    /// <summary>Why the saved result cannot be read; <see langword="null"/> if it can, or if there is none.</summary>
    /// <param name="trial">A trial of the plan.</param>
    public string? ResultFault(Trial trial)
    {
        try
        {
            ReadResult(trial);
            return null;
        }
        catch (Exception e) when (e is InvalidDataException or UnauthorizedAccessException)
        {
            return e.Message;
        }
    }

    /// <summary>How far every trial is.</summary>
    /// <exception cref="InvalidDataException">The file of a failure is damaged.</exception>
    public SweepStatus Status() => new([.. Plan.Trials.Select((_, index) => StatusOf(index))]);

    /// <summary>How far one trial is.</summary>
    /// <param name="index">Its number in the order of the plan, from 0.</param>
    /// <exception cref="InvalidDataException">The file of its failure is damaged.</exception>
    public TrialStatus StatusOf(int index)
    {
        Trial trial = Plan.Trials[index];
        var (attempts, owner, isHeld) = new Leases(In("leases"), StaleAfter).Last(trial.Hash);
        string? unread = ResultFault(trial);
        TrialState state = File.Exists(ResultFile(trial)) && unread is null ? TrialState.Done
            : isHeld ? TrialState.Running
            : File.Exists(FailureFile(trial)) ? TrialState.Failed
            : attempts > 0 && unread is null ? TrialState.Interrupted : TrialState.Open;
        return new TrialStatus(index, trial, state, attempts, owner?.ToString(),
            state == TrialState.Failed ? Read(FailureFile(trial))?["message"]?.ToString() : unread);
    }

    /// <summary>Takes a trial for this process, unless it is done or failed or another process has it. A result that cannot be read is
    /// moved aside, to a name that ends with <c>.unreadable</c>.</summary>
    /// <param name="trial">A trial of the plan.</param>
    /// <param name="retryFailed">Whether to take a trial that failed.</param>
    /// <returns><see langword="null"/> if it cannot be taken.</returns>
    /// <exception cref="IOException">The folder cannot be written.</exception>
    public TrialLease? TryLease(Trial trial, bool retryFailed = false)
    {
        ArgumentNullException.ThrowIfNull(trial);
        var leases = new Leases(In("leases"), StaleAfter);
        if (IsOver() || leases.TryTake(trial.Hash) is not { } taken)
            return null;
        var lease = new TrialLease(this, leases, trial, taken);
        // Another may have ended it between the look and the lease.
        if (IsOver())
        {
            lease.Dispose();
            return null;
        }
        if (File.Exists(ResultFile(trial)))
            File.Move(ResultFile(trial), ResultFile(trial) + ".unreadable", overwrite: true);
        return lease;

        // Listed rather than asked for by name: a file server's client remembers longer that a name was missing.
        bool IsOver() => (Listed("done") && ResultFault(trial) is null) || (!retryFailed && Listed("failed"));
        bool Listed(string part) => Directory.EnumerateFiles(In(part), trial.Hash + ".json").Any();
    }

    internal GuardedFolder Files { get; }

    private string SweepFile => In("sweep.json");

    private string TrialFile(string hash) => In("trials", hash + ".json");

    private string In(string folder, string name = "") => Files.PathOf(System.IO.Path.Combine(folder, name));

    private Dictionary<string, Trial> ReadTrials(string[] hashes)
    {
        var trials = new Dictionary<string, Trial>();
        var faults = new List<string>();
        foreach (string hash in hashes)
        {
            if (Read(TrialFile(hash), faults) is not { } options)
                continue;
            trials[hash] = new Trial(options);
            if (trials[hash].Hash != hash)
                faults.Add($"{TrialFile(hash)} was edited: its content has the name {trials[hash].Hash}.");
        }
        return faults.Count == 0 ? trials : throw new InvalidDataException(
            $"The trials of {Path} are not those that were planned:\n- {string.Join("\n- ", faults)}\nRestore them, or plan another " +
            "sweep with the options that you want.");
    }

    private static JsonObject? Read(string file, List<string> faults)
    {
        try
        {
            JsonObject? read = Read(file);
            if (read is null)
                faults.Add($"{file} is missing.");
            return read;
        }
        catch (InvalidDataException e)
        {
            faults.Add(e.Message);
            return null;
        }
    }

    private static JsonObject? Read(string file)
    {
        try
        {
            return File.Exists(file) ? CanonicalJson.Read(file) : null;
        }
        catch (JsonException e)
        {
            throw new InvalidDataException($"{file} cannot be read: {e.Message} Restore it.", e);
        }
    }
}
