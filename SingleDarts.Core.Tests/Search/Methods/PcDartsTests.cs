using SingleDarts.Core.Data;
using SingleDarts.Core.Optimizers;
using SingleDarts.Core.Runs;
using SingleDarts.Core.Runtime;
using SingleDarts.Core.Schemes;
using SingleDarts.Core.Search;
using SingleDarts.Core.Spaces;
using SingleDarts.Core.Supernets;
using static TorchSharp.torch;

namespace SingleDarts.Core.Tests.Search.Methods;

public class PcDartsTests
{
    [Fact]
    public void Settings_on_CIFAR_are_those_of_the_published_script()
    {
        SearchOptions options = SearchMethods.PcDarts().Options(SearchSpaces.Darts());
        (options.Epochs, options.BatchSize).Should().Be((50, 256));
        options.Scheme.Should().Be(
            new BiLevelScheme { Order = UpdateOrder.ArchitectureFirst, Sampling = ArchitectureSampling.WithoutReplacement });
        options.EdgeDecorators.Should().Equal(new PartialChannels(4));
        options.WeightOptimizer.Optimizer.Should().Be(new SgdOptions(0.1, 0.9, 3e-4));
        options.WeightOptimizer.MaxGradientNorm.Should().Be(5);
        options.WeightOptimizer.Schedule.Should().Be(Schedule.Cosine(0.1));
        options.ArchitectureOptimizer.Optimizer.Should().Be(new AdamOptions(6e-4, 0.5, 0.999, 1e-3));
        options.ArchitectureOptimizer.MaxGradientNorm.Should().BeNull();
        Enumerable.Range(0, 50).Where(e => !options.ArchitectureOptimizer.IsMovingAt(new(e, 0, 50), 0))
            .Should().Equal(Enumerable.Range(0, 15));
        SearchMethods.PcDarts(k: 8).Options(SearchSpaces.Darts()).EdgeDecorators.Should().Equal(new PartialChannels(8));
    }

    [Fact]
    public void Settings_on_ImageNet_are_those_of_the_published_script()
    {
        SearchOptions options = SearchMethods.PcDarts().Options(SearchSpaces.DartsImageNet());
        (options.Epochs, options.BatchSize).Should().Be((50, 1024));
        options.EdgeDecorators.Should().Equal(new PartialChannels(2));
        options.WeightOptimizer.Optimizer.Should().Be(new SgdOptions(0.5, 0.9, 3e-4));
        double[] rates = [.. Enumerable.Range(0, 50).Select(e => options.WeightOptimizer.LearningRateAt(new(e, 0, 50)))];
        rates[..5].Should().Equal([0.1, 0.2, 0.3, 0.4, 0.5], (a, b) => Math.Abs(a - b) < 1e-12);
        rates[5].Should().BeApproximately(0.25 * (1 + Math.Cos(Math.PI / 10)), 1e-12, "the warm-up replaces the first epochs");
        options.ArchitectureOptimizer.Optimizer.Should().Be(new AdamOptions(6e-3, 0.5, 0.999, 1e-3));
        options.ArchitectureOptimizer.MaxGradientNorm.Should().Be(5);
        Enumerable.Range(0, 50).Where(e => !options.ArchitectureOptimizer.IsMovingAt(new(e, 0, 50), 0))
            .Should().Equal(Enumerable.Range(0, 35));
        SampleAllocation allocation = options.Scheme.Allocate(1000, new Generator(1UL));
        (allocation.WeightSamples.Count, allocation.ArchitectureSamples!.Count).Should().Be((800, 200));
    }

    [Trait("Category", "Slow")]
    [Fact]
    public async Task Alpha_and_beta_stand_still_while_frozen_and_then_Adam_moves_both_and_the_checkpoint_has_both()
    {
        using var folder = new TemporaryFolder();
        using ClassificationDataset data = Small.Data();
        var diary = new Diary();
        SearchSpace space = SearchSpaces.Darts(3, channels: 8, layers: 3, height: 8, width: 8);
        await ArchitectureSearch.In(space, SearchMethods.PcDarts()).On(data).For(epochs: 7, batchSize: 20).WithSeed(1)
            .ObservedBy(diary).SavingTo(folder["run"]).RunAsync();
        // 15 of 50 are 2 of 7 epochs.
        diary.Epochs[..3].Should().OnlyContain(epoch => epoch.SequenceEqual(diary.Epochs[0]), "start and two frozen epochs");
        double[] start = diary.Epochs[2], moved = diary.Epochs[3];
        start.Zip(moved, (a, b) => Math.Abs(a - b)).Count(difference => difference > 1e-6).Should().BeGreaterThan(start.Length * 9 / 10);

        using var scope = NewDisposeScope();
        var tensors = SafeTensorsFile.Read(folder["run/checkpoint/latest.safetensors"]).Tensors;
        foreach (string kind in new[] { "normal", "reduction" })
        {
            tensors[$"weights/alpha.{kind}.beta"].shape.Should().Equal(14);
            tensors[$"architecture-optimizer/{kind}.beta/step"].item<long>().Should().Be(5);
            tensors.Keys.Count(name => name.StartsWith($"architecture-optimizer/{kind}.beta/", StringComparison.Ordinal)).Should().Be(3);
        }
    }

    [Fact]
    public void A_space_that_K_does_not_divide_is_rejected_before_the_search()
    {
        using ClassificationDataset data = Small.Data();
        SearchSpace space = SearchSpaces.Darts(3, channels: 6, layers: 3, height: 8, width: 8);
        ArchitectureSearch.In(space, SearchMethods.PcDarts()).On(data).For(1, 10).Invoking(s => s.Build())
            .Should().Throw<InvalidRunException>().WithMessage("*Edges of 6 channels cannot be divided into K = 4 parts*");
    }

    /// <summary>All of α and β at the start and after every epoch.</summary>
    private sealed class Diary : ISearchObserver
    {
        public List<double[]> Epochs { get; } = [];

        public void OnStarted(SearchMoment moment) => Note(moment);

        public void OnEpoch(SearchMoment moment, EpochReport report) => Note(moment);

        private void Note(SearchMoment moment) => Epochs.Add([.. moment.Context.Supernet.Architecture.Named
            .SelectMany(entry => Host.Doubles(entry.Parameter))]);
    }
}
