using SingleDarts.Core.Runs;
using SingleDarts.Core.Data;
using SingleDarts.Core.Optimizers;
using SingleDarts.Core.Tests.Search;
using SingleDarts.Core.Training;
using static SingleDarts.Core.Tests.Fixtures.TrainingSetup;
using static TorchSharp.torch;

namespace SingleDarts.Core.Tests.Training;

public class NetworkTrainingTests
{
    private static readonly Func<NetworkTraining, NetworkTraining>[] Calls =
    [
        t => t.For(7), t => t.With(o => o with { BatchSize = 12 }), t => t.WithSeed(9), t => t.OnDevice("cuda:1"), t =>
            t.AccumulatingGradients(3),
        t => t.InPrecision(ScalarType.Float64), t => t.Augmenting(Augmentation), t => t.SavingTo("runs/x"), t => t.WithEma(0.9),
        t => t.With(o => o with { CheckpointInterval = 3 }), t => t.With(o => o with { LabelSmoothing = 0.2 }),
        t => t.UpdatingWeights(o => o.Sgd(0.01)), t => t.UpdatingWeights(o => o.LinearTail()),
        t => t.UpdatingWeights(o => o.WarmUp(2, of: 50, overlaps: true)), t => t.UpdatingWeights(o => o.ClipGradientNorm(1)),
    ];

    [Fact]
    public void Calls_in_any_order_give_the_same_options_and_leave_the_training_they_are_made_on_as_it_was()
    {
        using var network = new TrainingNetwork(Classes);
        NetworkTraining common = NetworkTraining.Of(network, TrainingRecipes.NasBench201);
        TrainingOptions[] all = [.. Enumerable.Range(0, 50).Select(seed =>
        {
            Func<NetworkTraining, NetworkTraining>[] calls = [.. Calls];
            new Random(seed).Shuffle(calls);
            return calls.Aggregate(common, (training, call) => call(training)).Options;
        })];
        all.Distinct().Should().ContainSingle();
        (all[0].Epochs, all[0].BatchSize, all[0].CheckpointInterval, all[0].LabelSmoothing).Should().Be((7, 12, 3, 0.2));
        all[0].WeightOptimizer.Should()
            .Be(OptimizerSettings.Default.Sgd(0.01).LinearTail().WarmUp(2, of: 50, overlaps: true).ClipGradientNorm(1));
        foreach (var call in Calls)
        {
            call(common).Options.Should().NotBe(TrainingRecipes.NasBench201);
            common.Options.Should().BeSameAs(TrainingRecipes.NasBench201);
        }
    }

    [Fact]
    public void Another_optimizer_keeps_schedule_warm_up_and_clipping()
    {
        using var network = new TrainingNetwork(Classes);
        NetworkTraining.Of(network, TrainingRecipes.ImageNet).UpdatingWeights(o => o.Sgd(0.01)).Options.WeightOptimizer
            .Should().Be(TrainingRecipes.ImageNet.WeightOptimizer with { Optimizer = new SgdOptions(0.01) });
    }

    [Theory]
    [InlineData(ScalarType.Float32, false)]
    [InlineData(ScalarType.Float64, true)]
    public async Task A_dataset_is_trained_and_evaluated_on_as_the_sources_that_a_user_would_make_of_it(ScalarType type, bool prefetch)
    {
        using ClassificationDataset train = GeneratedImages.Create(22, 1, Classes, 8), test = GeneratedImages.Create(10, 2, Classes, 8);
        using var trainSource = new BatchSource(train, CPU, type, Augmentation);
        using var testSource = new BatchSource(test, CPU, type, ImageAugmentation.NormalizeOnly(Augmentation.Normalization!));
        NetworkTraining Training() => NetworkTraining.Of(new TrainingNetwork(Classes)).For(2, 8).InPrecision(type)
            .With(o => o with { Prefetch = prefetch });
        TrainingResult bySources = await Training().On(trainSource).EvaluatedOn(testSource).RunAsync();
        TrainingResult byDatasets = await Training().EvaluatedOn(test).On(train).Augmenting(Augmentation).RunAsync();
        byDatasets.Epochs.Select(Numbers).Should().Equal(bySources.Epochs.Select(Numbers));
    }

    [Fact]
    public async Task Without_augmentation_both_parts_are_normalised_by_the_statistics_of_the_training_part()
    {
        using ClassificationDataset train = GeneratedImages.Create(22, 1, Classes, 8), test = GeneratedImages.Create(10, 2, Classes, 8);
        ImageAugmentation normalize = ImageAugmentation.NormalizeOnly(train.MeasureNormalization());
        using BatchSource trainSource = new(train, CPU, ScalarType.Float32, normalize),
            testSource = new(test, CPU, ScalarType.Float32, normalize);
        NetworkTraining Training() => NetworkTraining.Of(new TrainingNetwork(Classes)).For(1, 8);
        TrainingResult bySources = await Training().On(trainSource).EvaluatedOn(testSource).RunAsync();
        TrainingResult byDatasets = await Training().On(train).EvaluatedOn(test).RunAsync();
        byDatasets.Epochs.Select(Numbers).Should().Equal(bySources.Epochs.Select(Numbers));
    }

