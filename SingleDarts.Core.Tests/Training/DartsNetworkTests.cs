using SingleDarts.Core.Genotypes;
using SingleDarts.Core.Training;
using SingleDarts.Core.Spaces;
using SingleDarts.Core.Supernets;
using static TorchSharp.torch;

namespace SingleDarts.Core.Tests.Training;

/// <summary>
/// Parameters and multiply-adds of the networks of all published cells. The expected ones are of an independent counter that was itself
/// held against the numbers that the authors' code prints (3.169414 MB of DARTS-V1, and others).
/// </summary>
public class DartsNetworkTests
{
    private static readonly CostModel CifarCosts = new(DartsNetworks.CifarSpace());
    private static readonly CostModel ImageNetCosts = new(DartsNetworks.ImageNetSpace());

    [Theory]
    [InlineData("NASNet-A", 3_830_950, 457_994, 603.45, 5_564_320, 1_236_200, 604.03)]
    [InlineData("AmoebaNet-A", 3_145_078, 457_994, 488.93, 4_627_360, 1_236_200, 526.75)]
    [InlineData("DARTS-V1", 3_169_414, 476_426, 500.99, 4_510_432, 1_260_776, 505.87)]
    [InlineData("DARTS-V2", 3_349_342, 476_426, 528.36, 4_718_752, 1_260_776, 529.91)]
    [InlineData("PC-DARTS-CIFAR", 3_634_678, 476_426, 556.67, 5_270_560, 1_260_776, 571.14)]
    [InlineData("PC-DARTS-ImageNet", 3_721_510, 476_426, 570.47, 5_342_464, 1_260_776, 581.63)]
    [InlineData("P-DARTS", 3_433_798, 476_426, 532.17, 4_944_352, 1_260_776, 542.82)]
    [InlineData("ENAS", 4_020_166, 494_858, 622.14, 5_908_768, 1_285_352, 630.34)]
    [InlineData("GDAS", 3_368_782, 476_426, 519.43, 4_969_216, 1_260_776, 537.60)]
    [InlineData("MdeNAS", 3_783_286, 476_426, 599.11, 5_325_760, 1_260_776, 595.51)]
    [InlineData("SNAS", 2_661_382, 476_426, 422.22, 3_939_328, 1_260_776, 438.04)]
    [InlineData("DARTS-minus-0", 3_454_318, 476_426, 546.55, 4_860_256, 1_260_776, 546.08)]
    [InlineData("DARTS-minus-1", 3_634_246, 476_426, 573.92, 5_068_576, 1_260_776, 570.12)]
    [InlineData("DARTS-minus-2", 3_739_222, 476_426, 592.12, 5_210_080, 1_260_776, 586.29)]
    [InlineData("DARTS-minus-3", 3_437_038, 476_426, 541.24, 4_847_968, 1_260_776, 542.76)]
    [InlineData("DARTS-minus-4", 3_446_110, 476_426, 553.13, 4_804_768, 1_260_776, 546.77)]
    [InlineData("CDARTS-CIFAR", 3_859_318, 476_426, 590.07, 5_493_856, 1_260_776, 598.95)]
    [InlineData("CDARTS-ImageNet", 4_669_534, 476_426, 731.16, 6_360_256, 1_260_776, 712.95)]
    [InlineData("DropNAS", 3_839_230, 476_426, 592.03, 5_433_280, 1_260_776, 597.04)]
    public void Costs_of_published_cells_are_those_of_the_field(
        string name, long cifar, long cifarAuxiliary, double cifarMillions, long imageNet, long imageNetAuxiliary, double imageNetMillions)
    {
        Genotype genotype = DartsGenotypes.Named(name).Genotype;
        ModuleCost small = CifarCosts.Of(genotype), large = ImageNetCosts.Of(genotype);

        small.Parameters.Should().Be(cifar);
        (small.Flops / 1e6).Should().BeApproximately(cifarMillions, 0.005);
        large.Parameters.Should().Be(imageNet);
        (large.Flops / 1e6).Should().BeApproximately(imageNetMillions, 0.005);
        Parameters(new AuxiliaryHead(ChannelsOfReduction(DartsNetworks.CifarSpace(), genotype), 10)).Should().Be(cifarAuxiliary);
        Parameters(new AuxiliaryHead(ChannelsOfReduction(DartsNetworks.ImageNetSpace(), genotype), 1000, 2, secondBatchNorm: false))
            .Should().Be(imageNetAuxiliary);
    }

    [Theory]
    [InlineData("FairDARTS-a", 2_360_782, 371.5)]
    [InlineData("FairDARTS-b", 3_407_878, 536.5)]
    [InlineData("FairDARTS-c", 2_598_814, 400.0)]
    [InlineData("FairDARTS-d", 3_365_542, 532.5)]
    [InlineData("FairDARTS-e", 2_643_742, 414.7)]
    [InlineData("FairDARTS-f", 3_151_054, 497.6)]
    [InlineData("FairDARTS-g", 2_899_054, 453.4)]
    public void Costs_of_sparse_cells_are_those_of_the_field(string name, long parameters, double millions)
    {
        Genotype genotype = DartsGenotypes.Named(name).Genotype;
        ModuleCost cost = CifarCosts.Of(genotype);
        cost.Parameters.Should().Be(parameters);
        (cost.MultiplyAdds / 1e6).Should().BeApproximately(millions, 0.05);
    }

