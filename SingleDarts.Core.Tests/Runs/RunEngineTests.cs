using System.Text.Json.Nodes;
using SingleDarts.Core.Data;
using SingleDarts.Core.Runs;
using SingleDarts.Core.Runtime;
using SingleDarts.Core.Search;
using SingleDarts.Core.Training;
using static TorchSharp.torch;

namespace SingleDarts.Core.Tests.Runs;

/// <summary>One policy for searches and trainings.</summary>
public class RunEngineTests
{
    [Fact]
    public async Task The_number_of_threads_is_set_recorded_and_free_to_change_at_a_resume()
    {
        using var folder = new TemporaryFolder();
        using ClassificationDataset data = Small.Data();
        using BatchSource train = TrainingSetup.Source(16);
        int before = get_num_threads();
        try
        {
            var threads = new Threads();
            await Small.Search(data).WithThreads(2).ObservedBy(threads).SavingTo(folder["search"]).RunAsync();
            await NetworkTraining.Of(new TrainingNetwork(TrainingSetup.Classes)).On(train).For(1, 8).WithThreads(3).ObservedBy(threads)
                .SavingTo(folder["training"]).RunAsync();
            File.Delete(folder["search/checkpoint/latest.safetensors"]);
            await Small.Search(data).WithThreads(1).ObservedBy(threads).ResumingFrom(folder["search"]).RunAsync();
            threads.Seen.Should().Equal(2, 3, 1);
            Recorded(folder["search"]).Should().Be(2);
            Recorded(folder["training"]).Should().Be(3);
        }
        finally
        {
            set_num_threads(before);
        }
        Small.Search(data).WithThreads(0).Invoking(s => s.Build()).Should().Throw<InvalidRunException>()
            .WithMessage("*number of threads is 0*");
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_search_that_diverges_in_its_first_epoch_keeps_the_checkpoint_of_its_start(bool byAlpha)
    {
        using var folder = new TemporaryFolder();
        using ClassificationDataset data = Small.Data();
        var thrown = (await FluentActions.Awaiting(() => Small.Search(data).ObservedBy(new Spoiler(epoch: 0, step: 3, byAlpha))
            .SavingTo(folder["run"]).RunAsync()).Should().ThrowAsync<RunDivergedException>()).Which;
        thrown.Message.Should().Contain($"The search diverged in epoch 1, step 4: {thrown.What}").And.Contain(folder["run/checkpoint"]);
        thrown.What.Should().StartWith(byAlpha ? "α of cell 'cell'" : "the weight 'stem.");
        thrown.Checkpoint.Should().Be(folder["run/checkpoint"]);
        var (tensors, metadata) = SafeTensorsFile.Read(folder["run/checkpoint/latest.safetensors"]);
        (metadata["epoch"], metadata["step"]).Should().Be(("0", "0"));
        tensors.Values.Where(t => t.is_floating_point()).Should().OnlyContain(t => t.isfinite().all().item<bool>());
        SearchResult resumed = await Small.Search(data).ResumingFrom(folder["run"]).RunAsync();
        Small.Alpha(resumed).Should().Equal(Small.Alpha(await Small.Search(data).RunAsync()));
    }

    [Fact]
    public async Task Parameters_that_are_spoilt_before_an_interruption_are_not_saved()
    {
        using var folder = new TemporaryFolder();
        using ClassificationDataset data = Small.Data();
        using var stop = new CancellationTokenSource();
        await FluentActions.Awaiting(() => Small.Search(data).ObservedBy(new Spoiler(epoch: 1, step: 1, byAlpha: false))
            .SavingTo(folder["run"])
            .ReportingTo(Immediately.At(6, stop.Cancel)).RunAsync(stop.Token)).Should().ThrowAsync<RunDivergedException>()
                .WithMessage("*epoch 2, step 2*");
        SafeTensorsFile.Read(folder["run/checkpoint/latest.safetensors"]).Metadata["epoch"].Should().Be("1");
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task No_batch_is_made_that_no_step_takes(bool prefetch)
    {
        using ClassificationDataset data = Small.Data();
        var transform = new CountingTransform();
        Run<EpochReport, SearchResult> search = Small.Search(data).Augmenting(transform).With(o => o with { Prefetch = prefetch }).Build();
        transform.Calls = 0;
        await search.RunAsync();
        transform.Calls.Should().Be(3 * 4);

        using BatchSource train = TrainingSetup.Source(transform: transform);
        Run<TrainingEpochReport, TrainingResult> training = NetworkTraining.Of(new TrainingNetwork(TrainingSetup.Classes))
            .On(train).For(3, 8)
            .With(o => o with { Prefetch = prefetch }).Build();
        transform.Calls = 0;
        await training.RunAsync();
        transform.Calls.Should().Be(3 * 3);
    }

    [Fact]
    public async Task A_checkpoint_of_the_start_is_saved_by_searches_and_trainings()
    {
        using var folder = new TemporaryFolder();
        using ClassificationDataset data = Small.Data();
        using BatchSource train = TrainingSetup.Source();
        using var network = new TrainingNetwork(TrainingSetup.Classes);
        async Task Fails<T>(Task<T> run) => await FluentActions.Awaiting(() => run).Should().ThrowAsync<InvalidOperationException>()
            .WithMessage("*'Crash'*");
        await Fails(Small.Search(data).ObservedBy(new Crash()).SavingTo(folder["search"]).RunAsync());
        await Fails(NetworkTraining.Of(network).On(train).For(1, 8).ObservedBy(new Crash()).SavingTo(folder["training"]).RunAsync());
        foreach (string run in new[] { "search", "training" })
            SafeTensorsFile.Read(folder[$"{run}/checkpoint/latest.safetensors"]).Metadata["epoch"].Should().Be("0");
    }

    [Fact]
    public async Task A_checkpoint_of_another_network_is_named_with_its_tensor()
    {
        using var folder = new TemporaryFolder();
        using ClassificationDataset data = Small.Data();
        await Small.Search(data).SavingTo(folder["run"]).RunAsync();
        string latest = folder["run/checkpoint/latest.safetensors"];
        var (tensors, metadata) = SafeTensorsFile.Read(latest);
        var changed = tensors.Where(t => t.Key != "weights/alpha.cell").ToDictionary(t => t.Key, t => t.Value);
        SafeTensorsFile.Write(latest, changed, metadata);
        await FluentActions.Awaiting(() => Small.Search(data).ResumingFrom(folder["run"]).RunAsync()).Should()
            .ThrowAsync<InvalidDataException>()
            .WithMessage(
                "The checkpoint in *checkpoint does not fit the run, in 'weights/': 'alpha.cell' has shape [none]; expected [6, 5]*");
    }

    [Fact]
    public void A_progress_bar_that_is_piped_writes_a_line_for_each_epoch()
    {
        using var writer = new StringWriter();
        var bar = new ConsoleProgressBar(writer);
        for (int epoch = 1; epoch <= 2; epoch++)
            for (int step = 1; step <= 3; step++)
                bar.Report(new RunProgress(epoch, 2, step, 3));
        string[] lines = writer.ToString().Split('\n', StringSplitOptions.RemoveEmptyEntries);
        lines.Should().HaveCount(2);
        lines[0].Should().StartWith("[###############...............] epoch 1/2, step 3/3");
        lines[1].Should().StartWith("[##############################] epoch 2/2, step 3/3");
    }

    private static int Recorded(string run) =>
        JsonNode.Parse(File.ReadAllText(Path.Combine(run, "options.json")))!["threads"]!.GetValue<int>();

    private sealed class Threads : IRunObserver
    {
        public List<int> Seen { get; } = [];

        public void OnStarted(RunMoment moment) => Seen.Add(get_num_threads());
    }

    /// <summary>Ends the process as far as the run can tell.</summary>
    private sealed class Crash : IRunObserver
    {
        public void OnStepStarting(RunMoment moment) => throw new InvalidTimeZoneException();
    }

    private sealed class Spoiler(int epoch, int step, bool byAlpha) : ISearchObserver
    {
        public void OnStep(SearchMoment moment, Core.Schemes.StepOutcome outcome)
        {
            if ((moment.Epoch, moment.Step) != (epoch, step))
                return;
            using var _ = no_grad();
            using Scalar poison = Scalars.Of(double.NaN);
            (byAlpha ? moment.Context.Supernet.Architecture["cell"] : moment.Context.Supernet.Weights[0].Parameter).fill_(poison);
        }
    }

    private sealed class CountingTransform : IBatchTransform
    {
        private int calls;

        public int Calls
        {
            get => calls;
            set => calls = value;
        }

        public Tensor Apply(Tensor inputs, Generator generator, ScalarType dtype)
        {
            Interlocked.Increment(ref calls);
            return inputs.to(dtype).Over(255);
        }
    }
}
