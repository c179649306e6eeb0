using SingleDarts.Core.Data;
using SingleDarts.Core.Optimizers;
using SingleDarts.Core.Runs;
using SingleDarts.Core.Training;
using SingleDarts.Core.Runtime;
using static SingleDarts.Core.Tests.Fixtures.TrainingSetup;
using static TorchSharp.torch;

namespace SingleDarts.Core.Tests.Training;

public class TrainingRunTests
{
    [Trait("Category", "Slow")]
    [Fact]
    public async Task Training_learns_images_that_it_has_not_seen()
    {
        using ClassificationDataset train = GeneratedImages.Create(1024, seed: 1, classes: 4),
            test = GeneratedImages.Create(256, seed: 2, classes: 4);
        TrainingResult result = await NetworkTraining
            .Of(new TrainingNetwork(4, channels: 16, auxiliary: false), TrainingRecipes.NasBench201).On(train).EvaluatedOn(test).For(16, 32)
                .RunAsync();
        result.Test!.Top1.Should().BeGreaterThan(0.5, "chance is 0.25");
        result.Test.Loss.Should().BeLessThan(Math.Log(4));
    }

    [Fact]
    public async Task The_network_that_was_given_holds_the_reported_weights_in_evaluation_mode()
    {
        using var folder = new TemporaryFolder();
        using BatchSource train = Source(transform: Augmentation), test = Source(10, seed: 2);
        using var network = new TrainingNetwork(Classes);
        TrainingResult result = await NetworkTraining.Of(network).On(train).EvaluatedOn(test).For(2, 8).SavingTo(folder["run"]).RunAsync();
        network.training.Should().BeFalse();
        Evaluator.Evaluate(network, test).Should().Be(result.Test);
        Dictionary<string, Tensor> saved = Read(result.WeightsFile!);
        saved.Keys.Should().BeEquivalentTo(network.state_dict().Keys);
        foreach (var (name, tensor) in network.state_dict())
            tensor.equal(saved[name]).all().item<bool>().Should().BeTrue($"{name} is saved");
        File.Exists(folder["run/result.json"]).Should().BeTrue();
    }

    [Fact]
    public async Task Drop_path_rises_linearly_from_0_with_the_epochs()
    {
        using BatchSource train = Source(16);
        using var network = new TrainingNetwork(Classes);
        var run = NetworkTraining.Of(network).On(train).For(5, 8).With(o => o with { DropPath = Schedule.Linear(0, 0.4) }).Build();
        network.DropPaths.Clear();
        TrainingResult result = await run.RunAsync();
        double[] expected = [0, 0.08, 0.16, 0.24, 0.32];
        result.Epochs.Select(e => e.DropPathProbability).Should().Equal(expected, (a, b) => Math.Abs(a - b) < 1e-15);
        network.DropPaths.Should().Equal(expected.SelectMany(p => new[] { p, p }), (a, b) => Math.Abs(a - b) < 1e-15);
    }

