using System.Text.Json;
using SingleDarts.Core.Data;
using SingleDarts.Core.Genotypes;
using SingleDarts.Core.Operations;
using SingleDarts.Core.Runtime;
using SingleDarts.Core.Spaces;
using SingleDarts.Core.Training;
using static TorchSharp.torch;

namespace SingleDarts.Core.Tests.Training;

/// <summary>Exported networks, held against ONNX Runtime.</summary>
public class OnnxExportTests
{
    private const double Tolerance = 1e-5;

    public static TheoryData<string> PublishedCells => new(DartsGenotypes.All.Select(published => published.Name));

    [Theory]
    [MemberData(nameof(PublishedCells))]
    public void Every_published_cell_has_the_logits_of_TorchSharp_at_odd_sizes_too(string name)
    {
        foreach (long size in (long[])[29, 31, 32])
        {
            using EvaluationNetwork network = OnnxFile.AsIfTrained(DartsNetworks.Cifar(
                DartsGenotypes.Named(name).Genotype, classes: 5, channels: 4, layers: 3, size: size,
                options: new() { Seed = 3, AllowRepeatedEdges = true }));
            OnnxFile.Difference(network).Should().BeLessThan(Tolerance, $"at {size}x{size}");
        }
    }

    [Theory]
    [InlineData("|nor_conv_3x3~0|+|nor_conv_1x1~0|avg_pool_3x3~1|+|skip_connect~0|none~1|nor_conv_3x3~2|")]
    [InlineData("|none~0|+|none~0|skip_connect~1|+|avg_pool_3x3~0|nor_conv_1x1~1|skip_connect~2|")]
    [InlineData("|none~0|+|none~0|none~1|+|none~0|none~1|none~2|")]
    public void Cells_of_NAS_Bench_201_have_the_logits_of_TorchSharp(string genotype)
    {
        using EvaluationNetwork network = OnnxFile.AsIfTrained(
            NasBench201Networks.Create(Genotype.Parse(genotype), channels: 4, cellsPerStage: 1, size: 28));
        OnnxFile.Difference(network).Should().BeLessThan(Tolerance);
    }

    [Fact]
    public void The_network_of_DARTS_for_ImageNet_has_the_logits_of_TorchSharp()
    {
        using EvaluationNetwork network = OnnxFile.AsIfTrained(DartsNetworks.ImageNet(
            DartsGenotypes.All[^1].Genotype, classes: 7, channels: 4, layers: 4, size: 65, new() { Auxiliary = null }));
        OnnxFile.Difference(network).Should().BeLessThan(Tolerance);
    }

    [Fact]
    public void Zeros_have_the_shape_of_their_place()
    {
        static CellGenotype Cell(string second) =>
            new([[new("none", 0), new("none", 1)], [new(second, 0), new("skip_connect", 2)]]);
        var genotype = new Genotype(new Dictionary<string, CellGenotype>
        {
            ["normal"] = Cell("sep_conv_3x3"),
            ["reduction"] = Cell("max_pool_3x3"),
        });
        using EvaluationNetwork network = OnnxFile.AsIfTrained(DartsNetworks.Cifar(genotype, channels: 4, layers: 3, size: 19));
        OnnxFile.Difference(network).Should().BeLessThan(Tolerance);
    }

    public static TheoryData<string> Modules => new(modules.Keys);

    private static readonly Dictionary<string, Func<OperationContext, nn.Module<Tensor, Tensor>>> modules = new()
    {
        ["MaxPool2d"] = _ => nn.MaxPool2d(2),
        ["MaxPool2d, dilated"] = _ => nn.MaxPool2d(3, stride: 2, padding: 1, dilation: 2),
        ["AvgPool2d with padding"] = _ => nn.AvgPool2d(3, stride: 2, padding: 1),
        ["AvgPool2d without padding"] = _ => nn.AvgPool2d(3, stride: 2, padding: 1, count_include_pad: false),
        ["Activations"] = _ => nn.Sequential(nn.SiLU(), nn.Hardswish(), nn.Tanh(), nn.Sigmoid()),
        ["Conv2d, same"] = c => nn.Conv2d(c.OutChannels, c.OutChannels, (4, 3), padding: Padding.Same, stride: (1, 1), dilation: (1, 2)),
        ["Conv2d, rectangular"] = c => nn.Conv2d(c.OutChannels, c.OutChannels, (3, 5), (2, 1), (1, 2), (1, 1), groups: 2),
        ["Identities"] = _ => nn.Sequential(nn.Identity(), nn.Dropout(0.5), nn.Dropout2d(0.5), new Dropout()),
        ["FactorizedReduce"] = c => new FactorizedReduce(c with { InChannels = c.OutChannels, Stride = 2 }),
        ["PoolingBatchNorm"] = c => new PoolingBatchNorm(new OperationContext(c.OutChannels, c.OutChannels, 2, Affine: false), true),
    };

