using SingleDarts.Core.Data;
using SingleDarts.Core.Genotypes;
using SingleDarts.Core.Operations;
using SingleDarts.Core.Runtime;
using SingleDarts.Core.Search;
using SingleDarts.Core.Spaces;
using SingleDarts.Core.Supernets;
using static TorchSharp.torch;

namespace SingleDarts.Core.Tests.Documentation;

/// <summary>The programs of docs/how-to/own-space.md, word for word, on data that is small enough.</summary>
public class OwnSpacePage
{
    [Fact]
    public async Task Spaces_of_the_page_are_searched()
    {
        using ClassificationDataset data = GeneratedImages.Create(64, seed: 1, classes: 10, size: 16);
        SearchSpace space = SearchSpace.Define("my-space")
            .Input(3, 16, 16)
            .Classes(data.Classes)
            .Operation(NasBench201Operations.SkipConnect)
            .Operation(NasBench201Operations.Conv3x3)
            .Operation("max_pool_3x3", c => nn.MaxPool2d(3, stride: c.Stride, padding: 1), isLearnable: false)
            .Operation("dwise_conv_5x5", c => nn.Sequential(
                nn.ReLU(),
                nn.Conv2d(c.InChannels, c.InChannels, 5, stride: c.Stride, padding: 2, groups: c.InChannels, bias: false),
                nn.Conv2d(c.InChannels, c.OutChannels, 1, bias: false),
                Blocks.BatchNorm(c)))
            .Cell(nodes: 2)
            .Stages(2, cellsPerStage: 1)
            .Channels(8)
            .Build();

        SearchResult result = await ArchitectureSearch.In(space).On(data).For(epochs: 2).RunAsync();
        Console.WriteLine($"{space}\n{result.Genotype}");

        SearchSpace darts = SearchSpace.Define("two-kinds")
            .Input(3, 16, 16).Classes(data.Classes)
            .Operations(NasBench201Operations.All)
            .Cell(nodes: 2, inputs: 2, output: CellOutput.Concatenation)
            .Stages(2, cellsPerStage: 2).ReductionCells()
            .Channels(4, stemMultiplier: 3)
            .Build();
        SearchResult sparse = await ArchitectureSearch.In(darts).On(data).Deriving(new TopEdges(2)).For(epochs: 1).RunAsync();
        Console.WriteLine(sparse.Genotype);         // normal=|...|;reduction=|...|

        SearchSpace own = SearchSpace.Define("own")
            .Input(3, 16, 16).Classes(data.Classes)
            .Operations(NasBench201Operations.All)
            .Cell(nodes: 2)
            .Allow("cell", 0, "skip_connect", "nor_conv_3x3")       // 1<-0
            .Allow("cell", 2, "skip_connect", "nor_conv_1x1")       // 2<-1; edge 1, 2<-0, has all five
            .Build();

        own.GenotypeCount.Should().Be(2 * 5 * 2);
        const int features = 64;
        SearchSpace dense = SearchSpace.Define("dense")
            .Input(features).Classes(3)
            .Operation("skip", c => nn.Identity(), isLearnable: false)
            .Operation("linear_relu", c => nn.Sequential(nn.Linear(c.InChannels, c.OutChannels), nn.ReLU()))
            .Operation("linear_tanh", c => nn.Sequential(nn.Linear(c.InChannels, c.OutChannels), nn.Tanh()))
            .Stem(c => nn.Linear(c.InChannels, c.OutChannels))
            .Head(c => nn.Linear(c.InChannels, c.OutChannels))
            .Channels(32)
            .Build();

        var costs = new CostModel(space);
        Genotype genotype = Genotype.Parse("|dwise_conv_5x5~0|+|skip_connect~0|max_pool_3x3~1|");
        Console.WriteLine(costs.Of(genotype));      // parameters and multiply-adds

        Weights(dense).Should().Be((64 * 32) + 32 + (6 * 2 * ((32 * 32) + 32)) + (32 * 3) + 3);
        costs.Of(genotype).Parameters.Should().BePositive();
        result.Genotype["cell"].Nodes.Should().HaveCount(2);
        sparse.Genotype.Cells.Should().HaveCount(2);
    }

