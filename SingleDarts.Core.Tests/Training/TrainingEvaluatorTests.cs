using SingleDarts.Core.Data;
using SingleDarts.Core.Training;
using static TorchSharp.torch;

namespace SingleDarts.Core.Tests.Training;

public class TrainingEvaluatorTests
{
    private const double NaN = double.NaN;

    [Theory]
    [InlineData(1, 1.0 / 6)]
    [InlineData(2, 3.0 / 6)]
    [InlineData(3, 4.0 / 6)]
    [InlineData(5, 5.0 / 6)]
    [InlineData(9, 5.0 / 6)]
    public void Top_k_agrees_with_a_hand_computation(int k, double expected)
    {
        // Ranks of the labels: 0, 1, 2, 1 (a tie goes to the lower class), 3 (NaN stands before all), and never (the label's own NaN).
        double[,] logits =
        {
            { 0, 5, 1, 2 }, { 0, 5, 1, 2 }, { 0, 5, 1, 2 }, { 7, 7, 7, 7 }, { 3, 2, NaN, 4 }, { NaN, 0, 0, 0 },
        };
        long[] labels = [1, 3, 2, 1, 1, 0];
        EvaluationReport report = Evaluate(logits, labels, k, batchSize: 4);
        report.Top1.Should().Be(1.0 / 6);
        report.TopK.Should().Be(expected);
        report.K.Should().Be(Math.Min(k, 4));
        report.Samples.Should().Be(6);
    }

    [Theory]
    [InlineData(1, false)]
    [InlineData(3, true)]
    [InlineData(100, false)]
    public void Loss_is_the_mean_over_all_samples_whatever_the_batches(int batchSize, bool streams)
    {
        double[,] logits = { { 1, 2 }, { 0, 4 }, { -1, 1 }, { 3, 3 } };
        double expected = (Math.Log(1 + Math.E) + Math.Log(1 + Math.Exp(-4)) + Math.Log(1 + Math.Exp(2)) + Math.Log(2)) / 4;
        Evaluate(logits, [0, 1, 0, 0], 1, batchSize, streams).Loss.Should().BeApproximately(expected, 1e-12);
    }

    [Fact]
    public void Evaluation_leaves_running_statistics_modes_and_gradients_as_they_were()
    {
        using var network = new TrainingNetwork(TrainingSetup.Classes);
        using BatchSource source = TrainingSetup.Source();
        network.train();
        network.named_children().First(child => child.name == "secondNorm").module.eval();
        var before = network.state_dict().ToDictionary(s => s.Key, s => s.Value.clone());

        EvaluationReport first = Evaluator.Evaluate(network, source, 5);

        foreach (var (name, tensor) in network.state_dict())
            tensor.equal(before[name]).all().item<bool>().Should().BeTrue($"{name} must be untouched");
        network.named_children().Where(child => !child.module.training).Select(child => child.name).Should().Equal("secondNorm");
        network.training.Should().BeTrue();
        network.parameters().Count(p => p.grad is not null).Should().Be(0);
        network.DropPaths.Should().BeEmpty("it ran in evaluation mode");
        Evaluator.Evaluate(network, source, 5).Should().Be(first);
    }

    [Fact]
    public void A_network_of_another_number_of_classes_is_named()
    {
        using var network = new TrainingNetwork(5);
        using BatchSource source = TrainingSetup.Source();
        FluentActions.Invoking(() => Evaluator.Evaluate(network, source, 4))
            .Should().Throw<ArgumentException>().WithMessage("*[4, 5]*expected [4, 3]*");
    }

    private static EvaluationReport Evaluate(double[,] logits, long[] labels, int k, int batchSize, bool streams = false)
    {
        using var network = new Given();
        using var source = new GivenLogits(logits, labels);
        return Evaluator.Evaluate(network, source, batchSize, k, streams);
    }

    /// <summary>The sample is the logits.</summary>
    private sealed class Given() : ClassificationNetwork("given")
    {
        public override (Tensor Logits, Tensor? Auxiliary) Classify(Tensor input) => (input.flatten(1), null);
    }

    private sealed class GivenLogits(double[,] logits, long[] labels) : IBatchSource
    {
        public string Name => "given";

        public long Count => labels.Length;

        public int Classes => logits.GetLength(1);

        public IReadOnlyList<long> InputShape => [Classes, 1, 1];

        public LabeledBatch Get(ReadOnlySpan<long> indices, Generator generator)
        {
            using var scope = NewDisposeScope();
            Tensor index = tensor(indices.ToArray());
            return new(
                tensor(logits).view(Count, Classes, 1, 1).index_select(0, index).MoveToOuterDisposeScope(),
                tensor(labels).index_select(0, index).MoveToOuterDisposeScope());
        }

        public void Dispose()
        {
        }
    }
}
