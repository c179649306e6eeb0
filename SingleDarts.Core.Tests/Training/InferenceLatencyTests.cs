using SingleDarts.Core.Spaces;
using SingleDarts.Core.Training;
using static TorchSharp.torch;

namespace SingleDarts.Core.Tests.Training;

/// <summary>What is measured is the passes that were asked for, in evaluation mode, and nothing else changes.</summary>
public class InferenceLatencyTests
{
    [Fact]
    public void Passes_are_in_evaluation_mode_without_gradients_and_leave_the_network_as_it_was()
    {
        using var network = new Sleeper(5);
        network.train();
        network.Scale.eval();

        InferenceLatency latency = InferenceLatency.Measure(network, [3, 4, 5], batchSize: 2, passes: 7, warmUp: 3);

        network.Seen.Should().HaveCount(10).And.OnlyContain(pass => pass == "evaluation, no gradient, [2, 3, 4, 5], Float64");
        network.training.Should().BeTrue();
        network.Scale.training.Should().BeFalse("it was not in training mode before");
        (latency.Passes, latency.BatchSize).Should().Be((7, 2));
        latency.LowerQuartile.Should().BeGreaterThan(0.004, "each pass sleeps 5 ms");
        latency.LowerQuartile.Should().BeLessThanOrEqualTo(latency.Median);
        latency.Median.Should().BeLessThanOrEqualTo(latency.UpperQuartile);
    }

    [Fact]
    public void Running_statistics_and_outputs_stay_what_they_were()
    {
        using var scope = NewDisposeScope();
        SearchSpace space = SearchSpaces.NasBench201(3, channels: 2, cellsPerStage: 1, height: 8, width: 8);
        using var network = new EvaluationNetwork(space, space.RandomGenotype(1));
        var before = network.state_dict().ToDictionary(s => s.Key, s => s.Value.clone());

        InferenceLatency.Measure(network, [3, 8, 8], passes: 2, warmUp: 1).Median.Should().BePositive();

        foreach (var (name, value) in network.state_dict())
            value.equal(before[name]).all().item<bool>().Should().BeTrue("of {0}", name);
    }

    [Fact]
    public void What_cannot_be_measured_is_refused_before_a_pass()
    {
        using var network = new Sleeper(0);
        ((Action)(() => InferenceLatency.Measure(network, [3, 0])))
            .Should().Throw<ArgumentOutOfRangeException>().WithParameterName("shape");
        ((Action)(() => InferenceLatency.Measure(network, [3], batchSize: 0))).Should().Throw<ArgumentOutOfRangeException>();
        ((Action)(() => InferenceLatency.Measure(network, [3], passes: 0))).Should().Throw<ArgumentOutOfRangeException>();
        ((Action)(() => InferenceLatency.Measure(network, [3], cancellationToken: new(true)))).Should().Throw<OperationCanceledException>();
        network.Seen.Should().BeEmpty();
    }

    private sealed class Sleeper : nn.Module<Tensor, Tensor>
    {
        private readonly int milliseconds;

        public Sleeper(int milliseconds) : base(nameof(Sleeper))
        {
            this.milliseconds = milliseconds;
            Scale = nn.Linear(1, 1, dtype: ScalarType.Float64);
            RegisterComponents();
        }

        public TorchSharp.Modules.Linear Scale { get; }

        public List<string> Seen { get; } = [];

        public override Tensor forward(Tensor input)
        {
            Seen.Add($"{(training ? "training" : "evaluation")}, {(is_grad_enabled() ? "gradient" : "no gradient")}, " +
                $"[{string.Join(", ", input.shape)}], {input.dtype}");
            Thread.Sleep(milliseconds);
            return input.alias();
        }
    }
}
