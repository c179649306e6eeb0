using SingleDarts.Core.Data;
using SingleDarts.Core.Runs;
using SingleDarts.Core.Training;
using SingleDarts.Core.Runtime;
using SingleDarts.Core.Optimizers;
using static SingleDarts.Core.Tests.Fixtures.TrainingSetup;
using static TorchSharp.torch;

namespace SingleDarts.Core.Tests.Training;

public class TrainingValidationTests
{
    [Fact]
    public void Every_fault_is_listed_at_once()
    {
        using var network = new TrainingNetwork(Classes, auxiliary: false);
        using BatchSource train = Source(9);
        using ClassificationDataset other = GeneratedImages.Create(8, classes: 4, size: 10);
        using var test = new BatchSource(other, CPU, ScalarType.Float32, ImageAugmentation.None);
        var options = new TrainingOptions
        {
            Epochs = 0,
            BatchSize = 10,
            GradientAccumulation = 11,
            DropLast = true,
            WeightOptimizer = OptimizerSettings.Default.Sgd(-1),
            LabelSmoothing = 1.5,
            AuxiliaryWeight = 0.4,
            DropPath = Schedule.Constant(-0.1),
            EmaDecay = 1,
            EvaluationInterval = 0,
            EvaluationBatchSize = 0,
            CheckpointInterval = 0,
            Device = "abacus",
            DataType = ScalarType.Float16,
            Resume = true,
        };
        string[] expected =
        [
            "number of epochs is 0", "evaluation interval is 0", "evaluation batch size is 0", "checkpoint interval is 0",
            "computed in 11 parts", "label smoothing is 1.5", "drop path probability is -0.1", "decay of the average is 1", "no run folder",
            "'abacus' is unknown", "data type is Float16", "learning rate of the weights optimiser is -1", "less than a batch of 10",
            "has 3 classes and", "[3, 10, 10]", "are pixels from 0 to 1;", "no auxiliary classifier", "leaves a part of 1 sample",
        ];
        var faults = FluentActions.Invoking(() => TrainingRun.Create(network, train, test, options, null, null)).Should()
            .Throw<InvalidRunException>().Which.Faults;
        foreach (string text in expected)
            faults.Should().ContainSingle(fault => fault.Contains(text, StringComparison.Ordinal), text);
        faults.Should().HaveCount(expected.Length);
    }

    [Fact]
    public void Missing_network_and_data_are_named()
    {
        FluentActions.Invoking(() => NetworkTraining.Of(null!)).Should().Throw<ArgumentNullException>().WithParameterName("network");
        FluentActions.Invoking(() => NetworkTraining.Of(new TrainingNetwork(Classes)).Build()).Should().Throw<InvalidRunException>()
            .Which.Faults.Should().ContainSingle().Which.Should().Contain("On(...)");
    }

    [Fact]
    public void A_network_that_does_not_fit_the_data_is_refused_before_any_work()
    {
        using BatchSource train = Source(16);
        using Scalar divisor = Scalars.Of((long)Classes);
        using ClassificationDataset vectors = new(rand(16, 1, 8, 8), TensorArithmetic.Range(16).remainder(divisor), Classes, "grey");
        using var grey = new BatchSource(vectors, CPU, ScalarType.Float32);
        FluentActions.Invoking(() => NetworkTraining.Of(new TrainingNetwork(7)).On(train).For(1, 8).Build())
            .Should().Throw<InvalidRunException>().WithMessage("*[2, 7]*expected [2, 3]*");
        FluentActions.Invoking(() => NetworkTraining.Of(new TrainingNetwork(Classes)).On(grey).For(1, 8).Build())
            .Should().Throw<InvalidRunException>().WithMessage("*cannot take a sample [1, 8, 8] of 'grey'*");
    }

    [Fact]
    public void Validation_leaves_the_network_and_the_global_random_numbers_as_they_were()
    {
        using var network = new TrainingNetwork(Classes);
        using BatchSource train = Source(16);
        network.eval();
        var before = network.state_dict().ToDictionary(s => s.Key, s => s.Value.clone());
        random.manual_seed(4);
        float expected = rand(1).item<float>();
        random.manual_seed(4);
        NetworkTraining.Of(network).On(train).For(1, 8).Build();
        rand(1).item<float>().Should().Be(expected);
        network.training.Should().BeFalse();
        foreach (var (name, tensor) in network.state_dict())
            tensor.equal(before[name]).all().item<bool>().Should().BeTrue($"{name} must be untouched");
    }

    [Theory]
    [InlineData(17, 8, 1, false)]
    [InlineData(16, 8, 8, false)]
    [InlineData(17, 8, 1, true)]
    [InlineData(18, 8, 4, false)]
    public void A_part_of_one_sample_is_refused_where_there_is_batch_normalisation(int samples, int batchSize, int parts, bool dropLast)
    {
        using BatchSource train = Source(samples);
        void Build(bool norm) => NetworkTraining.Of(new TrainingNetwork(Classes, norm: norm)).On(train).For(1, batchSize)
            .AccumulatingGradients(parts).With(o => o with { DropLast = dropLast }).Build();
        Build(norm: false);
        if (dropLast || samples == 18)
            Build(norm: true);
        else
            FluentActions.Invoking(() => Build(norm: true)).Should().Throw<InvalidRunException>().WithMessage("*part of 1 sample*");
    }
}
