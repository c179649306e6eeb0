using System.Text.Json.Nodes;
using SingleDarts.Core.Genotypes;
using SingleDarts.Core.Training;
using SingleDarts.Core.Operations;
using SingleDarts.Core.Runtime;
using SingleDarts.Core.Spaces;
using SingleDarts.Core.Supernets;
using static TorchSharp.torch;

namespace SingleDarts.Core.Tests.PyTorch;

/// <summary>
/// Networks and operations give what the same ones, written anew for PyTorch, give on the same weights: to 1e-10 in float64, to 1e-5 in
/// float32, in training and evaluation mode, with weights that go from here to PyTorch and from there to here.
/// </summary>
[Trait("Category", "PyTorch")]
public class PyTorchTests
{
    private static readonly OperationContext Place = new(4, 4), Halving = new(4, 8, Stride: 2);
    private static readonly OperationContext Search = Place with { Affine = false, TrackRunningStatistics = false };

    private static readonly Dictionary<string, (Func<nn.Module<Tensor, Tensor>> Create, object Description, long[] Input)> Modules = new()
    {
        ["stem"] = (() => Blocks.ConvolutionStem(new(3, 4)), At("stem", 3, 4), [2, 3, 8, 8]),
        ["head"] = (() => Blocks.PooledLinearHead(new(4, 3)), At("head", 4, 3), [2, 4, 8, 8]),
        ["residual downsampling"] = (() => new ResidualDownsampling(Halving), At("residual_downsampling", 4, 8, 2), [2, 4, 8, 8]),
        ["factorized reduce"] = (() => new FactorizedReduce(Halving), At("factorized_reduce", 4, 8, 2), [2, 4, 8, 8]),
        ["factorized reduce in a search"] = (() => new FactorizedReduce(Halving with { Affine = false, TrackRunningStatistics = false }),
            At("factorized_reduce", 4, 8, 2, search: true), [2, 4, 8, 8]),
        ["ReLU-Conv-BN of stride 2"] = (() => new ReluConvBatchNorm(Halving, 3), At("relu_conv_bn", 4, 8, 2, kernel: 3), [2, 4, 8, 8]),
        ["ReLU-Conv-BN in a search"] = (() => new ReluConvBatchNorm(Search, 1), At("relu_conv_bn", 4, 4, search: true, kernel: 1),
            [2, 4, 8, 8]),
        ["a chain"] = (
            () => nn.Sequential(Blocks.ConvolutionStem(new(3, 4)), new ReluConvBatchNorm(Place, 3), new ResidualDownsampling(Halving),
                Blocks.PooledLinearHead(new(8, 3))),
            new { type = "sequence", layers = new[] { At("stem", 3, 4), At("relu_conv_bn", 4, 4, kernel: 3),
                At("residual_downsampling", 4, 8, 2), At("head", 8, 3) } },
            [2, 3, 8, 8]),
    };

    public static TheoryData<string> Names => [.. Modules.Keys];

    [Trait("Category", "Slow")]
    [PyTorchTheory]
    [MemberData(nameof(Names))]
    public void Blocks_equal_those_of_PyTorch(string name)
    {
        var (create, description, input) = Modules[name];
        foreach (var (type, fromPyTorch, byOrder) in new[] { (ScalarType.Float64, true, false), (ScalarType.Float32, false, true) })
        {
            using var module = create();
            module.to(type);
            new Comparison(description, input, byOrder).Compare(module, type, fromPyTorch);
        }
    }

    [PyTorchTheory]
    [InlineData("none")]
    [InlineData("skip_connect")]
    [InlineData("nor_conv_1x1")]
    [InlineData("nor_conv_3x3")]
    [InlineData("avg_pool_3x3")]
    public void Operations_of_NasBench201_equal_those_of_PyTorch(string name)
    {
        CandidateOperation operation = NasBench201Operations.All.Single(o => o.Name == name);
        using var module = operation.Create(Place);
        module.to(ScalarType.Float64);
        new Comparison(At("operation", 4, 4, name: name, space: "nasbench201"), [2, 4, 5, 7])
            .Compare(module, x => [module.call(x).Plus(x.Times(0L))], ScalarType.Float64, fromPyTorch: true);
    }

