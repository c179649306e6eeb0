using SingleDarts.Core.Data;
using SingleDarts.Core.Runs;
using SingleDarts.Core.Runtime;
using SingleDarts.Core.Schemes;
using SingleDarts.Core.Search;
using SingleDarts.Core.Spaces;
using SingleDarts.Core.Supernets;
using static TorchSharp.torch;

namespace SingleDarts.Core.Tests.Search;

/// <summary>A search of two stages: three cells with five candidates on every edge, then four cells with four.</summary>
public class StagesTests
{
    private static ArchitectureSearch Staged(ClassificationDataset data) => Small.Search(data).For(epochs: 2)
        .Relaxing(Relaxations.Softmax).Following(new Progressive(2));

    [Fact]
    public async Task A_stage_begins_with_a_new_supernet_new_alpha_and_new_optimisers()
    {
        using ClassificationDataset data = Small.Data();
        var seen = new Beginnings();
        SearchResult result = await Staged(data).ObservedBy(seen).RunAsync();

        seen.Stages.Should().Equal((1, 0), (2, 2));
        seen.Spaces[1].Cells[0].Topology.Edges.Should().OnlyContain(edge => seen.Spaces[1].Cells[0].Allowed(edge).Count == 4);
        seen.Counts[1].Should().Be(seen.Counts[0] - Weights(Small.Space, 2, 4, 8) + Weights(seen.Spaces[1], 2, 2, 4, 8));
        seen.OptimizerEntries.Should().Equal(0, 0);
        seen.EntriesAtTheEnd.Should().BePositive("the optimisers of the first stage had moments");
        using var expected = new Supernet(seen.Spaces[1], Relaxations.Softmax,
            new SupernetOptions { Seed = new RandomStreams(1).Derive("stage", 2) });
        seen.Alphas[1].Should().Equal(expected.Architecture["cell"].data<float>().ToArray()).And.NotEqual(seen.Alphas[0]);
        seen.FirstWeights[1].Should().Equal(expected.Weights[0].Parameter.data<float>().ToArray());
        result.Epochs.Select(e => (e.Epoch, e.Epochs, e.Stage)).Should().Equal((1, 2, 1), (2, 2, 1), (3, 4, 2), (4, 4, 2));
    }

    [Fact]
    public async Task Schedules_and_progress_begin_anew_with_a_stage()
    {
        using ClassificationDataset data = Small.Data();
        var progress = new Progressions();
        SearchResult result = await Staged(data).ObservedBy(progress).RunAsync();
        double[] rates = [.. result.Epochs.Select(e => e.WeightLearningRate)];
        rates[2..].Should().Equal(rates[..2]);
        rates[1].Should().BeLessThan(rates[0]);
        progress.Seen.Should().Equal([.. Enumerable.Range(0, 16).Select(step => step % 8 / 8.0)]);
    }

    [Fact]
    public async Task The_result_is_of_the_last_stage_and_its_network_has_the_places_of_the_first()
    {
        using ClassificationDataset data = Small.Data();
        var seen = new Beginnings();
        SearchResult result = await Staged(data).ObservedBy(seen).RunAsync();
        result.Genotype.Should().Be(result.Epochs[^1].Genotype);
        seen.Spaces[1].Cells[0].Validate(result.Genotype["cell"]);
        result.Cost.Should().Be(new CostModel(Small.Space).Of(result.Genotype));
        seen.Spaces[1].Cells[0].Topology.Edges.Should().OnlyContain(edge => Enumerable.Range(0, 5).All(k =>
            seen.Spaces[1].Cells[0].IsAllowed(edge, k) == result.Architecture["cell"].OperationWeights[edge.Index, k] > 0));
    }

    [Fact]
    public async Task A_stage_may_have_candidates_that_the_first_one_has_not()
    {
        using ClassificationDataset data = Small.Data();
        SearchSpace Only(params string[] names) => Enumerable.Range(0, 6)
            .Aggregate(Small.Space, (space, edge) => space.Allow("cell", edge, names));
        SearchResult result = await ArchitectureSearch.In(Only("skip_connect", "nor_conv_1x1")).On(data).For(1, 10)
            .Following(new Deciding(context => context.Stage == 1
                ? EpochDecision.NextStage(Only("avg_pool_3x3", "nor_conv_3x3")) : EpochDecision.Continue)).RunAsync();
        result.Genotype["cell"].Nodes.SelectMany(genes => genes).Should()
            .OnlyContain(gene => gene.Operation == "avg_pool_3x3" || gene.Operation == "nor_conv_3x3");
        result.Cost.Should().Be(new CostModel(Small.Space).Of(result.Genotype));
    }

    public static TheoryData<int> Steps => [3, 8, 9, new Random(5).Next(10, 16)];

    [Theory]
    [MemberData(nameof(Steps))]
    public async Task A_resume_within_a_stage_or_between_two_is_bit_for_bit(int step)
    {
        using var folder = new TemporaryFolder();
        using ClassificationDataset data = Small.Data();
        ArchitectureSearch Search() => Staged(data).ObservedBy(new CountingObserver()).With(o => o with { Prefetch = step % 2 == 1 });
        SearchResult whole = await Search().SavingTo(folder["whole"]).RunAsync();
        await Cut(step, Search(), folder["cut"]);
        SearchResult resumed = await Search().ResumingFrom(folder["cut"]).RunAsync();
        resumed.Epochs.Select(Numbers).Should().Equal(whole.Epochs.Select(Numbers));
        TrainingSetup.SameTensors(folder["whole/checkpoint/latest.safetensors"], folder["cut/checkpoint/latest.safetensors"]);
    }

