using SingleDarts.Core.Data;
using SingleDarts.Core.Schemes;
using SingleDarts.Core.Search;

namespace SingleDarts.Core.Tests.Diagnostics;

public class RecordsTests
{
    private static readonly string[] Kinds =
    [
        "gradient-correlation", "operation-gradients", "operation-probabilities", "hessian-eigenvalue", "collapse-indicators",
        "genotype-accuracy",
    ];

    public static TheoryData<int, int> Interruptions()
    {
        var cases = new TheoryData<int, int>();
        foreach (int scheme in new[] { 0, 1 })
            foreach (int steps in new[] { 1, 2, 3, 4, 5 })
                cases.Add(scheme, steps);
        return cases;
    }

    [Trait("Category", "Slow")]
    [Theory]
    [MemberData(nameof(Interruptions))]
    public async Task Resumed_search_ends_with_the_very_files_of_the_uninterrupted_one(int scheme, int stepsBeforeInterruption)
    {
        using var folder = new TemporaryFolder();
        using ClassificationDataset data = Small.Data();
        ArchitectureSearch Search() => Small.Search(data, scheme == 0 ? OptimizationSchemes.SingleLevel : OptimizationSchemes.BiLevel)
            .With(Every.Diagnostic());
        await Search().SavingTo(folder["whole"]).RunAsync();
        using var stop = new CancellationTokenSource();
        await FluentActions.Awaiting(() => Search().SavingTo(folder["cut"])
            .ReportingTo(Immediately.At(stepsBeforeInterruption, stop.Cancel))
            .RunAsync(stop.Token)).Should().ThrowAsync<OperationCanceledException>();
        await Search().ResumingFrom(folder["cut"]).RunAsync();
        SameFiles(folder["whole"], folder["cut"]);
    }

    [Trait("Category", "Slow")]
    [Fact]
    public async Task Records_made_after_the_checkpoint_are_cut_off_and_made_again()
    {
        using var folder = new TemporaryFolder();
        using ClassificationDataset data = Small.Data();
        await Small.Search(data).With(Every.Diagnostic()).SavingTo(folder["run"]).RunAsync();
        var before = Kinds.ToDictionary(kind => kind, kind => File.ReadAllText(Record(folder["run"], kind)));
        File.Delete(folder["run/checkpoint/latest.safetensors"]);
        await File.AppendAllTextAsync(Record(folder["run"], Kinds[0]), "{\"epoch\":4,\"st");
        await Small.Search(data).With(Every.Diagnostic()).ResumingFrom(folder["run"]).RunAsync();
        foreach (string kind in Kinds)
            File.ReadAllText(Record(folder["run"], kind)).Should().Be(before[kind], kind);
    }

    [Trait("Category", "Slow")]
    [Fact]
    public async Task A_run_killed_before_its_first_checkpoint_begins_its_records_anew()
    {
        using var folder = new TemporaryFolder();
        using ClassificationDataset data = Small.Data();
        await Small.Search(data).With(Every.Diagnostic()).SavingTo(folder["run"]).RunAsync();
        string before = File.ReadAllText(Record(folder["run"], "operation-probabilities"));
        Directory.Delete(folder["run/checkpoint"], recursive: true);
        await Small.Search(data).With(Every.Diagnostic()).ResumingFrom(folder["run"]).RunAsync();
        File.ReadAllText(Record(folder["run"], "operation-probabilities")).Should().Be(before);
    }

    [Fact]
    public async Task Records_of_the_observer_are_those_of_the_file_after_a_resume_and_without_a_folder()
    {
        using var folder = new TemporaryFolder();
        using ClassificationDataset data = Small.Data();
        ArchitectureSearch Search(SingleDarts.Core.Diagnostics.CollapseIndicators watch) => Small.Search(data).ObservedBy(watch);
        SingleDarts.Core.Diagnostics.CollapseIndicators whole = new(), cut = new(), bare = new();
        await Search(whole).SavingTo(folder["run"]).RunAsync();
        File.Delete(folder["run/checkpoint/latest.safetensors"]);
        await Search(cut).ResumingFrom(folder["run"]).RunAsync();
        await Search(bare).RunAsync();
        whole.Records.Should().HaveCount(3);
        cut.Records.Should().BeEquivalentTo(whole.Records, o => o.WithStrictOrdering());
        bare.Records.Should().BeEquivalentTo(whole.Records, o => o.WithStrictOrdering());
    }

    [Trait("Category", "Slow")]
    [Fact]
    public async Task A_damaged_line_before_the_last_is_named_and_nothing_is_lost()
    {
        using var folder = new TemporaryFolder();
        using ClassificationDataset data = Small.Data();
        await Small.Search(data).With(Every.Diagnostic()).SavingTo(folder["run"]).RunAsync();
        string file = Record(folder["run"], "operation-gradients");
        string[] lines = File.ReadAllLines(file);
        lines[1] = "{\"step\": 4}";
        File.WriteAllLines(file, lines);
        await FluentActions.Awaiting(() => Small.Search(data).With(Every.Diagnostic()).ResumingFrom(folder["run"]).RunAsync())
            .Should().ThrowAsync<InvalidDataException>().WithMessage("Line 2 of *operation-gradients.jsonl*");
        File.ReadAllLines(file).Should().HaveCount(3);
    }

    [Fact]
    public async Task Diagnostics_can_join_and_leave_at_a_resume()
    {
        using var folder = new TemporaryFolder();
        using ClassificationDataset data = Small.Data();
        await Small.Search(data).SavingTo(folder["run"]).RunAsync();
        File.Delete(folder["run/checkpoint/latest.safetensors"]);
        await Small.Search(data).With(Every.Diagnostic()).ResumingFrom(folder["run"]).RunAsync();
        File.ReadAllLines(Record(folder["run"], "collapse-indicators")).Should().HaveCount(1);
        await Small.Search(data).ResumingFrom(folder["run"]).RunAsync();
    }

    private static string Record(string run, string kind) => Path.Combine(run, "diagnostics", kind + ".jsonl");

    private static void SameFiles(string whole, string cut)
    {
        foreach (string kind in Kinds)
            File.ReadAllText(Record(cut, kind)).Should().Be(File.ReadAllText(Record(whole, kind)), kind);
        Directory.GetFiles(Path.Combine(whole, "diagnostics")).Should().HaveCount(Kinds.Length);
    }
}
