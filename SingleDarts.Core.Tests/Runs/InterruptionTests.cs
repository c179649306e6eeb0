using SingleDarts.Core.Data;
using SingleDarts.Core.Runs;
using SingleDarts.Core.Schemes;
using SingleDarts.Core.Search;
using SingleDarts.Core.Training;

namespace SingleDarts.Core.Tests.Runs;

/// <summary>
/// Chains of interruptions at random steps end bit for bit where the uninterrupted run ends: reports, records, and the last checkpoint with
/// weights, α, optimisers and the state of all parts. <c>SINGLEDARTS_LONG=1</c> takes 20 chains of each instead of 2.
/// </summary>
public class InterruptionTests
{
    private static readonly int Chains = LongTests.AreWanted ? 20 : 2;

    [Trait("Category", "Slow")]
    [Fact]
    public async Task Searches_that_are_interrupted_again_and_again_end_where_the_uninterrupted_one_does()
    {
        using ClassificationDataset data = Small.Data();
        IOptimizationScheme[] schemes = [OptimizationSchemes.BiLevel, OptimizationSchemes.SingleLevel, OptimizationSchemes.SameSubset];
        for (int chain = 0; chain < Chains; chain++)
        {
            bool counts = chain % 4 == 3;
            ArchitectureSearch Search() => Small.Search(data, counts ? new CountingScheme() : schemes[chain % 3]).For(4, 10).WithSeed(chain)
                .Augmenting(ImageAugmentation.Cifar10Search with { CropPadding = 1, CutoutLength = 2 }).ObservedBy(new CountingObserver())
                .With(o => o with { Prefetch = chain % 2 == 1 });
            await Searched(chain, Search);
        }
    }

    [Trait("Category", "Slow")]
    [Fact]
    public async Task Searches_with_stages_that_are_interrupted_again_and_again_end_where_the_uninterrupted_one_does()
    {
        using ClassificationDataset data = Small.Data();
        for (int chain = 0; chain < Chains; chain++)
        {
            ArchitectureSearch Search() => Small.Search(data).For(2, 10).WithSeed(chain).Relaxing(Core.Supernets.Relaxations.Softmax)
                .Following(new Progressive(2, 1)).ObservedBy(new CountingObserver()).With(o => o with { Prefetch = chain % 2 == 1 });
            await Searched(chain, Search);
        }
    }

    [Fact]
    public async Task Trainings_that_are_interrupted_again_and_again_end_where_the_uninterrupted_one_does()
    {
        for (int chain = 0; chain < Chains; chain++)
        {
            using BatchSource train = TrainingSetup.Source(transform: TrainingSetup.Augmentation), test = TrainingSetup.Source(10, seed: 2);
            NetworkTraining Training(long initialSeed) => TrainingSetup.Everything(train, test, initialSeed).For(5, 8).WithSeed(chain)
                .ObservedBy(new CountingObserver()).With(o => o with { Prefetch = chain % 2 == 1 });
            await Chain(chain, (run, resume, bar, stop) =>
                (resume ? Training(99).ResumingFrom(run, 2) : Training(5).SavingTo(run, 2)).ReportingTo(bar).RunAsync(stop),
                result => result.Epochs, report => RunJson.Write(TrainingSetup.Numbers(report)));
        }
    }

    private static Task Searched(int seed, Func<ArchitectureSearch> search) => Chain(
        seed, (run, resume, bar, stop) =>
            (resume ? search().ResumingFrom(run, 2) : search().SavingTo(run, 2)).ReportingTo(bar).RunAsync(stop),
        result => result.Epochs, report => RunJson.Write(report with { Seconds = 0, DataSeconds = 0 }));

    private static async Task Chain<TResult, TReport>(
        int seed, Func<string, bool, IProgress<RunProgress>, CancellationToken, Task<TResult>> run,
        Func<TResult, IReadOnlyList<TReport>> epochs, Func<TReport, string> numbers) where TResult : class
    {
        using var folder = new TemporaryFolder();
        TResult whole = await run(folder["whole"], false, new Immediately(_ => { }), CancellationToken.None);
        var random = new Random(seed);
        TResult? cut = null;
        int interruptions = 0;
        for (bool resume = false; cut is null; resume = true)
        {
            using var stop = new CancellationTokenSource();
            try
            {
                cut = await run(folder["cut"], resume, Immediately.At(random.Next(1, 4), stop.Cancel), stop.Token);
            }
            catch (OperationCanceledException)
            {
                interruptions++;
            }
        }
        interruptions.Should().BeGreaterThan(1);
        epochs(cut).Select(numbers).Should().Equal(epochs(whole).Select(numbers));
        ResumablePartsTests.SameCheckpoints(folder["whole"], folder["cut"]);
        File.ReadAllText(folder["cut/diagnostics/counting.jsonl"]).Should()
            .Be(File.ReadAllText(folder["whole/diagnostics/counting.jsonl"]));
    }
}
