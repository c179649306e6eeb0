using SingleDarts.Core.Data;
using SingleDarts.Core.Runs;
using SingleDarts.Core.Training;
using static SingleDarts.Core.Tests.Fixtures.TrainingSetup;
using static TorchSharp.torch;

namespace SingleDarts.Core.Tests.Training;

public class TrainingResumeTests
{
    [Trait("Category", "Slow")]
    [Theory]
    [InlineData(1, false)]
    [InlineData(2, false)]
    [InlineData(3, false)]
    [InlineData(5, false)]
    [InlineData(5, true)]
    [InlineData(8, false)]
    [InlineData(9, false)]
    public async Task Resumed_training_ends_bit_for_bit_where_the_uninterrupted_one_does(int stepsBeforeInterruption, bool streams)
    {
        using var folder = new TemporaryFolder();
        using BatchSource train = Source(transform: Augmentation), test = Source(10, seed: 2);
        TrainingResult whole = await Everything(train, test).SavingTo(folder["whole"]).RunAsync();

        using var stop = new CancellationTokenSource();
        await FluentActions.Awaiting(() => Everything(train, test).With(o => o with { Prefetch = streams }).SavingTo(folder["cut"])
            .ReportingTo(Immediately.At(stepsBeforeInterruption, stop.Cancel))
            .RunAsync(stop.Token)).Should().ThrowAsync<OperationCanceledException>();
        TrainingResult resumed = await Everything(train, test, initialSeed: 99).ResumingFrom(folder["cut"]).RunAsync();

        resumed.Epochs.Select(Numbers).Should().Equal(whole.Epochs.Select(Numbers));
        SameTensors(resumed.WeightsFile!, whole.WeightsFile!);
        SameTensors(resumed.EmaWeightsFile!, whole.EmaWeightsFile!);
        SameTensors(folder["cut/checkpoint/latest.safetensors"], folder["whole/checkpoint/latest.safetensors"]);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(5)]
    public async Task Training_that_is_cancelled_within_an_evaluation_does_not_train_the_epoch_again(int batchesBeforeInterruption)
    {
        using var folder = new TemporaryFolder();
        using BatchSource train = Source(transform: Augmentation), test = Source(10, seed: 2);
        TrainingResult whole = await Everything(train, test).SavingTo(folder["whole"]).RunAsync();

        using var stop = new CancellationTokenSource();
        using var watched = new Watched(test, batchesBeforeInterruption + 2, stop.Cancel);
        await FluentActions.Awaiting(() => Everything(train, watched).SavingTo(folder["cut"]).RunAsync(stop.Token))
            .Should().ThrowAsync<OperationCanceledException>();
        int steps = 0;
        TrainingResult resumed = await Everything(train, test, initialSeed: 99).ResumingFrom(folder["cut"])
            .ReportingTo(new Immediately(_ => steps++)).RunAsync();

        steps.Should().Be(6, "the three steps of the first epoch were done");
        resumed.Epochs.Select(Numbers).Should().Equal(whole.Epochs.Select(Numbers));
        SameTensors(resumed.WeightsFile!, whole.WeightsFile!);
        SameTensors(resumed.EmaWeightsFile!, whole.EmaWeightsFile!);
    }

    [Fact]
    public async Task Resume_after_a_crash_between_checkpoints_repeats_the_lost_epochs()
    {
        using var folder = new TemporaryFolder();
        using BatchSource train = Source(transform: Augmentation), test = Source(10, seed: 2);
        TrainingResult whole = await Everything(train, test).SavingTo(folder["run"]).RunAsync();
        double[] weights = Values(whole.WeightsFile!);
        File.Delete(folder["run/checkpoint/latest.safetensors"]);
        File.Delete(folder["run/weights.safetensors"]);
        await File.AppendAllTextAsync(folder["run/epochs.jsonl"], "{\"epoch\": 4, \"half-writ");

        TrainingResult resumed = await Everything(train, test, initialSeed: 99).ResumingFrom(folder["run"]).RunAsync();

        Values(resumed.WeightsFile!).Should().Equal(weights);
        File.ReadAllLines(folder["run/epochs.jsonl"]).Should().HaveCount(3);
    }

    [Fact]
    public async Task A_crash_in_the_first_epoch_is_resumed_from_the_first_weights_of_the_run()
    {
        using var folder = new TemporaryFolder();
        using BatchSource train = Source(transform: Augmentation), test = Source(10, seed: 2);
        TrainingResult whole = await Everything(train, test).SavingTo(folder["whole"]).RunAsync();
        await FluentActions.Awaiting(() => Everything(train, test).SavingTo(folder["cut"])
            .ReportingTo(new Immediately(p => { if (p.Step == 2) throw new InvalidTimeZoneException(); })).RunAsync())
            .Should().ThrowAsync<InvalidTimeZoneException>();
        TrainingResult resumed = await Everything(train, test, initialSeed: 99).ResumingFrom(folder["cut"]).RunAsync();
        SameTensors(resumed.WeightsFile!, whole.WeightsFile!);
    }

