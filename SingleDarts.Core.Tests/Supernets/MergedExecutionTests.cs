using SingleDarts.Core.Operations;
using SingleDarts.Core.Optimizers;
using SingleDarts.Core.Runtime;
using SingleDarts.Core.Spaces;
using SingleDarts.Core.Supernets;
using static TorchSharp.torch;

namespace SingleDarts.Core.Tests.Supernets;

/// <summary>Every execution against the definition, in float64.</summary>
public partial class MergedExecutionTests
{
    private const double Tolerance = 1e-10;

    public static TheoryData<string, string, CellExecution> Cases()
    {
        var cases = new TheoryData<string, string, CellExecution>();
        string[] spaces =
            ["nasbench201", "mixed", "two-inputs", "darts", "restricted-mixed", "restricted-darts", "partial", "dropout"];
        foreach (string space in spaces)
            foreach (string relaxation in new[] { "sigmoid", "softmax", "hard", "dropped", "max-w" })
            {
                cases.Add(space, relaxation, CellExecution.Merged);
                cases.Add(space, relaxation, CellExecution.MergedWithRecomputation);
            }
        return cases;
    }

    [Trait("Category", "Slow")]
    [Theory]
    [MemberData(nameof(Cases))]
    public void Outputs_and_gradients_are_those_of_the_definition(string space, string relaxation, CellExecution execution)
    {
        using var scope = NewDisposeScope();
        for (int seed = 0; seed < 3; seed++)
        {
            using Supernet supernet = Create(space, relaxation, seed);
            var (input, labels) = Batch(seed);
            var expected = Gradients(supernet, CellExecution.PerEdge, input, labels);
            var actual = Gradients(supernet, execution, input, labels);
            actual.Keys.Should().Equal(expected.Keys);
            foreach (string name in expected.Keys)
                Difference(expected[name], actual[name]).Should().BeLessThan(Tolerance, "of {0}", name);
            Largest(expected["alpha/" + supernet.Space.Cells[0].Name]).Should().BeGreaterThan(1e-6, "otherwise nothing is compared");
        }
    }

    [Theory]
    [InlineData("nasbench201")]
    [InlineData("darts")]
    public void Running_statistics_are_those_of_the_definition(string space)
    {
        using var scope = NewDisposeScope();
        var (input, labels) = Batch(1);
        Dictionary<string, Tensor> After(CellExecution execution)
        {
            using Supernet supernet =
                Create(space, "softmax", 1, new() { TrackRunningStatistics = true, DataType = ScalarType.Float64 });
            Gradients(supernet, execution, input, labels);
            Gradients(supernet, execution, input.Times(2L).Plus(1L), labels);
            var state = supernet.named_buffers().ToDictionary(b => b.name, b => b.buffer.clone().to(ScalarType.Float64));
            supernet.eval();
            state["evaluation"] = supernet.call(input).detach();
            return state;
        }
        var expected = After(CellExecution.PerEdge);
        var actual = After(CellExecution.Merged);
        expected.Keys.Should().Contain(name => name.Contains("running_var") && name.Contains("edges"));
        foreach (string name in expected.Keys)
            Difference(expected[name], actual[name]).Should().BeLessThan(Tolerance, "of {0}", name);
    }

    [Theory]
    [InlineData("darts")]
    [InlineData("partial")]
    public void A_supernet_that_changes_its_type_is_still_the_definition(string space)
    {
        using var scope = NewDisposeScope();
        var (input, labels) = Batch(2);
        using Supernet supernet = Create(space, "softmax", 2, new() { DataType = ScalarType.Float32 });
        Gradients(supernet, CellExecution.Merged, input.to(ScalarType.Float32), labels);
        supernet.to(ScalarType.Float64);
        var expected = Gradients(supernet, CellExecution.PerEdge, input, labels);
        var actual = Gradients(supernet, CellExecution.Merged, input, labels);
        foreach (string name in expected.Keys)
            Difference(expected[name], actual[name]).Should().BeLessThan(Tolerance, "of {0}", name);
    }

    [Fact]
    public void A_kept_graph_can_be_walked_twice()
    {
        using var scope = NewDisposeScope();
        var (input, labels) = Batch(3);
        using Supernet supernet = Create("nasbench201", "softmax", 3);
        supernet.Execution = CellExecution.Merged;
        Tensor loss = Loss(supernet, input, labels);
        Tensor alpha = supernet.Architecture["cell"];
        Tensor first = autograd.grad([loss], [alpha], retain_graph: true)[0], second = autograd.grad([loss], [alpha])[0];
        Difference(first, second).Should().Be(0);
    }

