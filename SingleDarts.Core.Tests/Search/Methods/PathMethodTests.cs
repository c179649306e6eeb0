using SingleDarts.Core.Optimizers;
using SingleDarts.Core.Schemes;
using SingleDarts.Core.Search;
using SingleDarts.Core.Spaces;
using SingleDarts.Core.Supernets;

namespace SingleDarts.Core.Tests.Search.Methods;

/// <summary>RSPS and SETN have the settings of the scripts of their papers.</summary>
public class PathMethodTests
{
    private static readonly SgdOptions Weights = new(0.025, 0.9, 5e-4, Nesterov: true);

    [Fact]
    public void RSPS_of_NasBench201()
    {
        SearchOptions options = SearchMethods.Rsps().Options(SearchSpaces.NasBench201());
        (options.Epochs, options.BatchSize).Should().Be((250, 64));
        options.Scheme.Should().Be(new UniformPathScheme { TrainPortion = 0.5 });
        options.WeightOptimizer.Optimizer.Should().Be(Weights);
        options.WeightOptimizer.Schedule.Should().Be(Schedule.Cosine(0.025, 0.001));
        options.WeightOptimizer.MaxGradientNorm.Should().Be(5);
        options.Derivation.Should().Be(new DrawnSelection { Count = 100, CountPerEpoch = 100, BatchSize = 512, Batches = 1 });
        (options.Affine, options.TrackRunningStatistics).Should().Be((false, false), "statistics of the evaluation batch");
    }

    [Fact]
    public void RSPS_of_its_own_paper()
    {
        SearchOptions options = SearchMethods.Rsps().Options(SearchSpaces.Darts());
        (options.Epochs, options.BatchSize).Should().Be((100, 64));
        options.WeightOptimizer.Optimizer.Should().Be(new SgdOptions(0.025, 0.9, 3e-4));
        options.WeightOptimizer.Schedule.Should().Be(Schedule.Cosine(0.025, 0.001));
        options.WeightOptimizer.MaxGradientNorm.Should().Be(0.25);
        options.Derivation.Should().Be(new DrawnSelection
        {
            Count = 1000, CountPerEpoch = 1, BatchSize = 64, Batches = 10, Finalists = 10, FinalistBatches = null,
        });
    }

    [Fact]
    public void RSPS_of_NATS_Bench()
    {
        SearchOptions options = SearchMethods.RspsNats().Options(SearchSpaces.NasBench201());
        (options.Epochs, options.BatchSize).Should().Be((100, 64));
        options.Scheme.Should().Be(new UniformPathScheme { DrawsPerCell = true });
        options.WeightOptimizer.Optimizer.Should().Be(Weights);
        options.WeightOptimizer.MaxGradientNorm.Should().BeNull();
        options.Derivation.Should().Be(new DrawnSelection { Count = 100, CountPerEpoch = 100, IsDistinct = true });
    }

    [Fact]
    public void SETN()
    {
        SearchOptions options = SearchMethods.Setn().Options(SearchSpaces.NasBench201());
        (options.Epochs, options.BatchSize).Should().Be((250, 64));
        options.Scheme.Should().Be(new UniformPathScheme { MovesArchitecture = true, Sampling = ArchitectureSampling.WithReplacement });
        options.Relaxation.Should().Be(Relaxations.Softmax);
        options.WeightOptimizer.Optimizer.Should().Be(Weights);
        options.WeightOptimizer.MaxGradientNorm.Should().BeNull();
        options.ArchitectureOptimizer.Optimizer.Should().Be(new AdamOptions(3e-4, 0.5, 0.999, 1e-3));
        options.Derivation.Should().Be(new MostProbableSelection { Count = 100, CountPerEpoch = 100, BatchSize = 512 });
    }
}
