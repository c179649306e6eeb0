using System.Diagnostics;
using System.Globalization;
using System.Text.Json.Nodes;
using SingleDarts.Core.Sweeps;

namespace SingleDarts.Core.Tests.Fixtures;

/// <summary>A sweep whose trials add numbers, slowly and with a checkpoint at each step.</summary>
internal static class FakeSweep
{
    public static SweepPlan Plan(int trials, int steps = 3) => new(new JsonObject { ["name"] = "fake" },
        [new SweepGroup("all", [.. Enumerable.Range(0, trials)
            .Select(number => new Trial(new JsonObject { ["number"] = number, ["steps"] = steps }))])]);

    public static long Sum(Trial trial) => Enumerable.Range(1, Steps(trial)).Sum(step => (long)step * Number(trial) * step);

    public static int Number(Trial trial) => trial.Options["number"]!.GetValue<int>();

    /// <summary>Fails where another process or thread is in the same trial.</summary>
    public static async Task<JsonObject> RunAsync(TrialContext context, TimeSpan pause, CancellationToken cancellationToken)
    {
        Directory.CreateDirectory(context.RunFolder);
        using var alone = new FileStream(Path.Combine(context.RunFolder, ".lock"), FileMode.OpenOrCreate, FileAccess.ReadWrite,
            FileShare.None);
        File.AppendAllText(Path.Combine(context.RunFolder, "begun"), "once\n");
        string checkpoint = Path.Combine(context.RunFolder, "checkpoint"), written = checkpoint + ".tmp";
        long[] saved = File.Exists(checkpoint)
            ? [.. File.ReadAllText(checkpoint).Split(' ').Select(n => long.Parse(n, CultureInfo.InvariantCulture))] : [0, 0];
        var (done, sum) = (saved[0], saved[1]);
        while (done < Steps(context.Trial))
        {
            await Task.Delay(pause, cancellationToken);
            done++;
            sum += done * Number(context.Trial) * done;
            File.WriteAllText(written, string.Create(CultureInfo.InvariantCulture, $"{done} {sum}"));
            File.Move(written, checkpoint, overwrite: true);
            context.Log.WriteLine($"step {done}");
        }
        return new JsonObject { ["sum"] = sum };
    }

    /// <summary>What a process of its own does: all trials in the plan's order or backwards.</summary>
    public static int Work(string folder, string order)
    {
        SweepFolder sweep = SweepFolder.Open(folder, TimeSpan.FromSeconds(5));
        var runner = new SweepRunner(sweep, (context, token) => RunAsync(context, TimeSpan.FromMilliseconds(20), token));
        foreach (Trial trial in order == "backwards" ? sweep.Plan.Trials.Reverse() : sweep.Plan.Trials)
            runner.RunAsync(trial).GetAwaiter().GetResult();
        return 0;
    }

    public static Process Start(string folder, string order) => Process.Start(new ProcessStartInfo(
        "dotnet", [typeof(FakeSweep).Assembly.Location, "sweep", folder, order]))!;

    private static int Steps(Trial trial) => trial.Options["steps"]!.GetValue<int>();
}