    [Fact]
    public async Task A_finished_run_resumes_to_its_result_at_once()
    {
        using var folder = new TemporaryFolder();
        using BatchSource train = Source(), test = Source(10, seed: 2);
        TrainingResult whole = await Everything(train, test).SavingTo(folder["run"]).RunAsync();
        int steps = 0;
        TrainingResult again = await Everything(train, test).ResumingFrom(folder["run"])
            .ReportingTo(new Immediately(_ => steps++)).RunAsync();
        steps.Should().Be(0);
        again.Epochs.Should().Equal(whole.Epochs);
    }

    [Fact]
    public async Task Leaving_the_enumeration_early_saves_a_checkpoint_to_go_on_from()
    {
        using var folder = new TemporaryFolder();
        using BatchSource train = Source(transform: Augmentation), test = Source(10, seed: 2);
        TrainingResult whole = await Everything(train, test).SavingTo(folder["whole"]).RunAsync();
        await foreach (TrainingEpochReport _ in Everything(train, test).SavingTo(folder["cut"]).RunEpochsAsync())
            break;
        var reports = new List<TrainingEpochReport>();
        await foreach (TrainingEpochReport report in Everything(train, test).ResumingFrom(folder["cut"]).RunEpochsAsync())
            reports.Add(report);
        reports.Select(Numbers).Should().BeSubsetOf(whole.Epochs.Select(Numbers));
        SameTensors(folder["cut/weights.safetensors"], folder["whole/weights.safetensors"]);
    }

    public static TheoryData<string, Func<NetworkTraining, NetworkTraining>> Changes => new()
    {
        { "*training.epochs was 3 and is 4*", t => t.For(4, 8) },
        { "*training.seed was 3 and is 4*", t => t.WithSeed(4) },
        { "*training.labelSmoothing was 0.1 and is 0*", t => t.With(o => o with { LabelSmoothing = 0 }) },
        { "*training.emaDecay was 0.9 and is absent*", t => t.With(o => o with { EmaDecay = null }) },
        { "*training.weightOptimizer.optimizer.learningRate was 0.025 and is 0.1*", t => t.UpdatingWeights(o => o.Sgd(0.1)) },
        { "*data.samples was 22 and is 23*", t => t.On(Source(23, transform: Augmentation)) },
        { "*data.sha256 was*", t => t.On(Source(22, transform: Augmentation with { CutoutLength = 3 })) },
        { "*test.sha256 was*", t => t.EvaluatedOn(Source(10, seed: 3)) },
    };

    [Theory]
    [MemberData(nameof(Changes))]
    public async Task A_run_of_something_else_is_not_resumed(string message, Func<NetworkTraining, NetworkTraining> change)
    {
        using var folder = new TemporaryFolder();
        using BatchSource train = Source(transform: Augmentation), test = Source(10, seed: 2);
        await Everything(train, test).SavingTo(folder["run"]).RunAsync();
        await FluentActions.Awaiting(() => change(Everything(train, test).ResumingFrom(folder["run"])).RunAsync())
            .Should().ThrowAsync<InvalidRunException>().WithMessage(message);
    }

    [Fact]
    public async Task A_run_of_another_network_is_not_resumed()
    {
        using var folder = new TemporaryFolder();
        using BatchSource train = Source();
        NetworkTraining Training(int channels) => NetworkTraining.Of(new TrainingNetwork(Classes, channels: channels)).On(train).For(1, 8);
        await Training(4).SavingTo(folder["run"]).RunAsync();
        await FluentActions.Awaiting(() => Training(5).ResumingFrom(folder["run"]).RunAsync())
            .Should().ThrowAsync<InvalidRunException>().WithMessage("*network.parameters was * and is *");
    }

    private static double[] Values(string file) =>
        [.. Read(file).OrderBy(t => t.Key, StringComparer.Ordinal)
            .SelectMany(t => t.Value.to(ScalarType.Float64).data<double>().ToArray())];

    /// <summary>Calls back at a batch, counted from 1; the first is the probe of a new run folder.</summary>
    private sealed class Watched(IBatchSource inner, int at, Action reached) : IBatchSource
    {
        private int batches;

        public string Name => inner.Name;

        public long Count => inner.Count;

        public int Classes => inner.Classes;

        public IReadOnlyList<long> InputShape => inner.InputShape;

        public LabeledBatch Get(ReadOnlySpan<long> indices, Generator generator)
        {
            if (++batches == at)
                reached();
            return inner.Get(indices, generator);
        }

        public void Dispose()
        {
        }
    }
}
