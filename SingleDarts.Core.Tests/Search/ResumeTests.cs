using SingleDarts.Core.Data;
using SingleDarts.Core.Runs;
using SingleDarts.Core.Runtime;
using SingleDarts.Core.Schemes;
using SingleDarts.Core.Search;
using SingleDarts.Core.Spaces;
using static TorchSharp.torch;

namespace SingleDarts.Core.Tests.Search;

public class ResumeTests
{
    private static readonly IOptimizationScheme[] AllSchemes =
    [
        OptimizationSchemes.SingleLevel, OptimizationSchemes.BiLevel, OptimizationSchemes.BiLevelSecondOrder,
        OptimizationSchemes.SameSubset,
    ];

    public static TheoryData<int, int> Interruptions()
    {
        var cases = new TheoryData<int, int>();
        for (int scheme = 0; scheme < AllSchemes.Length; scheme++)
            foreach (int steps in new[] { scheme is 0 or 3 ? 4 : 2, 1, 5 })
                cases.Add(scheme, steps);
        return cases;
    }

    [Trait("Category", "Slow")]
    [Theory]
    [MemberData(nameof(Interruptions))]
    public async Task Resumed_search_ends_bit_for_bit_where_the_uninterrupted_one_does(int scheme, int stepsBeforeInterruption)
    {
        using var folder = new TemporaryFolder();
        using ClassificationDataset data = Small.Data();
        ArchitectureSearch Search() => Small.Search(data, AllSchemes[scheme]).Augmenting(
            ImageAugmentation.Cifar10Search with { CropPadding = 1, CutoutLength = 2 });
        SearchResult whole = await Search().SavingTo(folder["whole"]).RunAsync();

        using var stop = new CancellationTokenSource();
        await FluentActions.Awaiting(() => Search().SavingTo(folder["cut"])
            .ReportingTo(Immediately.At(stepsBeforeInterruption, stop.Cancel))
            .RunAsync(stop.Token)).Should().ThrowAsync<OperationCanceledException>();
        Scramble();
        SearchResult resumed = await Search().ResumingFrom(folder["cut"]).RunAsync();

        Small.Alpha(resumed).Should().Equal(Small.Alpha(whole));
        resumed.Epochs.Select(Numbers).Should().Equal(whole.Epochs.Select(Numbers));
        TrainingSetup.SameTensors(folder["whole/checkpoint/latest.safetensors"], folder["cut/checkpoint/latest.safetensors"]);
    }

    [Trait("Category", "Slow")]
    [Fact]
    public async Task A_search_of_edges_that_differ_resumes_bit_for_bit_and_never_with_other_edges()
    {
        using var folder = new TemporaryFolder();
        using ClassificationDataset data = Small.Data();
        ArchitectureSearch Search(SearchSpace space) => ArchitectureSearch.In(space).On(data).Deriving(new TopEdges())
            .UpdatingArchitecture(o => o.Adam(0.01, 0.5, 0.999, weightDecay: 1e-3)).For(epochs: 3, batchSize: 10).WithSeed(1);
        SearchResult whole = await Search(Restricted.Small).SavingTo(folder["whole"]).RunAsync();
        using var stop = new CancellationTokenSource();
        await FluentActions.Awaiting(() => Search(Restricted.Small).SavingTo(folder["cut"])
            .ReportingTo(Immediately.At(5, stop.Cancel))
            .RunAsync(stop.Token)).Should().ThrowAsync<OperationCanceledException>();
        Scramble();
        SearchResult resumed = await Search(Restricted.Small).ResumingFrom(folder["cut"]).RunAsync();

        Small.Alpha(resumed).Should().Equal(Small.Alpha(whole));
        resumed.Epochs.Select(Numbers).Should().Equal(whole.Epochs.Select(Numbers));
        whole.Epochs.Should().OnlyContain(epoch =>
            Restricted.Excluded.All(c => epoch.Architecture["cell"].OperationWeights[c.Edge, c.Operation] == 0));
        Restricted.Small.Cells[0].Validate(whole.Epochs[^1].Genotype["cell"]);
        await FluentActions.Awaiting(() => Search(Restricted.Small.Allow("cell", 1, "nor_conv_3x3")).ResumingFrom(folder["cut"]).RunAsync())
            .Should().ThrowAsync<InvalidRunException>()
            .WithMessage("*space.cells.cell.allowed.2<-0 was [\"nor_conv_1x1\"] and is [\"nor_conv_3x3\"]*");
        await FluentActions.Awaiting(() => Search(Small.Space).ResumingFrom(folder["cut"]).RunAsync())
            .Should().ThrowAsync<InvalidRunException>().WithMessage("*space.cells.cell.allowed was*and is absent*");
    }

