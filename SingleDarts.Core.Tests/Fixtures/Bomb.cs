using System.Diagnostics;
using SingleDarts.Core.Data;
using SingleDarts.Core.Diagnostics;
using SingleDarts.Core.Runs;
using SingleDarts.Core.Runtime;
using SingleDarts.Core.Spaces;
using SingleDarts.Core.Sweeps;
using static TorchSharp.torch;

namespace SingleDarts.Core.Tests.Fixtures;

/// <summary>Reads a file in a process of its own, which says what came of it and the most memory that it took.</summary>
internal static class Bomb
{
    private static readonly Dictionary<string, Action<string>> Readers = new()
    {
        ["folder"] = path => ImageFolder.Load(path, new() { UseCache = false, Resize = (8, 8), Parallelism = 8 }).Dispose(),
        ["images"] = path => ReadAll(path),
        ["idx"] = path => IdxFiles.Load(path, path.Replace("images", "labels")).Dispose(),
        ["cifar"] = path => CifarBinary.Load10(path).Dispose(),
        ["table"] = path => NasBench201Table.Load(path),
        ["weights"] = path => SafeTensorsFile.Read(path),
        ["run"] = path => RecordedRun.Open(path),
        ["sweep"] = path => SweepFolder.Open(path).Status(),
    };

    /// <summary>What the process does.</summary>
    public static int Read(string reader, string path)
    {
        TorchRuntime.EnsureLoaded();
        try
        {
            Readers[reader](path);
            Console.WriteLine("read");
        }
        catch (Exception e)
        {
            Console.WriteLine($"{e.GetType().Name}: {e.Message}");
        }
        Console.WriteLine($"peak {MemoryUsage.Now().PeakResidentBytes >> 20}");
        return 0;
    }

    /// <summary>What came of reading, and the peak in megabytes; about 160 are those of .NET and libtorch.</summary>
    public static (string Said, int Megabytes) Run(string reader, string path, params (string Name, string Value)[] environment)
    {
        var start = new ProcessStartInfo("dotnet", [typeof(Bomb).Assembly.Location, "read", reader, path])
        {
            RedirectStandardOutput = true,
        };
        foreach (var (name, value) in environment)
            start.Environment[name] = value;
        using Process process = Process.Start(start)!;
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        int peak = output.LastIndexOf("peak ", StringComparison.Ordinal);
        peak.Should().BeGreaterThanOrEqualTo(0, "the process ends by itself");
        return (output[..peak], int.Parse(output[(peak + 5)..]));
    }

    private static void ReadAll(string path)
    {
        using var source = new ImageFolderSource(path, ImageFolderSourceOptions.ImageNetTest with { Parallelism = 8 }, CPU);
        using var generator = new Generator(1, CPU);
        source.Get([.. Enumerable.Range(0, (int)source.Count).Select(i => (long)i)], generator);
    }
}
