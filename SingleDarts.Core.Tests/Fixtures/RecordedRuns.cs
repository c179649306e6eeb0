using SingleDarts.Core.Data;
using SingleDarts.Core.Operations;
using SingleDarts.Core.Search;
using SingleDarts.Core.Spaces;

namespace SingleDarts.Core.Tests.Fixtures;

/// <summary>Run folders of tiny searches, made once for a class of tests.</summary>
public sealed class RecordedRuns : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public RecordedRuns()
    {
        using ClassificationDataset images = GeneratedImages.Create(160, seed: 1), data = images.Resize(8, 8);
        SearchSpace benchmark = SearchSpaces.NasBench201(data.Classes, 2, 1, 3, 8, 8);
        SearchSpace darts = SearchSpace.Define("two-inputs").Input(3, 8, 8).Classes(data.Classes)
            .Operation("hop", Blocks.Skip, isLearnable: false)
            .Operation("conv", c => new ReluConvBatchNorm(c, 3))
            .Cell(nodes: 2, inputs: 2, output: CellOutput.Concatenation).Stages(2).Channels(2).ReductionCells().Build();
        ArchitectureSearch.In(benchmark).On(data).For(1, 32).With(Every.Diagnostic()).SavingTo(Benchmark).RunAsync().Wait();
        ArchitectureSearch.In(darts).On(data).For(1, 32).SavingTo(Darts).RunAsync().Wait();
        foreach (string file in new[] { "options.json", "epochs.jsonl" })
            Write(Path.Combine(Stopped, file), File.ReadAllText(Path.Combine(Benchmark, file)));
        Write(Path.Combine(Begun, "options.json"), File.ReadAllText(Path.Combine(Darts, "options.json")));
        Write(Table, string.Join(
            '\n', ["arch,cifar10_valid,cifar10_test,cifar100_valid,cifar100_test,imagenet16_valid,imagenet16_test,index",
            .. NasBench201Genotypes.EnumerateAll().Select((g, i) => NasBench201Genotypes.IsValid(g)
                ? FormattableString.Invariant($"{g},11,{i / 200.0},2,3,4,5,{i}") : $"{g},10,10,1,1,0.8333,0.8333,{i}")]));
    }

    /// <summary>Every diagnostic.</summary>
    public string Benchmark => folder["benchmark"];

    /// <summary>Two kinds of cells, no diagnostics.</summary>
    public string Darts => folder["darts"];

    /// <summary>NAS-Bench-201 without diagnostics and without an end.</summary>
    public string Stopped => folder["stopped"];

    /// <summary>No epoch yet.</summary>
    public string Begun => folder["begun"];

    /// <summary>A table whose CIFAR-10 test accuracy is the cell's number over 200, or chance if the cell does not see the input.</summary>
    public string Table => folder["table.csv"];

    public string Empty => Directory.CreateDirectory(folder["empty"]).FullName;

    /// <summary>A copy of the unfinished run with one file changed.</summary>
    public string Changed(string file, Func<string, string> change)
    {
        string copy = folder[Guid.NewGuid().ToString("N")];
        foreach (string name in new[] { "options.json", "epochs.jsonl" })
            Write(Path.Combine(copy, name), File.ReadAllText(Path.Combine(Stopped, name)));
        Write(Path.Combine(copy, file), change(File.Exists(Path.Combine(copy, file)) ? File.ReadAllText(Path.Combine(copy, file)) : ""));
        return copy;
    }

    public void Dispose() => folder.Dispose();

    private static void Write(string file, string text)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        File.WriteAllText(file, text);
    }
}