    [Trait("Category", "Slow")]
    [Fact]
    public async Task Search_that_is_cancelled_at_random_moments_again_and_again_ends_where_the_uninterrupted_one_does()
    {
        using var folder = new TemporaryFolder();
        using ClassificationDataset data = Small.Data();
        SearchResult whole = await Small.Search(data).For(20, 10).RunAsync();
        var moments = new Random(4);
        int cancelled = 0;
        SearchResult? result = null;
        for (bool begun = false; result is null; begun |= File.Exists(folder["run/options.json"]))
        {
            using var stop = new CancellationTokenSource(moments.Next(0, 250));
            ArchitectureSearch search = Small.Search(data).For(20, 10);
            try
            {
                result = await (begun ? search.ResumingFrom(folder["run"]) : search.SavingTo(folder["run"])).RunAsync(stop.Token);
            }
            catch (OperationCanceledException)
            {
                cancelled++;
            }
        }
        cancelled.Should().BeGreaterThan(1);
        Small.Alpha(result).Should().Equal(Small.Alpha(whole));
        result.Epochs.Select(Numbers).Should().Equal(whole.Epochs.Select(Numbers));
    }

    [Fact]
    public async Task Resume_after_a_crash_between_checkpoints_repeats_the_lost_epochs()
    {
        using var folder = new TemporaryFolder();
        using ClassificationDataset data = Small.Data();
        SearchResult whole = await Small.Search(data).SavingTo(folder["run"]).RunAsync();
        File.Delete(folder["run/checkpoint/latest.safetensors"]);
        File.Delete(folder["run/genotype.json"]);
        await File.AppendAllTextAsync(folder["run/epochs.jsonl"], "{\"epoch\": 4, \"half-writ");

        SearchResult resumed = await Small.Search(data).ResumingFrom(folder["run"]).RunAsync();

        Small.Alpha(resumed).Should().Equal(Small.Alpha(whole));
        File.ReadAllLines(folder["run/epochs.jsonl"]).Should().HaveCount(3);
        File.Exists(folder["run/genotype.json"]).Should().BeTrue();
    }

    [Fact]
    public async Task A_finished_run_resumes_to_its_result_at_once()
    {
        using var folder = new TemporaryFolder();
        using ClassificationDataset data = Small.Data();
        SearchResult whole = await Small.Search(data).SavingTo(folder["run"]).RunAsync();
        int steps = 0;
        SearchResult again = await Small.Search(data).ResumingFrom(folder["run"]).ReportingTo(new Immediately(_ => steps++)).RunAsync();
        steps.Should().Be(0);
        again.Genotype.Should().Be(whole.Genotype);
    }

    [Fact]
    public async Task A_damaged_latest_checkpoint_falls_back_to_the_previous_one()
    {
        using var folder = new TemporaryFolder();
        using ClassificationDataset data = Small.Data();
        SearchResult whole = await Small.Search(data).SavingTo(folder["run"]).RunAsync();
        string latest = folder["run/checkpoint/latest.safetensors"];
        byte[] bytes = File.ReadAllBytes(latest);
        bytes[^100] ^= 1;
        File.WriteAllBytes(latest, bytes);
        SearchResult resumed = await Small.Search(data).ResumingFrom(folder["run"]).RunAsync();
        Small.Alpha(resumed).Should().Equal(Small.Alpha(whole));
    }

    [Fact]
    public async Task Two_damaged_checkpoints_are_named_and_left_alone()
    {
        using var folder = new TemporaryFolder();
        using ClassificationDataset data = Small.Data();
        await Small.Search(data).SavingTo(folder["run"]).RunAsync();
        foreach (string name in new[] { "latest", "previous" })
        {
            string path = folder[$"run/checkpoint/{name}.safetensors"];
            File.WriteAllBytes(path, File.ReadAllBytes(path)[..1000]);
        }
        await FluentActions.Awaiting(() => Small.Search(data).ResumingFrom(folder["run"]).RunAsync())
            .Should().ThrowAsync<InvalidDataException>().WithMessage("*latest.safetensors*previous.safetensors*");
        File.Exists(folder["run/checkpoint/latest.safetensors"]).Should().BeTrue();
    }

    [Fact]
    public async Task Another_seed_data_or_batch_size_is_refused_with_each_difference()
    {
        using var folder = new TemporaryFolder();
        using ClassificationDataset data = Small.Data(), other = Small.Data(seed: 2);
        await Small.Search(data).SavingTo(folder["run"]).RunAsync();
        await FluentActions.Awaiting(() => Small.Search(other).For(3, 8).WithSeed(5).ResumingFrom(folder["run"]).RunAsync())
            .Should().ThrowAsync<InvalidRunException>()
                .WithMessage("*data.sha256*search.batchSize was 10 and is 8*search.seed was 1 and is 5*");
    }

