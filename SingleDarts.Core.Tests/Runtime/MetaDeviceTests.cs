using SingleDarts.Core.Data;
using SingleDarts.Core.Training;
using SingleDarts.Core.Operations;
using SingleDarts.Core.Runs;
using SingleDarts.Core.Runtime;
using SingleDarts.Core.Schemes;
using SingleDarts.Core.Spaces;
using SingleDarts.Core.Supernets;
using SingleDarts.Core.Optimizers;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace SingleDarts.Core.Tests.Runtime;

/// <summary>
/// Host and device are kept apart, checked without a GPU: tensors of libtorch's device <c>meta</c> have shapes and no values, so reading
/// one throws, and so does an operator that gets tensors of both. What runs on it neither waits for the device nor computes with tensors
/// of the host. It says nothing of copies from the host to the device, which <c>meta</c> takes. Without a kernel for <c>meta</c> in
/// libtorch's C++, and so not covered: convolutions, batch normalisation (and with them the candidates and blocks of NAS-Bench-201 and
/// DARTS that learn), dot (the backward pass of merged cells) and index_select (<see cref="BatchSource.Get"/>). On <c>meta</c>, gather
/// does not look where its index lies.
/// </summary>
public class MetaDeviceTests
{
    private static readonly Device Meta = torch.META;

    [Fact]
    public void Reading_throws() => FluentActions.Invoking(() => Host.Number<float>(ones(1, device: Meta).sum()))
        .Should().Throw<Exception>().WithMessage("*meta*");

    [Fact]
    public void Mixing_with_the_host_throws() => FluentActions.Invoking(() => ones(3, device: Meta).Plus_(ones(3)))
        .Should().Throw<Exception>().WithMessage("*meta*");

    [Theory]
    [InlineData(CellExecution.Merged, true)]
    [InlineData(CellExecution.Merged, false)]
    [InlineData(CellExecution.MergedWithRecomputation, false)]
    public void Merged_forward_passes_stay_on_the_device(CellExecution execution, bool learns)
    {
        using var scope = NewDisposeScope();
        using Supernet supernet = Made(execution, Relaxations.Softmax, learns);
        supernet.call(Batch().Inputs).device_type.Should().Be(DeviceType.META);
    }