    [Trait("Category", "Slow")]
    [PyTorchTheory]
    [InlineData(CellExecution.PerEdge, false, "sigmoid")]
    [InlineData(CellExecution.Merged, false, "softmax")]
    [InlineData(CellExecution.MergedWithRecomputation, false, "sigmoid")]
    [InlineData(CellExecution.PerEdge, true, "softmax")]
    public void Supernet_equals_that_of_PyTorch(CellExecution execution, bool affineWithStatistics, string relaxation)
    {
        SearchSpace space = SearchSpaces.NasBench201(classes: 3, channels: 4, cellsPerStage: 2, height: 8, width: 8);
        var description = new { type = "nasbench201_supernet", channels = 4, cells = 2, classes = 3, relaxation,
            affine = affineWithStatistics, track = affineWithStatistics };
        foreach (var (type, fromPyTorch) in new[] { (ScalarType.Float64, true), (ScalarType.Float64, false), (ScalarType.Float32, true),
            (ScalarType.Float32, false) })
        {
            using var supernet = new Supernet(space, relaxation == "sigmoid" ? Relaxations.Sigmoid : Relaxations.Softmax,
                new SupernetOptions
            {
                Execution = execution, DataType = type, Affine = affineWithStatistics, TrackRunningStatistics = affineWithStatistics,
            });
            new Comparison(description, [4, 3, 8, 8], byOrder: !fromPyTorch).Compare(supernet, type, fromPyTorch);
        }
    }

    [PyTorchTheory]
    [InlineData("max_pool_3x3")]
    [InlineData("avg_pool_3x3")]
    [InlineData("skip_connect")]
    [InlineData("sep_conv_3x3")]
    [InlineData("sep_conv_5x5")]
    [InlineData("sep_conv_7x7")]
    [InlineData("dil_conv_3x3")]
    [InlineData("dil_conv_5x5")]
    [InlineData("conv_7x1_1x7")]
    public void Operations_of_DARTS_equal_those_of_PyTorch(string name)
    {
        CandidateOperation operation = DartsOperations.Published.Single(o => o.Name == name);
        foreach (var (stride, search) in new[] { (1, true), (2, true), (1, false), (2, false) })
        {
            using var module = operation.Create(Place with { Stride = stride, Affine = !search, TrackRunningStatistics = !search });
            module.to(ScalarType.Float64);
            new Comparison(At("operation", 4, 4, stride, search, name: name, space: "darts"), [2, 4, 8, 8], byOrder: true)
                .Compare(module, x => [module.call(x).Plus(x.sum().Times(0L))], ScalarType.Float64, fromPyTorch: true);
        }
    }

    [Trait("Category", "Slow")]
    [PyTorchTheory]
    [InlineData(CellExecution.PerEdge, "cifar")]
    [InlineData(CellExecution.Merged, "cifar")]
    [InlineData(CellExecution.Merged, "imagenet")]
    public void Supernet_of_DARTS_equals_that_of_PyTorch(CellExecution execution, string stem)
    {
        SearchSpace space = stem == "cifar"
            ? SearchSpaces.Darts(classes: 3, channels: 4, layers: 3, height: 8, width: 8)
            : SearchSpaces.DartsImageNet(classes: 3, channels: 4, layers: 3, size: 64);
        var description = new { type = "darts_supernet", channels = 4, layers = 3, classes = 3, relaxation = "sigmoid", stem,
            track = false };
        foreach (var (type, fromPyTorch) in new[] { (ScalarType.Float64, true), (ScalarType.Float32, false) })
        {
            using var supernet = new Supernet(space, Relaxations.Sigmoid, new SupernetOptions { Execution = execution, DataType = type });
            new Comparison(description, [4, .. space.InputShape], byOrder: true).Compare(supernet, type, fromPyTorch);
        }
    }