    [Theory]
    [MemberData(nameof(Modules))]
    public void Modules_of_a_custom_space_have_the_values_of_TorchSharp(string name)
    {
        using EvaluationNetwork network = OnnxFile.AsIfTrained(Custom(stem: c => nn.Sequential(
            nn.Conv2d(c.InChannels, c.OutChannels, 3, padding: 1), modules[name](c))));
        OnnxFile.Difference(network).Should().BeLessThan(Tolerance);
    }

    [Fact]
    public void A_space_of_vectors_has_the_logits_of_TorchSharp()
    {
        SearchSpace space = SearchSpace.Define("vectors").Input(12).Classes(3).Channels(6).Cell(nodes: 2)
            .Operation(NasBench201Operations.None)
            .Operation("dense", c => nn.Sequential(nn.Linear(c.InChannels, c.OutChannels), nn.Tanh()))
            .Stem(c => nn.Linear(c.InChannels, c.OutChannels, hasBias: false))
            .Head(c => nn.Linear(c.InChannels, c.OutChannels))
            .Build();
        using EvaluationNetwork network = OnnxFile.AsIfTrained(new(space, Genotype.Parse("|none~0|+|dense~0|dense~1|")));
        OnnxFile.Difference(network).Should().BeLessThan(Tolerance);
    }

    [Fact]
    public void The_file_is_of_evaluation_mode_and_the_network_keeps_its_own()
    {
        using EvaluationNetwork network = Custom();
        network.train();
        using (var file = new OnnxFile(network))
            network.training.Should().BeTrue();
        OnnxFile.Difference(network).Should().BeLessThan(Tolerance);
    }

    [Fact]
    public void A_network_of_float64_becomes_a_file_of_float32()
    {
        using EvaluationNetwork network = Custom();
        network.to(ScalarType.Float64);
        OnnxFile.Difference(network).Should().BeLessThan(Tolerance);
    }

    [Fact]
    public void Metadata_carry_what_a_program_needs_to_use_the_network()
    {
        using EvaluationNetwork network = Custom();
        var normalization = new Normalization([0.1, 0.25, 1.0 / 3], [0.5, 0.125, 2]);
        string[] names = ["ça va", "a \"b\", c", "雪"];
        using var file = new OnnxFile(network, normalization, names);
        var metadata = file.Session.ModelMetadata.CustomMetadataMap;
        JsonSerializer.Deserialize<double[]>(metadata["mean"]).Should().Equal(normalization.Mean);
        JsonSerializer.Deserialize<double[]>(metadata["standard_deviation"]).Should().Equal(normalization.StandardDeviation);
        JsonSerializer.Deserialize<string[]>(metadata["class_names"]).Should().Equal(names);
        metadata["genotype"].Should().Be(network.Genotype.ToString());
        metadata["search_space"].Should().Be("custom");
        file.Session.ModelMetadata.ProducerName.Should().Be("SingleDarts.Core");
        file.Session.InputMetadata["input"].SymbolicDimensions.Should().Equal("N", "", "", "");
        file.Session.InputMetadata["input"].Dimensions.Should().Equal(-1, 3, 29, 31);
        file.Session.OutputMetadata["logits"].Dimensions.Should().Equal(-1, 3);
    }

    [Fact]
    public void What_is_not_given_is_not_in_the_metadata()
    {
        using EvaluationNetwork network = Custom();
        using var file = new OnnxFile(network);
        file.Session.ModelMetadata.CustomMetadataMap.Keys.Should().BeEquivalentTo("genotype", "search_space");
    }

    [Fact]
    public void An_operation_of_ones_own_says_how_it_is_exported()
    {
        using EvaluationNetwork network = Custom(c => new Halved(c));
        OnnxFile.Difference(network).Should().BeLessThan(Tolerance);
    }

    [Fact]
    public void An_operation_that_cannot_be_exported_is_named_before_a_file_is_written()
    {
        using var folder = new TemporaryFolder();
        using EvaluationNetwork network = Custom(_ => new Silent(), c => nn.Conv2d(c.InChannels, c.OutChannels, 3, padding: 1,
            padding_mode: PaddingModes.Reflect));
        File.WriteAllText(folder["old.onnx"], "old");
        foreach (string name in (string[])["new.onnx", "old.onnx"])
        {
            Action save = () => network.SaveOnnx(folder[name]);
            save.Should().Throw<NotSupportedException>().WithMessage(
                "The network cannot be exported to ONNX, and nothing has been written. " +
                "The stem: A convolution with padding mode Reflect has no ONNX form; pad with zeros, or *IOnnxOperation* " +
                "Operation 'own' on edge 0->1 of cell 'cell': Silent has no ONNX form; implement IOnnxOperation in it, *");
        }
        Directory.GetFiles(folder.Path).Should().ContainSingle();
        File.ReadAllText(folder["old.onnx"]).Should().Be("old");
    }

