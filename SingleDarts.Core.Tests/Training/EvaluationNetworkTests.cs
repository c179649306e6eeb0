using SingleDarts.Core.Genotypes;
using SingleDarts.Core.Training;
using SingleDarts.Core.Operations;
using SingleDarts.Core.Runtime;
using SingleDarts.Core.Spaces;
using static TorchSharp.torch;

namespace SingleDarts.Core.Tests.Training;

public class EvaluationNetworkTests
{
    private static readonly EvaluationNetworkOptions WithAuxiliary =
        new() { Auxiliary = AuxiliaryHeadOptions.Cifar, AllowRepeatedEdges = true };

    [Fact]
    public void Every_published_network_gives_logits_and_auxiliary_logits()
    {
        using var scope = NewDisposeScope();
        using Generator generator = new(1, CPU);
        Tensor images = randn([2, 3, 32, 32], generator: generator);
        foreach (PublishedGenotype published in DartsGenotypes.All)
        {
            using var network = DartsNetworks.Cifar(published.Genotype, classes: 7, channels: 4, layers: 3, options: WithAuxiliary);
            network.train();
            var (logits, auxiliary) = network.Classify(images);
            logits.shape.Should().Equal(2, 7);
            auxiliary!.shape.Should().Equal(2, 7);
            logits.sum().Plus(auxiliary.sum()).backward();
            network.named_parameters().Where(p => p.parameter.grad is null).Should().BeEmpty($"all of {published.Name} is used");
            network.eval();
            network.Classify(images).Auxiliary.Should().BeNull();
        }
    }

    [Fact]
    public void Networks_for_ImageNet_have_two_stems()
    {
        using var scope = NewDisposeScope();
        using var network = DartsNetworks.ImageNet(
            DartsGenotypes.DartsV2, classes: 5, channels: 8, layers: 3, options: new() { Auxiliary = AuxiliaryHeadOptions.ImageNet });
        network.train();
        var (logits, auxiliary) = network.Classify(randn(2, 3, 224, 224));
        (logits.shape, auxiliary!.shape).Should().BeEquivalentTo((new long[] { 2, 5 }, new long[] { 2, 5 }));
        logits.sum().Plus(auxiliary.sum()).backward();
        network.parameters().Where(p => p.grad is null).Should().BeEmpty();
        network.Layout.Layers[0].Should().BeOfType<BlockPlacement>().Which.PassInput.Should().BeTrue();
        network.Layout.Layers.OfType<CellPlacement>().First().Inputs.Select(i => i.Stride).Should().Equal(2, 1);
    }

    [Fact]
    public void A_NAS_Bench_201_network_has_the_parameters_of_the_table()
    {
        using var network = NasBench201Networks.Create(NasBench201Genotypes.Cifar100Best);
        network.MeasureCost().Should().Be(new CostModel(SearchSpaces.NasBench201()).Of(NasBench201Genotypes.Cifar100Best));
        network.MeasureCost().Parameters.Should().Be(1_288_506);
    }

    [Fact]
    public void A_seed_decides_the_weights()
    {
        Tensor First(long seed) =>
            new EvaluationNetwork(SearchSpaces.NasBench201(channels: 4, cellsPerStage: 1), NasBench201Genotypes.AllSkip,
            new() { Seed = seed }).parameters().First();
        First(1).allclose(First(1)).Should().BeTrue();
        First(1).allclose(First(2)).Should().BeFalse();
    }

    [Theory]
    [InlineData(
        "|conv_9x9~0|skip_connect~1|+|skip_connect~0|skip_connect~1|+|skip_connect~0|skip_connect~1|+|skip_connect~0|skip_connect~1|",
        "*unknown operation 'conv_9x9'*")]
    [InlineData(
        "|skip_connect~0|skip_connect~2|+|skip_connect~0|skip_connect~1|+|skip_connect~0|skip_connect~1|+|skip_connect~0|skip_connect~1|",
        "*node 2 reads node 2, expected an earlier one*")]
    [InlineData(
        "|skip_connect~0|max_pool_3x3~0|+|skip_connect~0|skip_connect~1|+|skip_connect~0|skip_connect~1|+|skip_connect~0|skip_connect~1|",
        "*node 2 reads node 0 2 times*")]
    [InlineData("|skip_connect~0|skip_connect~1|", "*1 computed nodes, expected 4*")]
    [InlineData("||+|skip_connect~2|+|skip_connect~0|skip_connect~1|+|skip_connect~0|skip_connect~1|",
        "*Node 3*reads only nodes without genes*")]
    public void A_bad_genotype_is_refused_before_anything_is_built(string normal, string message)
    {
        var genotype = new Genotype(
            [KeyValuePair.Create("normal", CellGenotype.Parse(normal)),
            KeyValuePair.Create("reduction", DartsGenotypes.DartsV2["reduction"])]);
        FluentActions.Invoking(() => new EvaluationNetwork(SearchSpaces.Darts(), genotype)).Should().Throw<ArgumentException>()
            .WithMessage(message);
    }