    [Fact]
    public void Spaces_of_RobustDARTS_have_the_supernets_of_the_page()
    {
        string[] normal =
        [
            "skip_connect dil_conv_3x3", "skip_connect dil_conv_5x5", "skip_connect dil_conv_5x5", "skip_connect sep_conv_3x3",
            "skip_connect dil_conv_3x3", "max_pool_3x3 skip_connect", "skip_connect sep_conv_3x3", "skip_connect sep_conv_3x3",
            "skip_connect dil_conv_3x3", "skip_connect sep_conv_3x3", "max_pool_3x3 skip_connect", "skip_connect dil_conv_3x3",
            "dil_conv_3x3 dil_conv_5x5", "dil_conv_3x3 dil_conv_5x5",
        ];
        string[] reduction =
        [
            "max_pool_3x3 avg_pool_3x3", "max_pool_3x3 dil_conv_3x3", "max_pool_3x3 avg_pool_3x3", "max_pool_3x3 avg_pool_3x3",
            "skip_connect dil_conv_5x5", "max_pool_3x3 avg_pool_3x3", "max_pool_3x3 sep_conv_3x3", "skip_connect dil_conv_3x3",
            "skip_connect dil_conv_5x5", "max_pool_3x3 avg_pool_3x3", "max_pool_3x3 avg_pool_3x3", "skip_connect dil_conv_5x5",
            "skip_connect dil_conv_5x5", "skip_connect dil_conv_5x5",
        ];
        SearchSpace s1 = SearchSpaces.Darts(operations:
        [
            DartsOperations.MaxPool3x3, DartsOperations.AvgPool3x3, DartsOperations.SkipConnect,
            DartsOperations.SepConv3x3, DartsOperations.DilConv3x3, DartsOperations.DilConv5x5,
        ]);
        for (int edge = 0; edge < 14; edge++)
            s1 = s1.Allow("normal", edge, normal[edge].Split(' ')).Allow("reduction", edge, reduction[edge].Split(' '));
        Console.WriteLine(s1);      // darts (3×32×32 → 10 classes, 8 layers, 2.68435E+08 genotypes)

        SearchSpace s2 = SearchSpaces.Darts(operations: [DartsOperations.SkipConnect, DartsOperations.SepConv3x3]);
        SearchSpace s3 = SearchSpaces.Darts(operations: [DartsOperations.None, DartsOperations.SkipConnect, DartsOperations.SepConv3x3]);
        SearchSpace s4 = SearchSpaces.Darts(operations:
            [new CandidateOperation("noise", place => new Noise(place), isLearnable: false), DartsOperations.SepConv3x3]);

        s1.GenotypeCount.Should().Be(Math.Pow(2, 28));
        s2.GenotypeCount.Should().Be(Math.Pow(2, 28));
        s3.GenotypeCount.Should().Be(Math.Pow(3, 28));
        s1.ToString().Should().Be("darts (3×32×32 → 10 classes, 8 layers, 2.68435E+08 genotypes)");
        string page = Repository.Read("docs/how-to/own-space.md");
        foreach (var (name, space) in new[] { ("S1", s1), ("S2", s2), ("S3", s3), ("S4", s4) })
            page.Should().Contain($"| {name} | {Weights(space):N0} | {(space.Cells[0].Operations.Any(o => o.IsZero) ? "3²⁸" : "2²⁸")} |");
    }

    [Fact]
    public async Task Noise_has_the_shape_of_its_place_and_is_searched()
    {
        using ClassificationDataset data = GeneratedImages.Create(16, seed: 1, classes: 3, size: 8);
        SearchSpace space = SearchSpaces.Darts(3, channels: 4, layers: 3, height: 8, width: 8, operations:
            [new CandidateOperation("noise", place => new Noise(place), isLearnable: false), DartsOperations.SepConv3x3]);
        SearchResult first = await ArchitectureSearch.In(space).On(data).For(1, 8).RunAsync();
        SearchResult again = await ArchitectureSearch.In(space).On(data).For(1, 8).RunAsync();
        first.Architecture["normal"].Alpha.Cast<double>().Should().Equal(again.Architecture["normal"].Alpha.Cast<double>());
        using Tensor noise = new Noise(new OperationContext(4, 4, 2)).call(zeros(64, 4, 31, 32));
        noise.shape.Should().Equal(64, 4, 16, 16);
        noise.mean().item<float>().Should().BeApproximately(0, 0.02f);
        noise.std().item<float>().Should().BeApproximately(1, 0.02f);
    }

    private static long Weights(SearchSpace space)
    {
        using var supernet = new Supernet(space);
        return supernet.Weights.Sum(w => w.Parameter.numel());
    }
}

internal sealed class Noise(OperationContext place) : nn.Module<Tensor, Tensor>(nameof(Noise))
{
    public override Tensor forward(Tensor input)
    {
        long[] shape = input.shape;
        for (int i = 2; i < shape.Length; i++)
            shape[i] = (shape[i] + place.Stride - 1) / place.Stride;
        return randn(shape, dtype: input.dtype, generator: RunRandom.Generator).to(input.device);
    }
}