    [Fact]
    public async Task Other_settings_of_parts_are_refused_by_the_name_of_the_setting()
    {
        using var folder = new TemporaryFolder();
        using ClassificationDataset data = Small.Data();
        ArchitectureSearch Search(double weight, double rate, double portion) =>
            Small.Search(data).For(1, 5).Penalizing(new ZeroOneLoss(weight))
            .UpdatingWeights(o => o.Sgd(rate)).Using(new BiLevelScheme { TrainPortion = portion });
        await Search(10, 0.01, 0.5).SavingTo(folder["run"]).RunAsync();
        await FluentActions.Awaiting(() => Search(5, 0.02, 0.6).ResumingFrom(folder["run"]).RunAsync()).Should()
            .ThrowAsync<InvalidRunException>()
            .WithMessage(
                "*search.scheme.trainPortion was 0.5 and is 0.6*search.weightOptimizer.optimizer.learningRate was 0.01 and is 0.02*" +
                "search.penalties[0].weight was 10 and is 5*");
    }

    [Fact]
    public async Task Data_of_other_class_names_are_refused_and_data_without_names_are_not()
    {
        using var folder = new TemporaryFolder();
        using ClassificationDataset data = Small.Data();
        ClassificationDataset Named(params string[] names) => new(data.Inputs.clone(), data.Labels.clone(), 3, data.Name, names);
        using ClassificationDataset fruit = Named("apple", "banana", "cherry"), other = Named("apple", "cherry", "banana");
        await Small.Search(fruit).SavingTo(folder["run"]).RunAsync();
        await FluentActions.Awaiting(() => Small.Search(other).ResumingFrom(folder["run"]).RunAsync()).Should()
            .ThrowAsync<InvalidRunException>()
            .WithMessage("*data.classNames was [\"apple\",\"banana\",\"cherry\"] and is [\"apple\",\"cherry\",\"banana\"]*");
        await Small.Search(data).ResumingFrom(folder["run"]).RunAsync();
    }

    [LinuxFact("Making symbolic links needs a privilege elsewhere.")]
    public async Task Checkpoints_behind_a_link_to_nothing_are_named_and_no_epoch_is_lost()
    {
        using var folder = new TemporaryFolder();
        using ClassificationDataset data = Small.Data();
        await Small.Search(data).SavingTo(folder["run"]).RunAsync();
        Directory.Move(folder["run/checkpoint"], folder["scratch"]);
        Directory.CreateSymbolicLink(folder["run/checkpoint"], "../unmounted");
        await FluentActions.Awaiting(() => Small.Search(data).ResumingFrom(folder["run"]).RunAsync()).Should()
            .ThrowAsync<IOException>()
            .WithMessage("*checkpoint' is a symbolic link to '../unmounted'*");
        File.ReadAllLines(folder["run/epochs.jsonl"]).Should().HaveCount(3);
    }

    [Trait("Category", "Slow")]
    [Theory]
    [InlineData("{\"formatVersion\": 99}", "*format version 99*version 2*")]
    [InlineData("{\"formatVersion\": \"x\"}", "*format version \"x\"*")]
    [InlineData("[]", "*format version none*")]
    [InlineData("not json", "*not JSON*")]
    public async Task An_options_file_of_another_version_or_damaged_is_refused(string content, string message)
    {
        using var folder = new TemporaryFolder();
        using ClassificationDataset data = Small.Data();
        await Small.Search(data).SavingTo(folder["run"]).RunAsync();
        File.WriteAllText(folder["run/options.json"], content);
        await FluentActions.Awaiting(() => Small.Search(data).ResumingFrom(folder["run"]).RunAsync())
            .Should().ThrowAsync<InvalidRunException>().WithMessage(message);
    }

    [Fact]
    public async Task A_folder_that_holds_a_run_is_not_overwritten_and_an_empty_one_cannot_be_resumed()
    {
        using var folder = new TemporaryFolder();
        using ClassificationDataset data = Small.Data();
        await Small.Search(data).SavingTo(folder["run"]).RunAsync();
        await FluentActions.Awaiting(() => Small.Search(data).SavingTo(folder["run"]).RunAsync())
            .Should().ThrowAsync<IOException>().WithMessage("*holds a run*");
        await FluentActions.Awaiting(() => Small.Search(data).ResumingFrom(folder["none"]).RunAsync())
            .Should().ThrowAsync<IOException>().WithMessage("*holds no run*");
    }

    /// <summary>Uses up global random numbers, as other code in the process might.</summary>
    private static void Scramble()
    {
        TorchRuntime.EnsureLoaded();
        random.manual_seed(99);
        rand(17).Dispose();
    }

    private static string Numbers(EpochReport report) => RunJson.Write(report with { Seconds = 0, DataSeconds = 0 });
}
