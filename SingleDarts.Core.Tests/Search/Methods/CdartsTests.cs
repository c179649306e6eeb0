using SingleDarts.Core.Optimizers;
using SingleDarts.Core.Schemes;
using SingleDarts.Core.Search;
using SingleDarts.Core.Spaces;
using SingleDarts.Core.Supernets;
using static TorchSharp.torch;

namespace SingleDarts.Core.Tests.Search.Methods;

/// <summary>CDARTS has the settings of its authors' scripts.</summary>
public class CdartsTests
{
    private static readonly SgdOptions Sgd = new(0.08, 0.9, 3e-4);

    [Fact]
    public void NasBench201()
    {
        SearchOptions options = SearchMethods.Cdarts().Options(SearchSpaces.NasBench201());
        (options.Epochs, options.BatchSize).Should().Be((50, 64));
        options.Relaxation.Should().Be(Relaxations.Softmax);
        foreach (OptimizerSettings weights in new[] { options.WeightOptimizer, ((CdartsScheme)options.Scheme).Evaluation })
        {
            weights.Optimizer.Should().Be(Sgd);
            weights.LearningRateAt(new EpochPosition(49, 0, 50)).Should().Be(0.08, "it is constant");
            weights.MaxGradientNorm.Should().Be(5);
        }
        options.ArchitectureOptimizer.Optimizer.Should().Be(new AdamOptions(3e-4, 0.5, 0.999, 0));
        options.Scheme.Should().Be(new CdartsScheme());
        ((CdartsScheme)options.Scheme).Should().BeEquivalentTo(new
        {
            TrainPortion = 0.5, WarmUpEpochs = 1, EvaluationLayers = (int?)null, Distance = DistillationDistance.SmoothL1,
            DistillationWeight = 1.0, Temperature = 2.0, TrainsHeads = true,
        });
        options.Derivation.Should().BeNull();
        SearchSpaces.NasBench201().Derivation.Should().BeOfType<EdgeArgmax>();
    }

    /// <summary>c(i) = max(0, 5 (1 − i / (50 · 0.667))) in NAS-Bench-201; of 32 cycles, 2 of which are pre-training, in the space of
    /// DARTS, counted once for each of three stages.</summary>
    [Fact]
    public void The_coefficient_of_the_penalty_fades()
    {
        double At(SearchSpace space, int epoch, int epochs) =>
            ((OperationPenalty)SearchMethods.Cdarts().Options(space).Penalties.Single()).Weight.At(new EpochPosition(epoch, 0.9, epochs));
        At(SearchSpaces.NasBench201(), 0, 50).Should().Be(5);
        At(SearchSpaces.NasBench201(), 20, 50).Should().BeApproximately(5 * (1 - (20 / 33.35)), 1e-12);
        At(SearchSpaces.NasBench201(), 33, 50).Should().BeApproximately(5 * 0.35 / 33.35, 1e-12).And.BePositive();
        At(SearchSpaces.NasBench201(), 34, 50).Should().Be(0);
        At(SearchSpaces.Darts(), 2, 32).Should().Be(3 * 5);
        At(SearchSpaces.Darts(), 22, 32).Should().BeApproximately(3 * 0.0025, 1e-5);
        At(SearchSpaces.Darts(), 23, 32).Should().Be(0);
    }

    [Fact]
    public void The_penalty_is_the_mean_of_none_or_the_sum_of_poolings_and_skips()
    {
        using var scope = NewDisposeScope();
        using var search = new SmallSearch(relaxation: new SoftmaxRelaxation(1));
        var at = new EpochPosition(0, 0, 50);
        double[] alpha = [.. search.Alpha.data<double>()];
        Core.Schemes.IPenalty none = SearchMethods.Cdarts().Options(search.Supernet.Space).Penalties.Single();
        none.Penalty(search.Supernet.Architecture, at).item<double>().Should().BeApproximately(
            5 * alpha.Where((_, i) => i % 5 == 0).Average(Math.Abs), 1e-12);
        SearchSpace space = SearchSpaces.Darts(3, channels: 4, layers: 3, height: 8, width: 8);
        using var darts = new Supernet(space, new SoftmaxRelaxation(1), new SupernetOptions { DataType = ScalarType.Float64 });
        // Columns: none, max pooling, average pooling, skip connection, ...
        double expected = darts.Architecture.Named.Sum(kind => kind.Parameter.narrow(1, 1, 3).abs().sum().item<double>());
        SearchMethods.Cdarts().Options(space).Penalties.Single().Penalty(darts.Architecture, new EpochPosition(2, 0, 32)).item<double>()
            .Should().BeApproximately(15 * expected, 1e-11);
        FluentActions.Invoking(() => new OperationPenalty(["nothing"]).Penalty(darts.Architecture, at))
            .Should().Throw<ArgumentException>().WithMessage("*'nothing'*expected some of none, max_pool_3x3*");
    }

