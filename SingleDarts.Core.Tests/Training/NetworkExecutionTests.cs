using SingleDarts.Core.Genotypes;
using SingleDarts.Core.Optimizers;
using SingleDarts.Core.Runtime;
using SingleDarts.Core.Supernets;
using SingleDarts.Core.Training;
using static TorchSharp.torch;

namespace SingleDarts.Core.Tests.Training;

/// <summary>Networks of genotypes whose cells are computed together, against the same weights operation by operation, in float64.</summary>
public class NetworkExecutionTests
{
    private const double Tolerance = 1e-10;

    public static TheoryData<string, CellExecution, double> Cases()
    {
        var cases = new TheoryData<string, CellExecution, double>();
        foreach (string name in new[] { "DARTS-V2", "PC-DARTS-CIFAR", "NASNet-A", "FairDARTS-a", "ENAS" })
        {
            cases.Add(name, CellExecution.Merged, 0);
            cases.Add(name, CellExecution.MergedWithRecomputation, 0.3);
        }
        return cases;
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Outputs_gradients_and_statistics_are_those_of_the_definition(string name, CellExecution execution, double dropPath)
    {
        using var scope = NewDisposeScope();
        Dictionary<string, Tensor> expected = After(name, CellExecution.PerEdge, dropPath), actual = After(name, execution, dropPath);
        actual.Keys.Should().Equal(expected.Keys);
        expected.Keys.Should().Contain("auxiliary").And.Contain(key => key.Contains("running_var") && key.Contains("operations"));
        foreach (string key in expected.Keys)
            Difference(expected[key], actual[key]).Should().BeLessThan(Tolerance, "of {0}", key);
    }

    [Fact]
    public void What_was_released_before_the_backward_pass_is_computed_again()
    {
        using var scope = NewDisposeScope();
        Dictionary<string, Tensor> expected = After("DARTS-V2", CellExecution.Merged, 0);
        Dictionary<string, Tensor> actual = After("DARTS-V2", CellExecution.Merged, 0, KeptForBackward.Release);
        actual.Keys.Should().Equal(expected.Keys);
        foreach (string key in expected.Keys)
            Difference(expected[key], actual[key]).Should().BeLessThan(Tolerance, "of {0}", key);
    }

    [Fact]
    public void Operations_with_hooks_are_called()
    {
        using var scope = NewDisposeScope();
        using EvaluationNetwork network = Create("DARTS-V2");
        int calls = 0;
        nn.Module<Tensor, Tensor>[] watched = [.. network.named_modules()
            .Where(entry => entry.name.Contains("operations") && entry.module is TorchSharp.Modules.Conv2d)
            .Select(entry => (nn.Module<Tensor, Tensor>)entry.module)];
        foreach (nn.Module<Tensor, Tensor> module in watched)
            module.register_forward_hook((_, _, output) =>
            {
                calls++;
                return output;
            });

        network.call(Input());

        calls.Should().Be(watched.Length).And.BeGreaterThan(20);
    }

    [Fact]
    public void A_second_derivative_is_refused_with_the_remedy_at_the_next_use()
    {
        using var scope = NewDisposeScope();
        using EvaluationNetwork network = Create("DARTS-V2");
        TorchSharp.Modules.Parameter[] weights = [.. network.parameters()];
        using var optimizer = new ScheduledOptimizer(OptimizerSettings.Default.Sgd(0.1), [.. network.named_parameters()]);
        autograd.grad([network.call(Input()).sum()], weights, retain_graph: true, create_graph: true, allow_unused: true);

        optimizer.Invoking(o => o.Step()).Should().Throw<InvalidOperationException>().WithMessage("*create_graph*PerEdge*");

        network.Execution = CellExecution.PerEdge;
        IList<Tensor> first = autograd.grad(
            [network.call(Input()).sum()], weights, retain_graph: true, create_graph: true, allow_unused: true);
        Tensor squares = first.Where(g => !g.IsInvalid).Select(g => g.Squared().sum()).Aggregate((a, b) => a.Plus(b));
        squares.backward();
        weights.Max(w => w.grad is null ? 0 : w.grad.abs().max().item<double>()).Should().BeGreaterThan(0);
    }

    private static EvaluationNetwork Create(string name)
    {
        var options = new EvaluationNetworkOptions { Seed = 3, Auxiliary = AuxiliaryHeadOptions.Cifar, AllowRepeatedEdges = true };
        EvaluationNetwork network = DartsNetworks.Cifar(
            DartsGenotypes.Named(name).Genotype, classes: 3, channels: 4, layers: 4, options: options);
        network.to(ScalarType.Float64);
        network.train();
        return network;
    }

    private static Tensor Input()
    {
        using var generator = new Generator(5UL);
        return randn([3, 3, 32, 32], ScalarType.Float64, generator: generator);
    }

    /// <summary>Logits, gradients of input and weights, and buffers after a step.</summary>
    private static Dictionary<string, Tensor> After(string name, CellExecution execution, double dropPath, Action? between = null)
    {
        using EvaluationNetwork network = Create(name);
        network.Execution = execution;
        network.DropPathProbability = dropPath;
        using var random = new RunRandom.Draw(7, borrows: false);
        Tensor input = Input().requires_grad_();
        var (logits, auxiliary) = network.Classify(input);
        between?.Invoke();
        var labels = from_array(new long[] { 0, 1, 2 });
        nn.functional.cross_entropy(logits, labels).Plus(nn.functional.cross_entropy(auxiliary!, labels)).backward();
        var after = new Dictionary<string, Tensor>
        {
            ["logits"] = logits.detach(), ["auxiliary"] = auxiliary!.detach(), ["input"] = input.grad!,
        };
        foreach (var (key, weight) in network.named_parameters())
            after[$"gradient of {key}"] = weight.grad!.clone();
        foreach (var (key, buffer) in network.named_buffers())
            after[key] = buffer.clone().to(ScalarType.Float64);
        return after;
    }

    private static double Difference(Tensor expected, Tensor actual) => expected.sub(actual).abs().max().item<double>();
}
