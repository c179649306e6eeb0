using SingleDarts.Core.Data;
using SingleDarts.Core.Diagnostics;
using SingleDarts.Core.Runs;
using SingleDarts.Core.Runtime;
using SingleDarts.Core.Search;
using SingleDarts.Core.Spaces;
using SingleDarts.Core.Training;

namespace SingleDarts.Core.Tests.Diagnostics;

public sealed class TensorBoardLogTests : IDisposable
{
    private readonly TemporaryFolder folder = new();
    private readonly ClassificationDataset data = Small.Data();

    private string Board => folder["board"];

    public void Dispose()
    {
        data.Dispose();
        folder.Dispose();
    }

    [Fact]
    public async Task Every_number_of_a_search_is_in_the_event_file()
    {
        SearchResult result = await Small.Search(data).ObservedBy(new TensorBoardLog(Board) { Table = Every.Table }).RunAsync();
        var entries = EventFiles.Read(EventFiles.In(Board).Should().ContainSingle().Which);
        entries[0].Version.Should().Be("brain.Event:2");
        (entries[1].Session, entries[1].Step).Should().Be((1, 1));
        RequireShown(result.Epochs.SelectMany(e => Expected(e, Small.Space)
            .Append(("table/Cifar10Validation", e.Epoch, Every.Table[e.Genotype].Index))
            .Append(("table/Cifar10Test", e.Epoch, Every.Table[e.Genotype].Index + 0.5))
            .Concat(Rest.Select(metric => ($"table/{metric}", e.Epoch, (double)Every.Table[e.Genotype].Index)))));
        EventFiles.Shown(Board).Where(point => point.Value.Text is not null)
            .Select(point => (point.Key.Tag, point.Key.Step, point.Value.Text!)).Should()
            .Equal(result.Epochs.Select(e => ("genotype/text_summary", (long)e.Epoch, $"    {e.Genotype}")));
    }