    [Fact]
    public void Candidates_that_a_hard_relaxation_leaves_out_are_not_computed()
    {
        using var scope = NewDisposeScope();
        var (input, labels) = Batch(4);
        foreach (CellExecution execution in Enum.GetValues<CellExecution>())
        {
            using Supernet supernet = Create("mixed", "hard", 4);
            Gradients(supernet, execution, input, labels);
            var chosen = ((OneHot)supernet.Architecture.Relaxation).Choice(4, 8);
            var moved = supernet.named_parameters().Where(p => p.parameter.grad is { } g && Largest(g) > 0).Select(p => p.name).ToList();
            int[] learnable = [1, 2, 7];
            foreach (int cell in new[] { 0, 2 })
                for (int edge = 0; edge < 3; edge++)
                    foreach (int k in learnable)
                        if (k != chosen[edge])
                            moved.Should().NotContain(name => name.StartsWith($"layers.{cell}.edges.{edge}.operations.{k}."));
            moved.Should().Contain(name => name.Contains("edges"));
        }
    }

    [Fact]
    public void Convolutions_in_bfloat16_are_near_those_of_the_definition()
    {
        using var scope = NewDisposeScope();
        var (input, labels) = Batch(5);
        using Supernet exact = Create("nasbench201", "sigmoid", 5), rounded = Create(
            "nasbench201", "sigmoid", 5, new() { ConvolutionType = ScalarType.BFloat16, DataType = ScalarType.Float32 });
        using (no_grad())
            rounded.Architecture["cell"].copy_(exact.Architecture["cell"]);
        var expected = Gradients(exact, CellExecution.PerEdge, input, labels);
        var actual = Gradients(rounded, CellExecution.Merged, input.to(ScalarType.Float32), labels);
        (actual["loss"].item<float>() / expected["loss"].item_double()).Should().BeApproximately(1, 0.02);
        Tensor Convolutions(Dictionary<string, Tensor> gradients) => cat([.. expected.Keys
            .Where(name => name.EndsWith("convolution.weight")).Select(name => gradients[name].reshape(-1))]);
        Cosine(Convolutions(expected), Convolutions(actual)).Should().BeGreaterThan(0.9);
        Cosine(expected["alpha/cell"], actual["alpha/cell"]).Should().BeInRange(0.8, 1 - 1e-9, "rounding shows");
        static double Cosine(Tensor a, Tensor b) => nn.functional.cosine_similarity(
            a.reshape(1, -1), b.to(ScalarType.Float64).reshape(1, -1)).item_double();
    }

    [Fact]
    public void Executions_share_one_set_of_weights()
    {
        using Supernet perEdge = Create("nasbench201", "sigmoid", 5), merged = Create(
            "nasbench201", "sigmoid", 5, new() { Execution = CellExecution.Merged });
        perEdge.state_dict().Keys.Should().Equal(merged.state_dict().Keys);
        foreach (var (name, tensor) in merged.state_dict().Where(s => s.Key != "alpha.cell"))
            Difference(perEdge.state_dict()[name].to(ScalarType.Float64), tensor.to(ScalarType.Float64)).Should().Be(0);
    }

    [Fact]
    public void Average_pooling_and_its_transpose_are_those_of_libtorch()
    {
        var random = new Random(6);
        for (int i = 0; i < 60; i++)
        {
            using var scope = NewDisposeScope();
            long reach = random.Next(0, 3), height = random.Next((int)reach + 1, 9), width = random.Next((int)reach + 1, 9);
            var pool = nn.AvgPool2d([2 * reach + 1, 2 * reach + 1], [random.Next(1, 3), 1], [reach, reach],
                count_include_pad: i % 2 == 0, divisor_override: i % 5 == 0 ? 7 : null);
            Tensor x = randn(2, random.Next(1, 5), height, width, requires_grad: true);
            Tensor expected = pool.call(x), gradient = randn_like(expected);
            var pooling = new AveragePooling(pool);
            Difference(expected, pooling.Forward(x.detach())).Should().BeLessThan(1e-5);
            Difference(autograd.grad([expected], [x], [gradient])[0], pooling.Backward(gradient, x.detach())).Should().BeLessThan(1e-5);
        }
    }

    private static Supernet Create(string space, string relaxation, int seed, SupernetOptions? options = null)
    {
        var supernet = new Supernet(
            space switch
            {
                "nasbench201" => SearchSpaces.NasBench201(channels: 4, cellsPerStage: 1, height: 8, width: 8),
                "mixed" => Mixed(),
                "darts" or "partial" or "dropout" => SearchSpaces.Darts(channels: 4, layers: 3, height: 8, width: 8),
                "restricted-mixed" => Restricted.AtRandom(Mixed(), seed),
                "restricted-darts" => Restricted.AtRandom(SearchSpaces.Darts(channels: 4, layers: 3, height: 8, width: 8), seed),
                _ => TwoInputs(),
            },
            relaxation switch
            {
                "softmax" when space == "partial" => new EdgeNormalizedSoftmax(),
                "sigmoid" => Relaxations.Sigmoid,
                "softmax" => new SoftmaxRelaxation(1),
                "dropped" => new GroupDropSoftmax(0.05) { InitialDeviation = 1 },
                "max-w" => new MaxWeightRelaxation(1),
                _ => new OneHot(seed),
            },
            (options ?? new() { DataType = ScalarType.Float64 }) with
            {
                Seed = seed,
                EdgeDecorators = space switch
                {
                    "partial" => [new PartialChannels(2)],
                    "dropout" => [new CandidateDropout("skip_connect", [Schedule.Constant(0)])],
                    _ => [],
                },
            });
        using var _ = no_grad();
        using var generator = new Generator((ulong)seed);
        if (relaxation == "sigmoid")
            foreach (var (_, alpha) in supernet.Architecture.Named)
                alpha.Plus_(randn(alpha.shape, ScalarType.Float64, generator: generator).to(alpha.dtype));
        return supernet;
    }

