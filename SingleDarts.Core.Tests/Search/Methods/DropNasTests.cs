using SingleDarts.Core.Optimizers;
using SingleDarts.Core.Schemes;
using SingleDarts.Core.Search;
using SingleDarts.Core.Spaces;
using SingleDarts.Core.Supernets;
using static TorchSharp.torch;

namespace SingleDarts.Core.Tests.Search.Methods;

public class DropNasTests
{
    [Fact]
    public void Settings_are_those_of_the_published_script()
    {
        SearchMethod method = SearchMethods.DropNas();
        SearchSpace space = method.Space(SearchSpaces.Darts());
        space.Layout.LayerCount.Should().Be(14);
        SearchOptions options = method.Options(space);
        (options.Epochs, options.BatchSize).Should().Be((76, 96));
        options.Scheme.Should().Be(new PartialDecayScheme { WeightDecay = 3e-4, ArchitectureDecay = 1e-3, KeepsMass = true });
        options.Relaxation.Should().Be(new GroupDropSoftmax(3e-5) { InitialDeviation = 1e-3 });
        options.WeightOptimizer.Optimizer.Should().Be(new SgdOptions(0.0375, 0.9, 0));
        options.WeightOptimizer.Schedule.Should().Be(Schedule.Cosine(0.0375, 0.0015));
        options.WeightOptimizer.MaxGradientNorm.Should().Be(3);
        options.ArchitectureOptimizer.Optimizer.Should().Be(new AdamOptions(3e-4, 0.5, 0.999, 0));
        options.ArchitectureOptimizer.MaxGradientNorm.Should().BeNull();
        options.Derivation.Should().Be(new TopEdges { ComparesAlpha = true });
        using var generator = new Generator(1UL);
        SampleAllocation allocation = options.Scheme.Allocate(100, generator);
        (allocation.WeightSamples.Count, allocation.ArchitectureSamples).Should().Be((100, null));
    }
}
