using SingleDarts.Core.Data;
using SingleDarts.Core.Genotypes;
using SingleDarts.Core.Runs;
using SingleDarts.Core.Training;
using SingleDarts.Core.Runtime;
using static SingleDarts.Core.Tests.Fixtures.TrainingSetup;
using static TorchSharp.torch;

namespace SingleDarts.Core.Tests.Training;

public class TrainingOfGenotypeTests
{
    private static EvaluationNetwork Network(Genotype genotype, long seed = 1) => DartsNetworks.Cifar(
        genotype, classes: 4, channels: 4, layers: 3, options: new() { Seed = seed, Auxiliary = AuxiliaryHeadOptions.Cifar });

    [Trait("Category", "Slow")]
    [Theory]
    [InlineData(1)]
    [InlineData(5)]
    public async Task The_network_of_a_genotype_resumes_bit_for_bit_with_drop_path_and_auxiliary_classifier(int stepsBeforeInterruption)
    {
        using var folder = new TemporaryFolder();
        using BatchSource train = Images(16, 1), test = Images(8, 2);
        NetworkTraining Training(long seed = 1) => NetworkTraining.Of(Network(DartsGenotypes.DartsV2, seed)).On(train).EvaluatedOn(test)
            .For(3, 8).WithEma(0.9);
        TrainingResult whole = await Training().SavingTo(folder["whole"]).RunAsync();
        using var stop = new CancellationTokenSource();
        await FluentActions.Awaiting(() => Training().SavingTo(folder["cut"])
            .ReportingTo(Immediately.At(stepsBeforeInterruption, stop.Cancel)).RunAsync(stop.Token))
            .Should().ThrowAsync<OperationCanceledException>();
        TrainingResult resumed = await Training(seed: 9).ResumingFrom(folder["cut"]).RunAsync();
        resumed.Epochs.Select(e => Numbers(e)).Should().Equal(whole.Epochs.Select(e => Numbers(e)));
        SameTensors(resumed.WeightsFile!, whole.WeightsFile!);
        SameTensors(resumed.EmaWeightsFile!, whole.EmaWeightsFile!);
        whole.Epochs.Should().OnlyContain(e => e.AuxiliaryLoss > 0);
        await FluentActions.Awaiting(() => NetworkTraining.Of(Network(DartsGenotypes.Named("DARTS-V1").Genotype)).On(train)
            .EvaluatedOn(test)
            .For(3, 8).WithEma(0.9).ResumingFrom(folder["cut"]).RunAsync())
            .Should().ThrowAsync<InvalidRunException>().WithMessage("*network.genotype was*and is*");
    }

    [Fact]
    public void A_recipe_with_an_auxiliary_classifier_is_refused_for_a_network_without_one()
    {
        using BatchSource train = Images(16, 1);
        using var network = DartsNetworks.Cifar(DartsGenotypes.DartsV2, classes: 4, channels: 4, layers: 3);
        FluentActions.Invoking(() => NetworkTraining.Of(network).On(train).Build())
            .Should().Throw<InvalidRunException>().WithMessage("*no auxiliary classifier*set AuxiliaryWeight to 0*");
        NetworkTraining.Of(network, TrainingRecipes.Cifar with { AuxiliaryWeight = 0 }).On(train).Build();
    }

    [Fact]
    public async Task Live_tensors_are_flat_over_the_steps_of_a_genotype()
    {
        using BatchSource train = Images(16, 1), test = Images(8, 2);
        var live = new List<long>();
        await NetworkTraining.Of(Network(DartsGenotypes.DartsV2)).On(train).EvaluatedOn(test).For(10, 8)
            .ReportingTo(new Immediately(_ => live.Add(MemoryUsage.Now().LiveTensors))).RunAsync();
        live.Should().HaveCount(20);
        // Drop path begins with the second epoch.
        live.Skip(2).Distinct().Should().ContainSingle();
    }

    private static BatchSource Images(int count, long seed)
    {
        using ClassificationDataset data = GeneratedImages.Create(count, seed, classes: 4, size: 32);
        return new BatchSource(data, CPU, ScalarType.Float32, TrainingRecipes.CifarAugmentation);
    }
}
