using System.Text.Json;
using SingleDarts.Core.Runtime;

namespace Benchmarks;

/// <summary>
/// Runs all checks in a process of their own and prints one line for each. If that process ends in the middle, the check that it was in has
/// failed, and another one goes on behind it.
/// </summary>
internal sealed class DeviceCheckCommand(string? device, string only, string? json, int limitSeconds)
{
    private const string End = "end of the process";
    private static readonly JsonSerializerOptions Format = new()
    {
        WriteIndented = true,
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };
    private readonly Dictionary<int, CheckEvent> results = [];
    private readonly IReadOnlyList<string> names = CheckWorker.Names(only);

    public int Run()
    {
        for (int next = 0; next < names.Count;)
        {
            using var process = new CheckProcess(device, only, next);
            CheckEvent? begun = null;
            while (process.Read(TimeSpan.FromSeconds(limitSeconds)) is { } said)
                if (said.Outcome is null)
                    Begin(begun = said);
                else
                {
                    if (begun is null)
                        Begin(said);
                    begun = null;
                    Keep(said);
                }
            string? fault = process.End();
            if (begun is null && results.Count == names.Count)
            {
                Begin(new CheckEvent(names.Count, End));
                Keep(new CheckEvent(names.Count, End, fault is null ? CheckEvent.Passed : CheckEvent.Failed, 0, fault ?? "exit code 0"));
                break;
            }
            // Between two checks, or before the first, it ended where the next one would have been.
            begun ??= Unfinished();
            Keep(begun with { Outcome = CheckEvent.Failed, Detail = fault ?? "the process ended before the check did" });
            next = begun.Index + 1;
        }
        return Summarize();
    }

    private CheckEvent Unfinished()
    {
        int index = Enumerable.Range(0, names.Count).First(i => !results.ContainsKey(i));
        var begun = new CheckEvent(index, names[index]);
        Begin(begun);
        return begun;
    }

    private static void Begin(CheckEvent begun)
    {
        Console.Write($"{begun.Name} ... ");
        Console.Out.Flush();
    }

    private void Keep(CheckEvent result)
    {
        results[result.Index] = result;
        Console.WriteLine($"{result.Outcome} ({result.Seconds:F1} s)");
        if (json is not null)
            GuardedFolder.WriteFile(json, stream => JsonSerializer.Serialize(
                stream, new { device, checks = results.Values.OrderBy(r => r.Index) }, Format));
    }

    private int Summarize()
    {
        Console.WriteLine();
        foreach (CheckEvent result in results.Values.OrderBy(r => r.Index))
            Console.WriteLine($"{result.Outcome,-8} {result.Name}: {result.Detail}");
        int Number(string outcome) => results.Values.Count(r => r.Outcome == outcome);
        Console.WriteLine();
        Console.WriteLine($"{Number(CheckEvent.Passed)} passed, {Number(CheckEvent.Failed)} failed, {Number(CheckEvent.Skipped)} skipped");
        return Number(CheckEvent.Failed) == 0 && Number(CheckEvent.Passed) > 0 ? 0 : 1;
    }
}