    [Fact]
    public void A_genotype_of_other_cells_and_a_space_without_reduction_cells_are_refused()
    {
        FluentActions.Invoking(() => new EvaluationNetwork(SearchSpaces.Darts(), NasBench201Genotypes.AllSkip)).Should()
            .Throw<KeyNotFoundException>().WithMessage("*no cell 'normal'*");
        FluentActions.Invoking(() => new EvaluationNetwork(SearchSpaces.NasBench201(), NasBench201Genotypes.AllSkip, WithAuxiliary))
            .Should().Throw<ArgumentException>().WithMessage("*no reduction cell*");
    }

    [Fact]
    public void Images_of_another_size_and_features_too_small_for_the_auxiliary_classifier_are_refused()
    {
        using var network = new EvaluationNetwork(SearchSpaces.Darts(channels: 4, layers: 3, height: 16, width: 16), DartsGenotypes.DartsV2,
            WithAuxiliary);
        network.Invoking(n => n.call(zeros(2, 3, 32, 32))).Should().Throw<ArgumentException>()
            .WithMessage("*2, 3, 32, 32*expects*N, 3, 16, 16*");
        network.train();
        network.Invoking(n => n.call(zeros(2, 3, 16, 16))).Should().Throw<ArgumentException>()
            .WithMessage("*features of 4×4*at least 8×8*");
    }

    [Fact]
    public void Drop_path_keeps_the_mean_and_drops_whole_samples()
    {
        using var scope = NewDisposeScope();
        using var _ = GlobalRandom.Borrow(3);
        Tensor dropped = DropPath.Apply(ones([20_000, 2, 3], dtype: ScalarType.Float64), 0.3);
        dropped.mean().item<double>().Should().BeApproximately(1, 0.02);
        Tensor samples = dropped.reshape(20_000, 6);
        samples.amax(1).allclose(samples.amin(1)).Should().BeTrue("a sample is dropped as a whole");
        samples.select(1, 0).eq(Scalars.Zero).to(ScalarType.Float64).mean().item<double>().Should().BeApproximately(0.3, 0.015);
        samples.amax().item<double>().Should().BeApproximately(1 / 0.7, 1e-12);
        FluentActions.Invoking(() => DropPath.Apply(ones(2), 1)).Should().Throw<ArgumentOutOfRangeException>();
    }

    [Fact]
    public void Drop_path_acts_while_training_on_all_but_identities()
    {
        using var scope = NewDisposeScope();
        Genotype skips = SkipsAnd("max_pool_3x3"), identities = SkipsAnd("skip_connect");
        double Spread(Genotype genotype, bool training)
        {
            using var network = new EvaluationNetwork(SearchSpaces.Darts(channels: 4, layers: 3), genotype) { DropPathProbability = 0.5 };
            network.train();
            foreach (nn.Module module in network.modules())
                if (module is TorchSharp.Modules.BatchNorm2d)
                    module.eval();
            if (!training)
                network.eval();
            Tensor images = ones(8, 3, 32, 32);
            using var _ = no_grad();
            return network.call(images).std(0).amax().item<float>();
        }

        Spread(skips, training: true).Should().BePositive("equal images lose different paths");
        Spread(skips, training: false).Should().BeLessThan(1e-6);
        Spread(identities, training: true).Should().BePositive("strided skips are no identities");

        static Genotype SkipsAnd(string operation)
        {
            CellGenotype cell = CellGenotype.Parse(
                $"|{operation}~0|{operation}~1|+|skip_connect~0|skip_connect~1|+|skip_connect~0|skip_connect~1|+" +
                "|skip_connect~0|skip_connect~1|");
            return new Genotype([KeyValuePair.Create("normal", cell), KeyValuePair.Create("reduction", cell)]);
        }
    }

    [Theory]
    [InlineData("max_pool_3x3")]
    [InlineData("avg_pool_3x3")]
    [InlineData("skip_connect")]
    [InlineData("sep_conv_3x3")]
    [InlineData("sep_conv_5x5")]
    [InlineData("sep_conv_7x7")]
    [InlineData("dil_conv_3x3")]
    [InlineData("dil_conv_5x5")]
    [InlineData("conv_7x1_1x7")]
    public void Gradients_of_every_operation_are_those_of_finite_differences(string name)
    {
        foreach (int stride in new[] { 1, 2 })
            foreach (bool affine in new[] { false, true })
                CheckGradients(DartsOperations.Published.Single(o => o.Name == name).Create(new OperationContext(4, 4, stride, affine)));
    }

    private static void CheckGradients(nn.Module<Tensor, Tensor> operation)
    {
        using var scope = NewDisposeScope();
        using Generator generator = new(5, CPU);
        operation.to(ScalarType.Float64);
        Tensor input = randn([2, 4, 6, 6], ScalarType.Float64, requires_grad: true, generator: generator);
        Tensor direction = randn([2, 4, 6, 6], ScalarType.Float64, generator: generator);
        Tensor weight = randn(operation.call(input).shape, ScalarType.Float64, generator: generator);
        Tensor Loss(Tensor x) => (operation.call(x) * weight).sum();

        double analytic = (autograd.grad([Loss(input)], [input])[0] * direction).sum().item<double>();
        const double Step = 1e-6;
        using var _ = no_grad();
        double numeric = (Loss(input.Plus(direction.Times(Step))) - Loss(input - direction.Times(Step))).item<double>() / (2 * Step);
        numeric.Should().BeApproximately(analytic, 1e-5 * (1 + Math.Abs(analytic)));
    }
}