    public static TheoryData<string> Unsupported => new(unsupported.Keys);

    private static readonly Dictionary<string, Func<nn.Module<Tensor, Tensor>>> unsupported = new()
    {
        ["AvgPool2d, as it is set here, has no ONNX form"] = () => nn.AvgPool2d(3, stride: 1, padding: 1, divisor_override: 2),
        ["A pooling with ceil_mode has no ONNX form"] = () => nn.MaxPool2d(3, stride: 1, padding: 1, ceil_mode: true),
        ["A batch normalisation without running statistics"] = () => new BatchNormalization(4, trackRunningStatistics: false),
        ["says that its output is 'nowhere'"] = () => new Lost("nowhere"),
        ["reads 'nothing', which the graph does not have"] = () => new Lost(null),
        ["Own has no ONNX form"] = () => new Own(),
    };

    [Theory]
    [MemberData(nameof(Unsupported))]
    public void What_cannot_be_exported_is_refused(string message)
    {
        using var folder = new TemporaryFolder();
        using EvaluationNetwork network = Custom(_ => unsupported[message]());
        Action save = () => network.SaveOnnx(folder["network.onnx"]);
        save.Should().Throw<NotSupportedException>().WithMessage($"*Operation 'own' on edge 0->1 of cell 'cell': *{message}*");
        Directory.GetFiles(folder.Path).Should().BeEmpty();
    }

    [Fact]
    public void Metadata_of_another_size_are_refused()
    {
        using var folder = new TemporaryFolder();
        using EvaluationNetwork network = Custom();
        Action channels = () => network.SaveOnnx(folder["network.onnx"], new Normalization([0.5], [0.5]));
        channels.Should().Throw<ArgumentException>().WithMessage("The normalisation has 1 channels; expected 3, *");
        Action names = () => network.SaveOnnx(folder["network.onnx"], classNames: ["a", "b"]);
        names.Should().Throw<ArgumentException>().WithMessage("There are 2 names of classes; expected 3, *");
        Directory.GetFiles(folder.Path).Should().BeEmpty();
    }

    /// <summary>A small network of images of odd size, with one operation.</summary>
    private static EvaluationNetwork Custom(
        Func<OperationContext, nn.Module<Tensor, Tensor>>? operation = null,
        Func<OperationContext, nn.Module<Tensor, Tensor>>? stem = null) => new(
        SearchSpace.Define("custom").Input(3, 29, 31).Classes(3).Channels(4).Cell(nodes: 1)
            .Operation("own", operation ?? (c => new ReluConvBatchNorm(c, 3)))
            .Operation(NasBench201Operations.SkipConnect)
            .Stem(stem ?? Blocks.ConvolutionStem)
            .Build(), Genotype.Parse("|own~0|"));

    private sealed class Halved(OperationContext context) : nn.Module<Tensor, Tensor>("Halved"), IOnnxOperation
    {
        private readonly TorchSharp.Modules.Conv2d inner = nn.Conv2d(context.InChannels, context.OutChannels, 1);

        public override Tensor forward(Tensor input) => inner.call(input).Times(0.5);

        public string Export(OnnxGraph graph, string input) =>
            graph.Add("Mul", [graph.Export(input, inner), graph.Constant(TensorArithmetic.Filled([1], 0.5, ScalarType.Float32))]);
    }

    private sealed class Silent() : nn.Module<Tensor, Tensor>("Silent")
    {
        public override Tensor forward(Tensor input) => input.sin();
    }

    private sealed class Lost(string? output) : nn.Module<Tensor, Tensor>("Lost"), IOnnxOperation
    {
        public override Tensor forward(Tensor input) => input.alias();

        public string Export(OnnxGraph graph, string input) => output ?? graph.Add("Relu", ["nothing"]);
    }

    /// <summary>Another function under the class of a known module.</summary>
    private sealed class Own() : TorchSharp.Modules.BatchNorm(4, 1e-5, 0.1, true, true, null, null, "Own")
    {
        public override Tensor forward(Tensor input) => input.sin();

        protected override void ValidateInputDimensions(Tensor input)
        {
        }
    }
}