    [Fact]
    public void The_space_of_Darts_and_that_for_ImageNet()
    {
        SearchOptions cifar = SearchMethods.Cdarts().Options(SearchSpaces.Darts());
        (cifar.Epochs, cifar.BatchSize).Should().Be((32, 64));
        cifar.Scheme.Should().Be(new CdartsScheme { EvaluationLayers = 20, TrainsHeads = false });
        cifar.WeightOptimizer.Optimizer.Should().Be(Sgd);
        cifar.ArchitectureOptimizer.Optimizer.Should().Be(new AdamOptions(3e-4, 0.5, 0.999, 0));
        cifar.ArchitectureOptimizer.FrozenEpochs(32).Should().Be(2);
        cifar.Relaxation.Should().Be(new EdgeAveragedSoftmax());
        SearchMethods.Cdarts(weighsEdges: true).Options(SearchSpaces.Darts()).Relaxation.Should().Be(new EdgeNormalizedSoftmax());
        SearchSpaces.Darts().Derivation.Should().BeOfType<TopEdges>();
        SearchSpace evaluation = ((CdartsScheme)cifar.Scheme).EvaluationSpace(SearchSpaces.Darts());
        evaluation.Layout.StageEnds.Should().Equal([6, 13], "stages of 7, 7 and 6 cells");
        SearchSpaces.Darts().Layout.StageEnds.Should().Equal([2, 5], "stages of 3, 3 and 2 cells");
        SearchSpaces.NasBench201().Layout.StageEnds.Should().Equal(5, 11);
        SearchSpaces.DartsImageNet().Layout.StageEnds.Should().Equal([3, 6], "the second stem ends no stage");

        SearchOptions imageNet = SearchMethods.Cdarts().Options(SearchSpaces.DartsImageNet());
        (imageNet.Epochs, imageNet.BatchSize).Should().Be((40, 1024));
        imageNet.WeightOptimizer.Optimizer.Should().Be(new SgdOptions(0.8, 0.9, 1e-5));
        imageNet.ArchitectureOptimizer.FrozenEpochs(40).Should().Be(10);
        ((CdartsScheme)imageNet.Scheme).Should().BeEquivalentTo(new
        {
            EvaluationLayers = (int?)14, WarmUpEpochs = 3, Distance = DistillationDistance.KullbackLeibler, TrainsHeads = true,
        });
    }

    [Fact]
    public void Nodes_average_their_edges_in_the_space_of_Darts_and_the_derivation_sees_no_factor()
    {
        using var scope = NewDisposeScope();
        SearchSpace space = SearchSpaces.Darts(3, channels: 4, layers: 3, height: 8, width: 8);
        using var supernet = new Supernet(space, new EdgeAveragedSoftmax(), new SupernetOptions { DataType = ScalarType.Float64 });
        MixingWeights weights = supernet.Relax()["normal"];
        weights.EdgeFactors!.data<double>().ToArray().Should().Equal(
            [.. Enumerable.Repeat(1.0 / 2, 2), .. Enumerable.Repeat(1.0 / 3, 3), .. Enumerable.Repeat(1.0 / 4, 4),
            .. Enumerable.Repeat(1.0 / 5, 5)]);
        double[] read = [.. supernet.Snapshot()["normal"].OperationWeights.Cast<double>()];
        read.Should().Equal(weights.P.flatten().data<double>().ToArray(), (a, b) => Math.Abs(a - b) < 1e-15);
    }
}