    [Theory]
    [InlineData("DARTS-V2")]
    [InlineData("NASNet-A")]
    [InlineData("AmoebaNet-A")]
    [InlineData("FairDARTS-c")]
    public void A_network_has_the_cost_that_the_model_sums(string name)
    {
        PublishedGenotype published = DartsGenotypes.Named(name);
        using var network = DartsNetworks.Cifar(
            published.Genotype, channels: 8, layers: 5,
            options: new() { Auxiliary = AuxiliaryHeadOptions.Cifar, AllowRepeatedEdges = true });
        network.MeasureCost().Should().Be(new CostModel(DartsNetworks.CifarSpace(channels: 8, layers: 5)).Of(published.Genotype));
        network.AuxiliaryParameters.Should()
            .Be(network.parameters().Sum(p => p.numel()) - network.MeasureCost().Parameters).And.BePositive();
    }

    [Fact]
    public void A_network_in_one_step_is_that_of_a_space_and_a_genotype()
    {
        Genotype genotype = DartsGenotypes.DartsV2;
        SearchSpace cifar = SearchSpaces.Darts(7, 4, 5, 16, 16),
            imageNet = SearchSpaces.DartsImageNet(7, 4, 5, stemMultiplier: 1, size: 64);
        var options = new EvaluationNetworkOptions { Seed = 3, Auxiliary = AuxiliaryHeadOptions.Cifar };
        Same(DartsNetworks.Cifar(genotype, 7, 4, 5, 16, options), new EvaluationNetwork(cifar, genotype, options));
        Same(DartsNetworks.ImageNet(genotype, 7, 4, 5, 64, options), new EvaluationNetwork(imageNet, genotype, options));
        Genotype cell = NasBench201Genotypes.Cifar100Best;
        Same(
            NasBench201Networks.Create(cell, 7, 4, 1, 8, new() { Seed = 3 }),
            new EvaluationNetwork(SearchSpaces.NasBench201([3, 8, 8], 7, 4, 1), cell, new() { Seed = 3 }));
    }

    [Fact]
    public void Networks_in_one_step_have_the_published_sizes()
    {
        using var cifar = DartsNetworks.Cifar(DartsGenotypes.DartsV2, options: new() { Auxiliary = AuxiliaryHeadOptions.Cifar });
        using var cell = NasBench201Networks.Create(NasBench201Genotypes.Cifar100Best);
        (cifar.parameters().Sum(p => p.numel()) - cifar.AuxiliaryParameters).Should().Be(3_349_342);
        cifar.AuxiliaryParameters.Should().Be(476_426);
        cell.parameters().Sum(p => p.numel()).Should().Be(1_288_506);
    }

    private static void Same(EvaluationNetwork oneStep, EvaluationNetwork twoSteps)
    {
        using (oneStep)
        using (twoSteps)
        {
            var expected = twoSteps.state_dict();
            oneStep.state_dict().Keys.Should().Equal(expected.Keys);
            foreach (var (name, tensor) in oneStep.state_dict())
                tensor.eq(expected[name]).all().item<bool>().Should().BeTrue(name);
        }
    }

    [Fact]
    public void Supernets_have_the_published_numbers_of_weights()
    {
        using var cifar = new Supernet(SearchSpaces.Darts());
        using var imageNet = new Supernet(SearchSpaces.DartsImageNet());
        cifar.Weights.Sum(w => w.Parameter.numel()).Should().Be(1_930_618);
        imageNet.Weights.Sum(w => w.Parameter.numel()).Should().Be(2_215_648);
        cifar.Architecture.Named.Should().OnlyContain(a => a.Parameter.shape.SequenceEqual(new long[] { 14, 8 })).And.HaveCount(2);
    }

    [Fact]
    public void The_paper_s_CIFAR_network_of_14_cells_fits_cells_without_skips()
    {
        Genotype genotype = DartsGenotypes.Named("CDARTS-ImageNet").Genotype;
        new CostModel(DartsNetworks.CifarSpace(layers: 14)).Of(genotype).Parameters.Should().Be(3_224_062);
    }

    [Fact]
    public void The_largest_network_within_a_limit_is_the_last_before_it()
    {
        Genotype genotype = DartsGenotypes.DartsV2;
        SearchSpace Space(long channels) => DartsNetworks.CifarSpace(channels: channels, layers: 5);
        var (best, cost) = DartsNetworks.LargestWithin(genotype, 20_000_000, Space, step: 2);
        cost.Should().Be(new CostModel(Space(best)).Of(genotype));
        cost.MultiplyAdds.Should().BeLessThanOrEqualTo(20_000_000);
        new CostModel(Space(best + 2)).Of(genotype).MultiplyAdds.Should().BeGreaterThan(20_000_000);
        FluentActions.Invoking(() => DartsNetworks.LargestWithin(genotype, 1000, Space))
            .Should().Throw<ArgumentException>().WithMessage("*more than the limit of 1,000*");
    }

    private static long ChannelsOfReduction(SearchSpace space, Genotype genotype) =>
        space.Layout.For(genotype).Layers.OfType<CellPlacement>().Last(cell => cell.Stride == 2).OutChannels;

    private static long Parameters(nn.Module module)
    {
        using (module)
            return module.parameters().Sum(p => p.numel());
    }
}
