using SingleDarts.Core.Data;
using SingleDarts.Core.Genotypes;
using SingleDarts.Core.Training;
using SingleDarts.Core.Operations;
using SingleDarts.Core.Runs;
using SingleDarts.Core.Runtime;
using SingleDarts.Core.Search;
using SingleDarts.Core.Spaces;
using SingleDarts.Core.Supernets;
using static TorchSharp.torch;

namespace SingleDarts.Core.Tests.Runtime;

/// <summary>Runs side by side, a host that draws numbers of its own, and observers that draw: each gives what it gives alone.</summary>
public class RunRandomTests
{
    [Trait("Category", "Slow")]
    [Fact]
    public async Task A_host_that_draws_all_the_time_and_runs_of_the_library_give_what_each_gives_alone()
    {
        using ClassificationDataset data = Small.Data();
        string search = await Search(data), training = await Training(data);
        const int draws = 20_000;
        random.manual_seed(5);
        double alone = Draw(draws);

        random.manual_seed(5);
        double beside = 0;
        var host = new Thread(() => beside = Draw(draws));
        host.Start();
        string searchBeside = await Search(data), trainingBeside = await Training(data);
        bool together = host.IsAlive;
        host.Join();

        together.Should().BeTrue("otherwise nothing was drawn during the runs");
        searchBeside.Should().Be(search);
        trainingBeside.Should().Be(training);
        beside.Should().Be(alone);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Searches_side_by_side_whose_candidates_drop_values_give_what_each_gives_alone(bool ofTorchSharp)
    {
        using ClassificationDataset data = Small.Data();
        SearchSpace space = SearchSpace.Define("dropout").Input(3, 8, 8).Classes(3).Channels(2)
            .Operation("skip", Blocks.Skip, isLearnable: false)
            .Operation("dropout", c => nn.Sequential(new ReluConvBatchNorm(c, 1), ofTorchSharp ? nn.Dropout(0.5) : new Dropout(0.5)))
                .Build();
        Task<string> Run(int seed) => Numbers(ArchitectureSearch.In(space).On(data).For(3, 10).WithSeed(seed));
        string[] alone = [await Run(1), await Run(2)];

        string[] together = await Task.WhenAll(Run(1), Run(2));

        together.Should().Equal(alone);
        alone[0].Should().NotBe(alone[1]);
    }

    [Fact]
    public async Task Observers_that_draw_move_no_generator_of_a_search()
    {
        using ClassificationDataset data = Small.Data();
        string plain = await Numbers(Small.Search(data).Relaxing(new Noisy()));

        string watched = await Numbers(Small.Search(data).Relaxing(new Noisy()).ObservedBy(new Drawing()));

        watched.Should().Be(plain);
    }

    [Fact]
    public async Task Observers_that_draw_move_no_generator_of_a_training()
    {
        using BatchSource train = TrainingSetup.Source(transform: TrainingSetup.Augmentation), test = TrainingSetup.Source(10, seed: 2);
        async Task<string> Losses(params IRunObserver[] observers) => string.Join(" ", (await TrainingSetup.Everything(train, test)
            .With(o => o with { Observers = observers }).RunAsync()).Epochs.Select(epoch => $"{epoch.TrainLoss:R} {epoch.Test!.Loss:R}"));
        string plain = await Losses();

        (await Losses(new DrawingAnywhere())).Should().Be(plain);
    }

    [Fact]
    public async Task A_relaxation_that_draws_from_the_process_repeats_all_the_same()
    {
        using ClassificationDataset data = Small.Data();
        random.manual_seed(1);
        string first = await Numbers(Small.Search(data).Relaxing(new Noisy(usesProcess: true)));
        random.manual_seed(2);

        (await Numbers(Small.Search(data).Relaxing(new Noisy(usesProcess: true)))).Should().Be(first);
    }

    [Fact]
    public async Task The_generator_of_the_process_stands_where_it_stood()
    {
        using ClassificationDataset data = Small.Data();
        random.manual_seed(8);
        using Tensor before = random.get_rng_state();
        await Search(data);
        await Training(data);
        using Tensor after = random.get_rng_state();

        after.equal(before).all().item<bool>().Should().BeTrue();
    }

    [Fact]
    public void A_network_with_random_modules_of_TorchSharp_is_named()
    {
        using var network = nn.Sequential(("convolution", nn.Conv2d(1, 1, 1)), ("drop", nn.Dropout(0.5)), ("own", new Dropout(0.5)));

        new RunRandom(network, new RandomStreams(1)).DrawsFromProcess.Should().Equal("drop (Dropout)");
    }

    [Fact]
    public void First_weights_are_those_of_TorchSharps_layers_from_a_generator_of_the_same_seed()
    {
        using var scope = NewDisposeScope();
        random.manual_seed(7);
        using var convolution = nn.Conv2d(6, 4, 3, stride: 2, padding: 1, groups: 2);
        using var linear = nn.Linear(5, 3);
        Tensor[] expected = [convolution.weight, convolution.bias!, linear.weight, linear.bias!];
        using (new RunRandom.Draw(7, borrows: false))
        {
            using var ownConvolution = Layers.Conv2d(6, 4, 3, stride: 2, padding: 1, groups: 2);
            using var ownLinear = Layers.Linear(5, 3);
            Tensor[] own = [ownConvolution.weight, ownConvolution.bias!, ownLinear.weight, ownLinear.bias!];
            foreach (var (a, b) in own.Zip(expected))
                a.equal(b).all().item<bool>().Should().BeTrue();
            ownConvolution.state_dict().Keys.Should().Equal(convolution.state_dict().Keys);
            Tensor input = randn(2, 6, 5, 5);
            ownConvolution.call(input).equal(convolution.call(input)).all().item<bool>().Should().BeTrue();
        }
    }

    [Fact]
    public void Dropout_keeps_the_mean_drops_its_share_and_draws_anew_in_each_step()
    {
        using var scope = NewDisposeScope();
        using var dropout = new Dropout(0.25);
        var steps = new RunRandom(dropout, new RandomStreams(3));
        Tensor Of(long step)
        {
            using (steps.Begin(0, step))
                return dropout.call(ones(200_000));
        }

        Tensor first = Of(0);
        // Five standard deviations of a mean of 200,000 draws.
        first.eq(Scalars.Zero).to(ScalarType.Float32).mean().item<float>().Should().BeApproximately(0.25f, 0.005f);
        first.mean().item<float>().Should().BeApproximately(1, 0.0065f);
        first.equal(Of(0)).all().item<bool>().Should().BeTrue("a step repeats");
        first.equal(Of(1)).all().item<bool>().Should().BeFalse("another step draws other numbers");
        dropout.eval();
        Of(0).equal(ones(200_000)).all().item<bool>().Should().BeTrue();
        RunRandom.Generator.Should().BeNull("no step is in progress");
    }

    private static Task<string> Search(ClassificationDataset data) => Numbers(Small.Search(data));

    private static async Task<string> Numbers(ArchitectureSearch search) =>
        string.Join(" ", (await search.RunAsync()).Epochs.Select(epoch => $"{epoch.WeightLoss:R} {epoch.ArchitectureLoss:R}"));

    private static async Task<string> Training(ClassificationDataset data)
    {
        using var network = DartsNetworks.Cifar(DartsGenotypes.DartsV2, 3, channels: 4, layers: 3, size: 8);
        using var train = new BatchSource(data, CPU, ScalarType.Float32, ImageAugmentation.NormalizeOnly(Normalization.Cifar10));
        TrainingResult result = await NetworkTraining.Of(network, TrainingRecipes.DartsCifar).On(train).For(3, 20)
            .With(o => o with { AuxiliaryWeight = 0 }).RunAsync();
        return string.Join(" ", result.Epochs.Select(epoch => $"{epoch.TrainLoss:R}"));
    }

    /// <summary>The sum of numbers from the generator of the process, drawn with pauses so that runs have a share of the cores.</summary>
    private static double Draw(int count)
    {
        double sum = 0;
        for (int i = 0; i < count; i++)
        {
            using Tensor drawn = rand(3);
            sum += drawn.data<float>()[1];
            if (i % 20 == 0)
                Thread.Sleep(1);
        }
        return sum;
    }

    private sealed class Noisy(bool usesProcess = false) : IRelaxation
    {
        public string Name => "noisy";

        public Tensor Initialize(long edges, long operations, Generator generator) => zeros([edges, operations], dtype: ScalarType.Float64);

        public MixingWeights Relax(Tensor alpha, RelaxationContext context) =>
            (alpha - rand(alpha.shape, generator: usesProcess ? null : context.Generator)).softmax(-1);
    }

    private sealed class DrawingAnywhere : IRunObserver
    {
        public void OnStarted(RunMoment moment) => Draw(moment);

        public void OnStepStarting(RunMoment moment) => Draw(moment);

        public void OnStep(RunMoment moment) => Draw(moment);

        public void OnEpoch(RunMoment moment, RunReport report) => Draw(moment);

        private static void Draw(RunMoment moment)
        {
            using var scope = NewDisposeScope();
            _ = rand(7);
            using IDisposable draws = moment.Random!.Begin(moment.Epoch, moment.Step);
            _ = rand([3], generator: RunRandom.Generator);
        }
    }

    private sealed class Drawing : ISearchObserver
    {
        public void OnStarted(SearchMoment moment) => Draw(moment);

        public void OnStepStarting(SearchMoment moment) => Draw(moment);

        public void OnStep(SearchMoment moment, Core.Schemes.StepOutcome outcome) => Draw(moment);

        public void OnEpoch(SearchMoment moment, EpochReport report) => Draw(moment);

        private static void Draw(SearchMoment moment)
        {
            using var scope = NewDisposeScope();
            _ = rand(7);
            _ = moment.Context.Supernet.Relax();
            RunRandom.Generator.Should().BeNull("observers are outside of the step");
        }
    }
}
