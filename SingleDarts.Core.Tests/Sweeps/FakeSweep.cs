using System.Diagnostics;
using System.Globalization;
using System.Text.Json.Nodes;
using SingleDarts.Core.Sweeps;

namespace SingleDarts.Core.Tests.Sweeps;

/// <summary>A sweep whose cells add numbers, slowly and with a checkpoint at each step.</summary>
internal static class FakeSweep
{
    public static SweepPlan Plan(int cells, int steps = 3) => new(new JsonObject { ["name"] = "fake" },
        [new SweepGroup("all", [.. Enumerable.Range(0, cells).Select(number => new Trial(new JsonObject { ["number"] = number, ["steps"] = steps }))])]);

    public static long Sum(Trial cell) => Enumerable.Range(1, Steps(cell)).Sum(step => (long)step * Number(cell) * step);

    public static int Number(Trial cell) => cell.Options["number"]!.GetValue<int>();

    /// <summary>Fails where another process or thread is in the same cell.</summary>
    public static async Task<JsonObject> RunAsync(TrialContext context, TimeSpan pause, CancellationToken cancellationToken)
    {
        Directory.CreateDirectory(context.RunFolder);
        using var alone = new FileStream(Path.Combine(context.RunFolder, ".lock"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        File.AppendAllText(Path.Combine(context.RunFolder, "begun"), "once\n");
        string checkpoint = Path.Combine(context.RunFolder, "checkpoint"), written = checkpoint + ".tmp";
        long[] saved = File.Exists(checkpoint) ? [.. File.ReadAllText(checkpoint).Split(' ').Select(n => long.Parse(n, CultureInfo.InvariantCulture))] : [0, 0];
        var (done, sum) = (saved[0], saved[1]);
        while (done < Steps(context.Cell))
        {
            await Task.Delay(pause, cancellationToken);
            done++;
            sum += done * Number(context.Cell) * done;
            File.WriteAllText(written, string.Create(CultureInfo.InvariantCulture, $"{done} {sum}"));
            File.Move(written, checkpoint, overwrite: true);
            context.Log.WriteLine($"step {done}");
        }
        return new JsonObject { ["sum"] = sum };
    }

    /// <summary>What a process of its own does: all cells in the plan's order or backwards.</summary>
    public static int Work(string folder, string order)
    {
        SweepFolder sweep = SweepFolder.Open(folder, TimeSpan.FromSeconds(5));
        var runner = new SweepRunner(sweep, (context, token) => RunAsync(context, TimeSpan.FromMilliseconds(20), token));
        foreach (Trial cell in order == "backwards" ? sweep.Plan.Cells.Reverse() : sweep.Plan.Cells)
            runner.RunAsync(cell).GetAwaiter().GetResult();
        return 0;
    }

    public static Process Start(string folder, string order) => Process.Start(new ProcessStartInfo(
        "dotnet", [typeof(FakeSweep).Assembly.Location, "sweep", folder, order]))!;

    private static int Steps(Trial cell) => cell.Options["steps"]!.GetValue<int>();
}