    [Fact]
    public void What_a_source_or_dataset_cannot_do_is_rejected()
    {
        using ClassificationDataset data = GeneratedImages.Create(22, 1, Classes, 8);
        using ClassificationDataset black = new(zeros([8, 3, 8, 8], ScalarType.Byte), zeros(8, ScalarType.Int64), Classes, "black");
        using BatchSource source = Source();
        using var network = new TrainingNetwork(Classes);
        NetworkTraining training = NetworkTraining.Of(network).For(1, 8);
        Rejected(training.Augmenting(Augmentation).On(source), "*makes its own model input*Leave Augmenting*");
        Rejected(training.On(source).EvaluatedOn(data), "*is a dataset, of which it is not known*");
        Rejected(training.On(black), "*'black' cannot give its first and last sample*channel*");
        Rejected(training.On(data).EvaluatedOn(data).OnDevice("gpu0"), "*gpu0*");
        training.On(data).EvaluatedOn(source).Augmenting(Augmentation).Build();

        static void Rejected(NetworkTraining training, string message) => training.Invoking(t => t.Build())
            .Should().Throw<InvalidRunException>().WithMessage(message).Which.Faults.Should().ContainSingle();
    }

    [Fact]
    public async Task A_dataset_resumes_bit_for_bit_and_never_with_other_samples_or_another_transform()
    {
        using var folder = new TemporaryFolder();
        using ClassificationDataset train = GeneratedImages.Create(22, 1, Classes, 8), other = GeneratedImages.Create(22, 3, Classes, 8);
        NetworkTraining Training(ClassificationDataset data, ImageAugmentation transform) =>
            NetworkTraining.Of(new TrainingNetwork(Classes)).On(data).Augmenting(transform).For(2, 8);
        TrainingResult whole = await Training(train, Augmentation).SavingTo(folder["whole"]).RunAsync();
        using var stop = new CancellationTokenSource();
        int steps = 0;
        await FluentActions.Awaiting(() => Training(train, Augmentation).SavingTo(folder["cut"])
            .ReportingTo(new Immediately(_ => { if (++steps == 4) stop.Cancel(); })).RunAsync(stop.Token))
            .Should().ThrowAsync<OperationCanceledException>();
        foreach (NetworkTraining different in new[] { Training(other, Augmentation),
            Training(train, Augmentation with { CutoutLength = 4 }) })
            await FluentActions.Awaiting(() => different.ResumingFrom(folder["cut"]).RunAsync()).Should().ThrowAsync<InvalidRunException>();
        TrainingResult resumed = await Training(train, Augmentation).ResumingFrom(folder["cut"]).RunAsync();
        resumed.Epochs.Select(Numbers).Should().Equal(whole.Epochs.Select(Numbers));
        SameTensors(resumed.WeightsFile!, whole.WeightsFile!);
    }

    [Fact]
    public async Task Trainings_of_two_networks_run_side_by_side_and_equal_their_separate_runs_bit_for_bit()
    {
        using ClassificationDataset data = GeneratedImages.Create(22, 1, Classes, 8);
        NetworkTraining Training(long seed) => NetworkTraining.Of(new TrainingNetwork(Classes)).On(data).EvaluatedOn(data)
            .Augmenting(Augmentation).For(2, 8).WithEma(0.9).WithSeed(seed);
        TrainingResult[] alone = [await Training(1).RunAsync(), await Training(2).RunAsync()];
        using var both = new Barrier(2);
        NetworkTraining[] meeting = [.. new[] { 1, 2 }.Select(seed => Training(seed).ReportingTo(new Immediately(progress =>
        {
            if (progress is { Epoch: 1, Step: 1 })
                both.SignalAndWait();
        })))];
        TrainingResult[] together = await Task.WhenAll(meeting.Select(training => training.RunAsync()));
        together.SelectMany(r => r.Epochs.Select(Numbers)).Should().Equal(alone.SelectMany(r => r.Epochs.Select(Numbers)));
        alone[0].Epochs[^1].TrainLoss.Should().NotBe(alone[1].Epochs[^1].TrainLoss);
    }

    [Fact]
    public async Task Logger_and_progress_survive_the_build()
    {
        using ClassificationDataset data = GeneratedImages.Create(22, 1, Classes, 8);
        using var log = new ArchitectureSearchTests.Records();
        int steps = 0;
        var run = NetworkTraining.Of(new TrainingNetwork(Classes)).On(data).For(2, 8).LoggingTo(log)
            .ReportingTo(new Immediately(_ => steps++)).Build();
        await run.RunAsync();
        steps.Should().Be(2 * 3);
        log.Messages.Should().Contain(m => m.StartsWith("SingleDarts.Training", StringComparison.Ordinal));
    }
}