    [Fact]
    public async Task A_new_stage_saves_a_checkpoint_whatever_the_interval_and_a_kill_goes_back_to_it()
    {
        using var folder = new TemporaryFolder();
        using ClassificationDataset data = Small.Data();
        SearchResult whole = await Staged(data).RunAsync();
        await FluentActions.Awaiting(() => Staged(data).ObservedBy(new CrashAt(epoch: 3)).SavingTo(folder["run"], 100).RunAsync())
            .Should().ThrowAsync<InvalidOperationException>().WithMessage("*'CrashAt'*");
        SafeTensorsFile.Read(folder["run/checkpoint/latest.safetensors"]).Metadata["epoch"].Should().Be("2");
        File.ReadAllLines(folder["run/epochs.jsonl"]).Should().HaveCount(3);
        SearchResult resumed = await Staged(data).ResumingFrom(folder["run"], 100).RunAsync();
        resumed.Epochs.Select(Numbers).Should().Equal(whole.Epochs.Select(Numbers));
    }

    [Trait("Category", "Slow")]
    [Theory]
    [InlineData(8)]
    [InlineData(13)]
    public async Task Diagnostics_go_through_the_stages_and_a_resume_gives_the_very_files(int step)
    {
        using var folder = new TemporaryFolder();
        using ClassificationDataset data = Small.Data();
        ArchitectureSearch Search() => Staged(data).With(Every.Diagnostic());
        await Search().SavingTo(folder["whole"]).RunAsync();
        await Cut(step, Search(), folder["cut"]);
        await Search().ResumingFrom(folder["cut"]).RunAsync();
        string[] files = [.. Directory.GetFiles(folder["whole/diagnostics"]).Select(file => Path.GetFileName(file)!)];
        files.Should().NotBeEmpty();
        foreach (string file in files)
            File.ReadAllText(folder[$"cut/diagnostics/{file}"]).Should().Be(File.ReadAllText(folder[$"whole/diagnostics/{file}"]), file);
    }

    [Fact]
    public async Task Reports_without_a_stage_are_of_the_first()
    {
        using ClassificationDataset data = Small.Data();
        SearchResult result = await Small.Search(data).For(1).RunAsync();
        string line = RunJson.Write(result.Epochs[0]);
        line.Should().Contain("\"stage\":1,");
        EpochReport old = RunJson.Read<EpochReport>(line.Replace("\"stage\":1,", "", StringComparison.Ordinal));
        RunJson.Write(old).Should().Be(line);
    }

    /// <summary>Weights of candidates, by hand: convolutions have any, and a bias, because batch normalisation is not affine.</summary>
    private static long Weights(SearchSpace space, params long[] channels) => (
        from c in channels
        from edge in space.Cells[0].Topology.Edges
        from k in space.Cells[0].Allowed(edge)
        select space.Cells[0].Operations[k].Name switch { "nor_conv_3x3" => (9 * c * c) + c, "nor_conv_1x1" => (c * c) + c, _ => 0 }).Sum();

    private static Task Cut(int step, ArchitectureSearch search, string folder) => Runs.ResumablePartsTests.Cancelled(
        step, (bar, stop) => search.SavingTo(folder).ReportingTo(bar).RunAsync(stop));

    internal static string Numbers(EpochReport report) => RunJson.Write(report with { Seconds = 0, DataSeconds = 0 });

    /// <summary>What is there when a stage begins.</summary>
    private sealed class Beginnings : ISearchObserver
    {
        public List<(int Stage, int Epoch)> Stages { get; } = [];
        public List<SearchSpace> Spaces { get; } = [];
        public List<long> Counts { get; } = [];
        public List<float[]> Alphas { get; } = [];
        public List<float[]> FirstWeights { get; } = [];
        public List<int> OptimizerEntries { get; } = [];
        public int EntriesAtTheEnd { get; private set; }

        public void OnStarted(SearchMoment moment) => See(moment);

        public void OnStageStarted(SearchMoment moment) => See(moment);

        public void OnEpoch(SearchMoment moment, EpochReport report) => EntriesAtTheEnd = Entries(moment.Context);

        private void See(SearchMoment moment)
        {
            Supernet supernet = moment.Context.Supernet;
            Stages.Add((moment.Stage, moment.Epoch));
            Spaces.Add(supernet.Space);
            Counts.Add(supernet.Weights.Sum(w => w.Parameter.numel()));
            Alphas.Add(supernet.Architecture["cell"].data<float>().ToArray());
            FirstWeights.Add(supernet.Weights[0].Parameter.data<float>().ToArray());
            OptimizerEntries.Add(Entries(moment.Context));
        }

        /// <summary>Moments of the optimisers; the number of steps is always there.</summary>
        private static int Entries(StepContext context)
        {
            using var scope = NewDisposeScope();
            return context.WeightOptimizer.SaveState().Concat(context.ArchitectureOptimizer.SaveState())
                .Count(entry => entry.Value.to(ScalarType.Bool).any().item<bool>());
        }
    }

    private sealed class Progressions : ISearchObserver
    {
        public List<double> Seen { get; } = [];

        public void OnStepStarting(SearchMoment moment)
        {
            moment.Position.Progress.Should().Be(moment.Context.Progress);
            Seen.Add(moment.Context.Progress);
        }
    }

    /// <summary>Ends the process as far as the run can tell, in an epoch counted from 0.</summary>
    private sealed class CrashAt(int epoch) : IRunObserver
    {
        public void OnStepStarting(RunMoment moment)
        {
            if (moment.Epoch == epoch)
                throw new InvalidTimeZoneException();
        }
    }
}