    [Trait("Category", "Slow")]
    [PyTorchTheory]
    [InlineData("DARTS-V2", "cifar")]
    [InlineData("DARTS-V2", "imagenet")]
    [InlineData("PC-DARTS-CIFAR", "cifar")]
    public void Networks_of_DARTS_equal_those_of_PyTorch(string name, string stem)
    {
        Genotype genotype = DartsGenotypes.Named(name).Genotype;
        bool small = stem == "cifar";
        var description = new
        {
            type = "darts_network", channels = small ? 4 : 8, layers = 3, classes = 3, stem, auxiliary = true,
            genotype = new Dictionary<string, object>
            {
                ["normal"] = Genes(genotype["normal"]), ["normal_concat"] = new[] { 2, 3, 4, 5 },
                ["reduce"] = Genes(genotype["reduction"]), ["reduce_concat"] = new[] { 2, 3, 4, 5 },
            },
        };
        foreach (var (type, fromPyTorch) in new[] { (ScalarType.Float64, true), (ScalarType.Float32, false) })
        {
            using var network = small
                ? DartsNetworks.Cifar(genotype, classes: 3, channels: 4, layers: 3,
                    options: new() { Auxiliary = AuxiliaryHeadOptions.Cifar })
                : DartsNetworks.ImageNet(genotype, classes: 3, channels: 8, layers: 3,
                    options: new() { Auxiliary = AuxiliaryHeadOptions.ImageNet });
            network.to(type);
            new Comparison(description, [small ? 16 : 2, .. network.Layout.InputShape], byOrder: true)
                .Compare(network, Both, type, fromPyTorch);

            Tensor[] Both(Tensor x)
            {
                var (logits, auxiliary) = network.Classify(x);
                return auxiliary is null ? [logits] : [logits, auxiliary];
            }
        }

        static object[][] Genes(CellGenotype cell) =>
            [.. cell.Nodes.SelectMany(genes => genes.Select(g => new object[] { g.Operation, g.Source }))];
    }

    [PyTorchFact]
    public void Network_of_NasBench201_equals_that_of_PyTorch()
    {
        SearchSpace space = SearchSpaces.NasBench201(classes: 3, channels: 4, cellsPerStage: 1, height: 8, width: 8);
        Genotype genotype = Genotype.Parse("|nor_conv_3x3~0|+|none~0|avg_pool_3x3~1|+|skip_connect~0|nor_conv_1x1~1|nor_conv_3x3~2|");
        foreach (var (type, fromPyTorch) in new[] { (ScalarType.Float64, true), (ScalarType.Float32, false) })
        {
            using var network = new EvaluationNetwork(space, genotype);
            network.to(type);
            new Comparison(new { type = "nasbench201_network", genotype = genotype.ToString(), channels = 4, cells = 1, classes = 3 },
                [4, 3, 8, 8], byOrder: true)
                .Compare(network, type, fromPyTorch);
        }
    }

    [Trait("Category", "Slow")]
    [PyTorchFact]
    public void Definitions_in_Python_have_the_published_numbers_of_parameters()
    {
        Dictionary<string, string> counts = PythonTorch.Run("networks.py").Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .ToDictionary(line => line[11..], line => line[..9].Trim());
        counts.Should().Equal(new Dictionary<string, string>
        {
            ["NAS-Bench-201 supernet"] = "1,692,826",
            ["NAS-Bench-201 best cell on CIFAR-100"] = "1,288,506",
            ["DARTS supernet"] = "1,930,618",
            ["DARTS supernet for ImageNet"] = "2,215,648",
            ["PC-DARTS supernet"] = "299,578",
            ["PC-DARTS supernet for ImageNet"] = "956,512",
            ["DARTS V2 for CIFAR-10"] = "3,349,342",
            ["DARTS V2 for CIFAR-10, auxiliary head"] = "476,426",
            ["DARTS V2 for ImageNet"] = "4,718,752",
            ["DARTS V2 for ImageNet, auxiliary head"] = "1,260,776",
        });
    }

    private static JsonObject At(
        string type, int inputs, int outputs, int stride = 1, bool search = false, int? kernel = null, string? name = null,
        string? space = null) => new()
    {
        ["type"] = type, ["in"] = inputs, ["out"] = outputs, ["stride"] = stride, ["affine"] = !search, ["track"] = !search,
            ["search"] = search, ["kernel"] = kernel,
        ["name"] = name, ["space"] = space,
    };
}