    /// <summary>Convolutions of two sizes, poolings of three kinds, and operations that cannot be merged.</summary>
    private static SearchSpace Mixed() => SearchSpace.Define("mixed").Input(3, 8, 8).Classes(10)
        .Operation(NasBench201Operations.None)
        .Operation("conv_1x1", c => new ReluConvBatchNorm(c, 1))
        .Operation("conv_5x5", c => new ReluConvBatchNorm(c, 5))
        .Operation("max_pool", c => nn.MaxPool2d(3, stride: c.Stride, padding: 1), isLearnable: false)
        .Operation("padded_pool", c => nn.AvgPool2d(3, stride: c.Stride, padding: 1), isLearnable: false)
        .Operation("pool_5x5", c => nn.AvgPool2d(5, stride: c.Stride, padding: 2, count_include_pad: false), isLearnable: false)
        .Operation("skip", Blocks.Skip, isLearnable: false)
        .Operation("plain", c => nn.Conv2d(c.InChannels, c.OutChannels, 3, stride: c.Stride, padding: 1))
        .Cell(nodes: 2).Stages(2).Channels(4).Build();

    /// <summary>Two inputs, concatenated nodes, reduction cells with stride 2.</summary>
    private static SearchSpace TwoInputs() => SearchSpace.Define("two-inputs").Input(3, 8, 8).Classes(10)
        .Operation("skip", Blocks.Skip, isLearnable: false)
        .Operation("conv", c => new ReluConvBatchNorm(c, 3))
        .Operation("pool", c => nn.AvgPool2d(3, stride: c.Stride, padding: 1, count_include_pad: false), isLearnable: false)
        .Cell(nodes: 2, inputs: 2, output: CellOutput.Concatenation).Stages(2).Channels(4).ReductionCells().Build();

    private static (Tensor Input, Tensor Labels) Batch(int seed)
    {
        using var generator = new Generator((ulong)seed);
        return (randn([6, 3, 8, 8], ScalarType.Float64, generator: generator), randint(10, [6], ScalarType.Int64, generator: generator));
    }

    private static Tensor Loss(Supernet supernet, Tensor input, Tensor labels) =>
        nn.functional.cross_entropy(supernet.call(input), labels);

    private static Dictionary<string, Tensor> Gradients(Supernet supernet, CellExecution execution, Tensor input, Tensor labels)
    {
        supernet.Execution = execution;
        // Sampled relaxations draw the same for every execution.
        supernet.MoveTo(new EpochPosition(0, 0, 1), 2);
        var parameters = supernet.Weights.Concat(supernet.Architecture.Named.Select(a => ("alpha/" + a.Name, a.Parameter))).ToList();
        foreach (var (_, parameter) in parameters)
            parameter.grad = null;
        Tensor loss = Loss(supernet, input, labels);
        loss.backward();
        var result = parameters.ToDictionary(p => p.Item1, p => (p.Item2.grad ?? zeros_like(p.Item2)).clone());
        result["loss"] = loss.detach();
        return result;
    }

    private static double Difference(Tensor a, Tensor b) => (a - b).abs().max().item_double();

    private static double Largest(Tensor a) => a.abs().max().item_double();

    /// <summary>One candidate an edge, with the gradient of a softmax passed straight through.</summary>
    private sealed class OneHot(int seed) : IRelaxation
    {
        public string Name => "one-hot";

        public int[] Choice(int edges, int operations)
        {
            var random = new Random(seed);
            return [.. Enumerable.Range(0, edges).Select(_ => random.Next(operations))];
        }

        public Tensor Initialize(long edges, long operations, Generator generator) => zeros([edges, operations], ScalarType.Float64);

        public MixingWeights Relax(Tensor alpha, RelaxationContext context)
        {
            Tensor hard = zeros_like(alpha), soft = alpha.softmax(-1);
            int[] choice = Choice((int)alpha.shape[0], (int)alpha.shape[1]);
            using (no_grad())
                for (int i = 0; i < choice.Length; i++)
                {
                    while (!alpha[i, choice[i]].isfinite().item<bool>())
                        choice[i] = (choice[i] + 1) % (int)alpha.shape[1];
                    hard[i, choice[i]] = 1;
                }
            return MixingWeights.OnlyNonZero(hard.Plus(soft) - soft.detach());
        }
    }
}

file static class Numbers
{
    public static double item_double(this Tensor tensor) => tensor.to(ScalarType.Float64).item<double>();
}