    [Theory]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(8)]
    public async Task Micro_batches_give_the_weights_and_losses_of_whole_batches(int parts)
    {
        using BatchSource train = Source(transform: Augmentation, type: ScalarType.Float64);
        async Task<(double[] Weights, TrainingResult Result)> Train(int microBatches)
        {
            using var network = new TrainingNetwork(Classes, norm: false);
            TrainingResult result = await NetworkTraining.Of(network).On(train).For(3, 8).InPrecision(ScalarType.Float64)
                .With(o => o with { DropPath = Schedule.Constant(0), LabelSmoothing = 0.1 }).AccumulatingGradients(microBatches).RunAsync();
            return ([.. network.parameters().SelectMany(p => p.detach().data<double>().ToArray())], result);
        }
        var whole = await Train(1);
        var cut = await Train(parts);
        cut.Weights.Zip(whole.Weights, (a, b) => Math.Abs(a - b)).Max().Should().BeLessThan(1e-13);
        for (int e = 0; e < 3; e++)
        {
            cut.Result.Epochs[e].TrainLoss.Should().BeApproximately(whole.Result.Epochs[e].TrainLoss, 1e-12);
            cut.Result.Epochs[e].AuxiliaryLoss.Should().BeApproximately(whole.Result.Epochs[e].AuxiliaryLoss!.Value, 1e-12);
            cut.Result.Epochs[e].TrainTop1.Should().Be(whole.Result.Epochs[e].TrainTop1);
        }
    }

    [Fact]
    public void Parts_of_a_batch_cover_it_once_and_are_never_larger_than_those_of_a_full_one()
    {
        foreach (int parts in Enumerable.Range(1, 10))
            foreach (int size in Enumerable.Range(1, 10))
            {
                var options = new TrainingOptions { BatchSize = 10, GradientAccumulation = parts };
                var cut = MicroBatch.Parts(size, options).ToList();
                cut.SelectMany(p => Enumerable.Range((int)p.Start, (int)p.Length)).Should().Equal(Enumerable.Range(0, size));
                cut.Max(p => p.Length).Should().BeLessThanOrEqualTo((10 + parts - 1) / parts);
                (cut.Max(p => p.Length) - cut.Min(p => p.Length)).Should().BeLessThanOrEqualTo(1);
            }
    }

    [Fact]
    public async Task The_average_of_the_weights_has_its_closed_form_and_is_evaluated_beside_them()
    {
        const double decay = 0.8;
        using var folder = new TemporaryFolder();
        using BatchSource train = Source(16, transform: Augmentation, type: ScalarType.Float64), test = Source(10, seed: 2);
        using var network = new TrainingNetwork(Classes);
        network.to(ScalarType.Float64);
        double[] State() => [.. network.state_dict().Where(s => s.Value.is_floating_point())
            .SelectMany(s => s.Value.detach().data<double>().ToArray())];
        var states = new List<double[]> { State() };
        TrainingResult result = await NetworkTraining.Of(network).On(train).EvaluatedOn(test).For(3, 8).InPrecision(ScalarType.Float64)
            .WithEma(decay).SavingTo(folder["run"]).ReportingTo(new Immediately(_ => states.Add(State()))).RunAsync();

        states.Should().HaveCount(7);
        Dictionary<string, Tensor> saved = Read(result.EmaWeightsFile!);
        double[] average = [.. network.state_dict().Where(s => s.Value.is_floating_point())
            .SelectMany(s => saved[s.Key].data<double>().ToArray())];
        for (int i = 0; i < average.Length; i++)
        {
            double expected = Math.Pow(decay, 6) * states[0][i];
            for (int t = 1; t <= 6; t++)
                expected += (1 - decay) * Math.Pow(decay, 6 - t) * states[t][i];
            average[i].Should().BeApproximately(expected, 1e-12);
        }
        using (no_grad())
            foreach (var (name, tensor) in network.state_dict())
                tensor.copy_(saved[name]);
        Evaluator.Evaluate(network, test).Should().Be(result.EmaTest);
        result.EmaTest!.Loss.Should().NotBe(result.Test!.Loss);
    }

    [Fact]
    public async Task Evaluation_comes_every_so_many_epochs_and_after_the_last()
    {
        using BatchSource train = Source(16), test = Source(10, seed: 2);
        TrainingResult result = await NetworkTraining.Of(new TrainingNetwork(Classes)).On(train).EvaluatedOn(test).For(5, 8)
            .With(o => o with { EvaluationInterval = 2 }).RunAsync();
        result.Epochs.Select(e => e.Test is not null).Should().Equal(false, true, false, true, true);
        result.Test!.K.Should().Be(Classes);
        result.Test.TopK.Should().Be(1);
    }

    [Theory]
    [InlineData(false, 3)]
    [InlineData(true, 2)]
    public async Task A_smaller_last_batch_is_taken_or_left_out(bool dropLast, int steps)
    {
        using BatchSource train = Source(22);
        int done = 0;
        await NetworkTraining.Of(new TrainingNetwork(Classes)).On(train).For(1, 8).With(o => o with { DropLast = dropLast })
            .ReportingTo(new Immediately(_ => done++)).RunAsync();
        done.Should().Be(steps);
    }

    [Fact]
    public async Task Divergence_names_epoch_step_and_the_checkpoint_that_is_kept()
    {
        using var folder = new TemporaryFolder();
        using BatchSource train = Source(transform: new PoisonFrom(4));
        var thrown = await FluentActions.Awaiting(() => NetworkTraining.Of(new TrainingNetwork(Classes)).On(train).For(3, 8)
            .SavingTo(folder["run"]).RunAsync()).Should().ThrowAsync<RunDivergedException>().WithMessage("*epoch 2, step 2: the loss*");
        (thrown.Which.Epoch, thrown.Which.Step).Should().Be((2, 2));
        thrown.Which.Checkpoint.Should().Be(folder["run/checkpoint"]);
        Read(folder["run/checkpoint/latest.safetensors"]).Where(t => t.Value.is_floating_point())
            .Should().OnlyContain(t => t.Value.isfinite().all().item<bool>());
    }

    [Fact]
    public async Task Weights_that_the_last_step_of_an_epoch_spoils_are_not_saved()
    {
        using var folder = new TemporaryFolder();
        using BatchSource train = Source(8, transform: new Enlarged());
        await FluentActions.Awaiting(() => NetworkTraining.Of(new TrainingNetwork(Classes, norm: false)).On(train).For(2, 8)
            .UpdatingWeights(o => o.Sgd(3e38).Constant().ClipGradientNorm(null)).SavingTo(folder["run"]).RunAsync())
            .Should().ThrowAsync<RunDivergedException>().WithMessage("*epoch 1, step 1: the weight '*");
        Read(folder["run/checkpoint/latest.safetensors"]).Where(t => t.Value.is_floating_point())
            .Should().OnlyContain(t => t.Value.isfinite().all().item<bool>());
    }

    [Fact]
    public async Task Cancelling_without_a_run_folder_says_that_nothing_was_saved()
    {
        using BatchSource train = Source();
        await FluentActions.Awaiting(() => NetworkTraining.Of(new TrainingNetwork(Classes)).On(train).For(1, 8)
            .RunAsync(new CancellationToken(true)))
            .Should().ThrowAsync<OperationCanceledException>().WithMessage("*Nothing was saved*");
    }

    [Fact]
    public async Task A_training_runs_once_and_a_folder_that_holds_a_run_is_not_overwritten()
    {
        using var folder = new TemporaryFolder();
        using BatchSource train = Source();
        NetworkTraining training = NetworkTraining.Of(new TrainingNetwork(Classes)).On(train).For(1, 8).SavingTo(folder["run"]);
        var run = training.Build();
        await run.RunAsync();
        await FluentActions.Awaiting(() => run.RunAsync()).Should().ThrowAsync<InvalidOperationException>();
        await FluentActions.Awaiting(() => training.RunAsync()).Should().ThrowAsync<IOException>().WithMessage("*holds a run*");
    }

    [Trait("Category", "Slow")]
    [Theory]
    [InlineData(1, false)]
    [InlineData(2, true)]
    public async Task Live_tensors_are_flat_over_the_steps(int microBatches, bool streams)
    {
        using BatchSource train = Source(transform: Augmentation), test = Source(10, seed: 2);
        var live = new List<long>();
        await Everything(train, test).For(50, 8).AccumulatingGradients(microBatches).With(o => o with { Prefetch = streams })
            .ReportingTo(new Immediately(_ => live.Add(MemoryUsage.Now().LiveTensors))).RunAsync();
        live.Should().HaveCount(150);
        // Tensors count on the thread that makes them. Prefetched ones are made on another thread and only freed on this one: inputs
        // and labels
        // of three batches of an epoch's training and of two evaluations of three.
        long perEpoch = streams ? -2 * (3 + 2 * 3) : 0;
        for (int i = 4; i < live.Count; i++)
            (live[i] - live[i - 3]).Should().Be(perEpoch);
        live.Skip(1).Distinct().Should().HaveCount(streams ? 149 : 1);
    }

    private sealed class Enlarged : IBatchTransform
    {
        public Tensor Apply(Tensor inputs, Generator generator, ScalarType dtype) => inputs.to(dtype).Times(1000L);
    }

    /// <summary>Infinite from a batch on; the first two are the trial and the probe of a new run folder.</summary>
    private sealed class PoisonFrom(int last) : IBatchTransform
    {
        private int batches;

        public Tensor Apply(Tensor inputs, Generator generator, ScalarType dtype) =>
            ++batches > last + 2 ? TensorArithmetic.Filled(inputs.shape, double.PositiveInfinity, dtype) : inputs.to(dtype).Over(255);
    }
}