    [Fact]
    public async Task Kinds_of_cells_and_edges_with_fewer_candidates_have_tags_of_their_own()
    {
        SearchSpace space = Restricted.AtRandom(Small.DartsSpace, seed: 1);
        SearchResult result = await Small.Search(data, space: space).For(1, 20).ObservedBy(new TensorBoardLog(Board)).RunAsync();
        RequireShown(result.Epochs.SelectMany(e => Expected(e, space)));
        EventFiles.Shown(Board).Keys.Select(point => point.Tag.Split('/')[0]).Distinct().Should()
            .Contain(["p.normal", "p.reduction", "entropy.normal", "entropy.reduction"]);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public async Task Every_number_of_a_training_is_in_the_event_file(int evaluationInterval)
    {
        using BatchSource train = TrainingSetup.Source(), test = TrainingSetup.Source(9, seed: 2);
        TrainingResult result = await TrainingSetup.Everything(train, test)
            .With(o => o with { EvaluationInterval = evaluationInterval }).ObservedBy(new TensorBoardLog(Board)).RunAsync();
        RequireShown(result.Epochs.SelectMany(e => new (string, int, double?)[]
        {
            ("loss/train", e.Epoch, e.TrainLoss), ("accuracy/train", e.Epoch, e.TrainTop1),
            ("learning-rate/weights", e.Epoch, e.LearningRate), ("loss/auxiliary", e.Epoch, e.AuxiliaryLoss),
            ("loss/test", e.Epoch, e.Test?.Loss), ("accuracy/test", e.Epoch, e.Test?.Top1),
            ("accuracy/test-top-3", e.Epoch, e.Test?.TopK), ("loss/test-ema", e.Epoch, e.EmaTest?.Loss),
            ("accuracy/test-ema", e.Epoch, e.EmaTest?.Top1), ("accuracy/test-ema-top-3", e.Epoch, e.EmaTest?.TopK),
        }).Where(point => point.Item3 is not null).Select(point => (point.Item1, point.Item2, point.Item3!.Value)));
    }

    [Fact]
    public async Task Epochs_that_a_resume_repeats_have_one_value()
    {
        ArchitectureSearch Search() => Small.Search(data).ObservedBy(new TensorBoardLog(Board));
        await FluentActions.Awaiting(() => Search().ObservedBy(new AfterEpoch(2, () => throw new InvalidOperationException("power cut")))
            .SavingTo(folder["run"], checkpointInterval: 5).RunAsync()).Should().ThrowAsync<InvalidOperationException>();
        SearchResult result = await Search().ResumingFrom(folder["run"]).RunAsync();
        long[][] steps = [.. EventFiles.In(Board).Select(file => EventFiles.Read(file).Where(e => e.Tag == "loss/weights")
            .Select(e => e.Step).ToArray())];
        steps.Should().BeEquivalentTo(new long[][] { [1, 2], [1, 2, 3] }, o => o.WithStrictOrdering(), "the checkpoint is the start");
        RequireShown(result.Epochs.SelectMany(e => Expected(e, Small.Space)));
    }

    [Fact]
    public async Task Epochs_before_a_resume_are_kept()
    {
        ArchitectureSearch Search() => Small.Search(data).ObservedBy(new TensorBoardLog(Board));
        using var stop = new CancellationTokenSource();
        await FluentActions.Awaiting(() => Search().SavingTo(folder["run"]).ReportingTo(Immediately.At(6, stop.Cancel))
            .RunAsync(stop.Token))
            .Should().ThrowAsync<OperationCanceledException>();
        SearchResult result = await Search().ResumingFrom(folder["run"]).RunAsync();
        var second = EventFiles.Read(EventFiles.In(Board)[1]);
        second.Single(e => e.Session is not null).Step.Should().Be(2, "epoch 2 was cut in its middle");
        second.Where(e => e.Tag is not null).Min(e => e.Step).Should().Be(2);
        RequireShown(result.Epochs.SelectMany(e => Expected(e, Small.Space)));
    }

    [Fact]
    public async Task A_new_run_in_the_folder_replaces_the_curves_of_the_one_before()
    {
        await Small.Search(data).ObservedBy(new TensorBoardLog(Board) { Table = Every.Table }).RunAsync();
        SearchResult result = await Small.Search(data).WithSeed(2).For(2, 10).ObservedBy(new TensorBoardLog(Board)).RunAsync();
        RequireShown(result.Epochs.SelectMany(e => Expected(e, Small.Space)));
    }

    [Fact]
    public async Task A_search_ends_bit_for_bit_as_without_it_and_live_tensors_do_not_grow()
    {
        var live = new List<long>();
        SearchResult plain = await Small.Search(data).RunAsync();
        SearchResult watched = await Small.Search(data).ObservedBy(new TensorBoardLog(Board) { Table = Every.Table })
            .ObservedBy(new AfterEpoch(null, () => live.Add(MemoryUsage.Now().LiveTensors))).RunAsync();
        Small.Alpha(watched).Should().Equal(Small.Alpha(plain));
        live.Should().HaveCount(3);
        live.Distinct().Should().ContainSingle();
    }

    [Fact]
    public void A_folder_that_cannot_be_written_is_a_fault()
    {
        File.WriteAllText(folder["file"], "mine");
        foreach (string place in new[] { "file", "file/below" })
            Small.Search(data).ObservedBy(new TensorBoardLog(folder[place])).Invoking(search => search.Build()).Should()
                .Throw<InvalidRunException>().WithMessage($"*TensorBoardLog cannot write to the folder {folder[place]}:*another folder*");
        File.ReadAllText(folder["file"]).Should().Be("mine");
        FluentActions.Invoking(() => new TensorBoardLog(null!)).Should().Throw<ArgumentNullException>();
    }

    [Fact]
    public void Settings_are_checked_without_leaving_a_file()
    {
        Small.Search(data).ObservedBy(new TensorBoardLog(Board)).Build();
        Directory.GetFileSystemEntries(Board).Should().BeEmpty();
    }

    [Fact]
    public async Task A_table_of_another_space_is_a_fault()
    {
        await FluentActions.Awaiting(() => Small.Search(data, space: Small.DartsSpace)
            .ObservedBy(new TensorBoardLog(Board) { Table = Every.Table }).RunAsync())
            .Should().ThrowAsync<InvalidRunException>().WithMessage("*tensorboard: the cells of the space*leave the table out*");
        Directory.GetFileSystemEntries(Board).Should().BeEmpty();
    }

    [LinuxTheory("Making symbolic links needs a privilege elsewhere.")]
    [InlineData("outside")]
    [InlineData("not-yet-there")]
    public void A_link_in_the_folder_is_refused_before_the_run(string target)
    {
        Directory.CreateDirectory(Board);
        File.WriteAllText(folder["outside"], "mine");
        File.CreateSymbolicLink(Path.Combine(Board, "events.out.tfevents.1"), folder[target]);
        Small.Search(data).ObservedBy(new TensorBoardLog(Board)).Invoking(search => search.Build()).Should()
            .Throw<InvalidRunException>().WithMessage("*events.out.tfevents.1' is a symbolic link to*");
        RequireUntouched();
    }

    [LinuxTheory("Making symbolic links needs a privilege elsewhere.")]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_link_that_takes_the_place_of_the_event_file_is_refused(bool symbolic)
    {
        File.WriteAllText(folder["outside"], "mine");
        void Replace()
        {
            string file = EventFiles.In(Board).Single();
            File.Delete(file);
            if (symbolic)
                File.CreateSymbolicLink(file, folder["outside"]);
            else
                System.Diagnostics.Process.Start("ln", [folder["outside"], file]).WaitForExit();
        }
        await FluentActions.Awaiting(() => Small.Search(data).ObservedBy(new TensorBoardLog(Board)).ObservedBy(new AfterEpoch(1, Replace))
            .SavingTo(folder["run"]).RunAsync())
            .Should().ThrowAsync<IOException>().WithMessage(
                $"*cannot write to the folder {Board}: *{(symbolic ? "symbolic link" : "hard links")}*resume the run*");
        RequireUntouched();
        SearchResult result = await Small.Search(data).ResumingFrom(folder["run"]).RunAsync();
        result.Epochs.Should().HaveCount(3, "the first epoch was saved, and the run needs no log");
    }

    private static readonly string[] Rest = ["Cifar100Validation", "Cifar100Test", "ImageNet16Validation", "ImageNet16Test"];

    private void RequireUntouched()
    {
        File.ReadAllText(folder["outside"]).Should().Be("mine");
        Directory.GetFileSystemEntries(folder.Path).Select(Path.GetFileName).Should().BeSubsetOf(["board", "outside", "run"]);
    }

    /// <summary>The scalars of the folder are these and no others, as floats.</summary>
    private void RequireShown(IEnumerable<(string Tag, int Epoch, double Value)> expected)
    {
        var shown = EventFiles.Shown(Board).Where(point => point.Value.Scalar is not null)
            .ToDictionary(point => point.Key, point => point.Value.Scalar!.Value);
        var wanted = expected.ToDictionary(point => (point.Tag, (long)point.Epoch), point => point.Value);
        shown.Keys.Should().BeEquivalentTo(wanted.Keys);
        shown.Where(point => point.Key.Tag.StartsWith("entropy.", StringComparison.Ordinal)
                ? Math.Abs(point.Value - wanted[point.Key]) > 1e-5 : point.Value != (float)wanted[point.Key])
            .Select(point => (point.Key, point.Value, wanted[point.Key])).Should().BeEmpty();
    }

    private static IEnumerable<(string, int, double)> Expected(EpochReport e, SearchSpace space)
    {
        yield return ("loss/weights", e.Epoch, e.WeightLoss);
        yield return ("loss/architecture", e.Epoch, e.ArchitectureLoss);
        yield return ("accuracy/weights", e.Epoch, e.WeightAccuracy);
        yield return ("accuracy/architecture", e.Epoch, e.ArchitectureAccuracy);
        yield return ("learning-rate/weights", e.Epoch, e.WeightLearningRate);
        yield return ("learning-rate/architecture", e.Epoch, e.ArchitectureLearningRate);
        foreach (CellSpecification kind in space.Cells)
        {
            double all = 0;
            foreach (CellEdge edge in kind.Topology.Edges)
            {
                double sum = 0, logs = 0;
                for (int k = 0; k < kind.Operations.Count; k++)
                    if (kind.IsAllowed(edge, k))
                    {
                        double p = e.Architecture[kind.Name].OperationWeights[edge.Index, k];
                        yield return ($"p.{kind.Name}/{edge.Target}<-{edge.Source}/{kind.Operations[k].Name}", e.Epoch, p);
                        sum += p;
                        logs += p * Math.Log(p);
                    }
                // −Σ q ln q with q = p / Σp is ln Σp − Σ p ln p / Σp.
                double entropy = Math.Log(sum) - logs / sum;
                yield return ($"entropy.{kind.Name}/{edge.Target}<-{edge.Source}", e.Epoch, entropy);
                all += entropy / kind.Topology.Edges.Count;
            }
            yield return ($"entropy.{kind.Name}/mean", e.Epoch, all);
        }
    }

    /// <summary>Does something after one epoch, or after each.</summary>
    private sealed class AfterEpoch(int? epoch, Action act) : IRunObserver
    {
        public void OnEpoch(RunMoment moment, RunReport report)
        {
            if (epoch is null || report.Epoch == epoch)
                act();
        }
    }
}