    [Fact]
    public void A_hard_relaxation_is_read()
    {
        using var scope = NewDisposeScope();
        using Supernet supernet = Made(CellExecution.Merged, new Hard(), learns: true);
        FluentActions.Invoking(() => supernet.call(Batch().Inputs)).Should().Throw<Exception>().WithMessage("*meta*");
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    public void Steps_stay_on_the_device(int scheme)
    {
        using var scope = NewDisposeScope();
        using Supernet supernet = Made(CellExecution.PerEdge, Relaxations.Sigmoid, learns: true);
        using var weights = new ScheduledOptimizer(OptimizerSettings.Default.Sgd(0.1, 0.9, 3e-4).ClipGradientNorm(5), supernet.Weights);
        using var architecture = new ScheduledOptimizer(OptimizerSettings.Default.Adam(3e-4, 0.5, 0.999), supernet.Architecture.Named);
        using var sums = new EpochSums(Meta, "weight loss", "architecture loss", "correct");
        var step = new StepContext(supernet, weights, architecture, [new ZeroOneLoss(1)])
        {
            WeightBatch = Batch(),
            ArchitectureBatch = Batch(),
        };
        IOptimizationScheme[] schemes = [OptimizationSchemes.SingleLevel, OptimizationSchemes.BiLevel, OptimizationSchemes.SameSubset];
        if (scheme == 0)
            step.ArchitectureBatch = step.WeightBatch;
        for (int i = 0; i < 2; i++)
        {
            StepOutcome outcome = schemes[scheme].Step(step);
            sums.Add(i, (outcome.Weights!.Loss, 4), (outcome.Architecture!.Loss, 4), (outcome.Weights.Correct, 4));
        }
    }

    [Fact]
    public void Augmentation_stays_on_the_device()
    {
        using var scope = NewDisposeScope();
        using var generator = new Generator(1UL);
        Tensor images = zeros([4, 3, 8, 8], ScalarType.Byte, Meta);
        ImageAugmentation[] transforms = [ImageAugmentation.None, ImageAugmentation.Cifar10Search, ImageAugmentation.Cifar10Training];
        foreach (ImageAugmentation transform in transforms)
            transform.Apply(images, generator, ScalarType.Float32).device_type.Should().Be(DeviceType.META);
    }

    [Fact]
    public void A_training_step_stays_on_the_device()
    {
        using var scope = NewDisposeScope();
        using var network = new Network(true, Meta);
        using var updater = new ScheduledOptimizer(TrainingRecipes.Cifar.WeightOptimizer, [.. network.named_parameters()]);
        using var average = new WeightEma(network, 0.9);
        using var sums = new EpochSums(Meta, "loss", "auxiliary loss", "correct");
        LabeledBatch batch = Batch();
        for (int i = 0; i < 2; i++)
        {
            var outputs = network.Classify(batch.Inputs);
            var (main, auxiliary, total) = new TrainingLoss(0.1, 0.4).Of(outputs, batch.Labels);
            total.backward();
            sums.Add(i, (main.detach(), 4), (auxiliary?.detach(), 4),
                (LabelRank.Of(outputs.Logits, batch.Labels).lt(Scalars.One).sum(), 4));
            updater.Step();
            average.Update();
        }
    }

    private static Supernet Made(CellExecution execution, IRelaxation relaxation, bool learns)
    {
        var supernet = new Supernet(Space(learns), relaxation, new SupernetOptions { Device = Meta, Execution = execution });
        supernet.train();
        return supernet;
    }

    /// <summary>Of operations that libtorch has for <c>meta</c>.</summary>
    private static SearchSpace Space(bool learns)
    {
        var space = SearchSpace.Define("meta").Input(3, 8, 8).Classes(2)
            .Operation(NasBench201Operations.None).Operation(NasBench201Operations.SkipConnect).Operation(NasBench201Operations.AvgPool3x3);
        if (learns)
            space = space.Operation("mix", context => new Mix(context.InChannels, context.OutChannels));
        return space.Cell(nodes: 3).Channels(3).Stages(1, 2).Stem(_ => nn.Identity())
            .Head(c => new Mix(c.InChannels, c.OutChannels, pools: true)).Build()
            .Allow("cell", 1, "none", "skip_connect");
    }

    private static LabeledBatch Batch() => new(zeros([4, 3, 8, 8], ScalarType.Float32, Meta), zeros([4], ScalarType.Int64, Meta));

    /// <summary>A linear map of the channels, of every pixel or of the mean of the image.</summary>
    private sealed class Mix : nn.Module<Tensor, Tensor>
    {
        private readonly Linear linear;
        private readonly bool pools;

        public Mix(long inputs, long outputs, bool pools = false) : base(nameof(Mix))
        {
            this.pools = pools;
            linear = nn.Linear(inputs, outputs);
            RegisterComponents();
        }

        public override Tensor forward(Tensor input) =>
            pools ? linear.call(input.mean([2, 3])) : linear.call(input.movedim([1], [-1])).movedim([-1], [1]);
    }

    private sealed class Hard : IRelaxation
    {
        public string Name => "hard";

        public Tensor Initialize(long edges, long operations, Generator generator) => zeros(edges, operations, dtype: ScalarType.Float64);

        public MixingWeights Relax(Tensor alpha, RelaxationContext context)
        {
            using Scalar bound = Scalars.Of(0.3);
            return MixingWeights.OnlyNonZero(alpha.softmax(-1).ge(bound).to(alpha.dtype) * alpha);
        }
    }

    private sealed class Network : ClassificationNetwork
    {
        private readonly Mix head, auxiliary;

        public Network(bool training, Device device) : base("meta")
        {
            (head, auxiliary) = (new Mix(3, 2, pools: true), new Mix(3, 2, pools: true));
            RegisterComponents();
            this.to(device);
            this.train(training);
        }

        public override (Tensor Logits, Tensor? Auxiliary) Classify(Tensor input) =>
            (head.call(DropPath.Apply(input, 0.2)), auxiliary.call(input));
    }
}
