using System.Text.Json.Nodes;
using SingleDarts.Core.Data;
using SingleDarts.Core.Runs;
using SingleDarts.Core.Search;
using SingleDarts.Core.Spaces;

namespace SingleDarts.Core.Tests.Search;

/// <summary>What rules may decide, and what they may not.</summary>
public class EpochRuleTests
{
    [Fact]
    public async Task A_rule_that_stops_names_the_epoch_of_the_genotype_and_a_resume_keeps_it()
    {
        using var folder = new TemporaryFolder();
        using ClassificationDataset data = Small.Data();
        ArchitectureSearch Search(IEpochRule rule) =>
            Small.Search(data).For(8).UpdatingArchitecture(o => o.Adam(0.1, 0.5, 0.999)).Following(rule);
        var rule = new Deciding(context => context.Reports.Count == 6
            ? EpochDecision.Stop("the eigenvalue has grown", epoch: 1) : EpochDecision.Continue);
        SearchResult result = await Search(rule).SavingTo(folder["run"]).RunAsync();
        // A rule that has forgotten why it stopped is not asked again.
        SearchResult again = await Search(new Deciding(_ => EpochDecision.Continue)).ResumingFrom(folder["run"]).RunAsync();
        foreach (SearchResult found in new[] { result, again })
        {
            found.Epochs.Should().HaveCount(6);
            (found.StopReason, found.GenotypeEpoch).Should().Be(("the eigenvalue has grown", 1));
            found.Genotype.Should().Be(found.Epochs[0].Genotype).And.NotBe(found.Epochs[5].Genotype);
            found.Architecture.Should().BeSameAs(found.Epochs[0].Architecture);
            found.Cost.Should().Be(new CostModel(Small.Space).Of(found.Genotype));
        }
        JsonNode saved = JsonNode.Parse(File.ReadAllText(folder["run/genotype.json"]))!;
        (saved["genotypeEpoch"]!.GetValue<int>(), saved["epochs"]!.GetValue<int>()).Should().Be((1, 6));
    }

    [Fact]
    public async Task A_stop_wins_over_a_new_stage_and_a_resume_does_not_begin_it()
    {
        using var folder = new TemporaryFolder();
        using ClassificationDataset data = Small.Data();
        ArchitectureSearch Search(bool stops) => Small.Search(data).For(2).Following(new Progressive(2)).Following(new Deciding(context =>
            stops && context.Reports.Count == 2 ? EpochDecision.Stop("enough") : EpochDecision.Continue));
        SearchResult result = await Search(true).SavingTo(folder["run"]).RunAsync();
        SearchResult again = await Search(false).ResumingFrom(folder["run"]).RunAsync();
        (again.StopReason, again.Epochs.Count, again.Genotype).Should().Be(("enough", 2, result.Genotype));
    }

    [Theory]
    [InlineData(6)]
    [InlineData(11)]
    public async Task A_rule_with_state_is_put_back_and_asked_again_and_gets_its_state(int step)
    {
        using var folder = new TemporaryFolder();
        using ClassificationDataset data = Small.Data();
        // One rule for all runs, so that it comes with the state of the run before.
        var rule = new CountingStages();
        ArchitectureSearch Search() => Small.Search(data).For(2).Following(rule);
        SearchResult whole = await Search().SavingTo(folder["whole"]).RunAsync();
        await Runs.ResumablePartsTests.Cancelled(step, (bar, stop) => Search().SavingTo(folder["cut"]).ReportingTo(bar).RunAsync(stop));
        SearchResult resumed = await Search().ResumingFrom(folder["cut"]).RunAsync();
        whole.Epochs.Select(e => e.Stage).Should().Equal(1, 2, 2);
        resumed.Epochs.Select(StagesTests.Numbers).Should().Equal(whole.Epochs.Select(StagesTests.Numbers));
        Runs.ResumablePartsTests.SameCheckpoints(folder["whole"], folder["cut"]);
    }

    [Fact]
    public async Task A_genotype_of_an_earlier_stage_is_one_of_its_space()
    {
        using ClassificationDataset data = Small.Data();
        SearchSpace narrow = Enumerable.Range(0, 6)
            .Aggregate(Small.Space, (space, edge) => space.Allow("cell", edge, "none", "avg_pool_3x3"));
        SearchResult result = await Small.Search(data).For(1).Following(new Deciding(context => context.Stage == 1
            ? EpochDecision.NextStage(narrow) : EpochDecision.Stop("enough", epoch: 1))).RunAsync();
        result.Genotype.Should().Be(result.Epochs[0].Genotype);
        result.Epochs[1].Genotype["cell"].Nodes.SelectMany(genes => genes).Should()
            .OnlyContain(gene => gene.Operation == "none" || gene.Operation == "avg_pool_3x3");
        result.Cost.Should().Be(new CostModel(Small.Space).Of(result.Genotype));
    }

    [Fact]
    public async Task A_rule_sees_the_stage_and_the_spaces()
    {
        using ClassificationDataset data = Small.Data();
        var seen = new List<(int Stage, int Epoch, int PerStage, bool Complete, bool First)>();
        await Small.Search(data).For(2).Following(new Progressive(2)).Following(new Deciding(c =>
        {
            c.Report.Should().BeSameAs(c.Reports[^1]);
            c.FirstSpace.Should().BeSameAs(Small.Space);
            seen.Add((c.Stage, c.EpochOfStage, c.EpochsPerStage, c.IsStageComplete, c.Space == c.FirstSpace));
            return EpochDecision.Continue;
        })).RunAsync();
        seen.Should().Equal((1, 1, 2, false, true), (1, 2, 2, true, true), (2, 1, 2, false, false), (2, 2, 2, true, false));
    }

    [Fact]
    public async Task A_stable_genotype_ends_the_search()
    {
        using ClassificationDataset data = Small.Data();
        SearchResult result = await Small.Search(data).For(9).UpdatingArchitecture(o => o.Sgd(1e-9)).Following(new StableGenotype(3))
            .RunAsync();
        int stable = result.Epochs.Count;
        stable.Should().BeInRange(3, 8);
        result.Epochs.TakeLast(3).Select(e => e.Genotype).Distinct().Should().ContainSingle();
        result.StopReason.Should().Be("the genotype is the same in 3 epochs");
    }

    [Fact]
    public async Task The_stages_of_P_DARTS_have_5_11_and_17_cells_and_8_5_and_3_candidates()
    {
        using ClassificationDataset data = Small.Data(samples: 4);
        var seen = new List<(int Cells, int Widest, int Narrowest)>();
        SearchResult result = await ArchitectureSearch.In(SearchSpaces.Darts(3, channels: 2, layers: 5, height: 8, width: 8)).On(data)
            .For(1, 4).Following(new ProgressiveDarts([3, 5], [3, 2])).Following(new Deciding(context =>
            {
                int[] widths = [.. context.Space.Cells.SelectMany(cell => cell.Topology.Edges.Select(edge => cell.Allowed(edge).Count))];
                seen.Add((context.Space.Layout.LayerCount, widths.Max(), widths.Min()));
                return EpochDecision.Continue;
            })).RunAsync();
        seen.Should().Equal((5, 8, 8), (11, 5, 5), (17, 3, 3));
        result.Epochs.Should().HaveCount(3);
    }

    public static TheoryData<string, string> Impossible => new()
    {
        { "null", "*rule 'deciding' gives null after epoch 1; expected a decision. Return EpochDecision.Continue*" },
        { "epoch", "*stops after epoch 1 with the genotype of epoch 2; expected 1 to 1*" },
        { "input", "*begins a stage after epoch 1 in a space * of 3×16×16*expected the input and the classes of the first stage, 3×8×8*" },
        { "classes", "*4 classes*expected the input and the classes*3 classes*" },
        { "kinds", "*kinds of cells normal and reduction; expected those of the first stage, cell*" },
        { "wider", "*prunes after epoch 1 to a space 'nasbench201' that is not the present one with fewer candidates*" },
        { "deeper", "*prunes after epoch 1*not the present one with fewer candidates*" },
        { "two", "*The rules 'deciding' and 'other' change the space after epoch 1 or return to another epoch; expected one*" },
    };

    [Theory]
    [MemberData(nameof(Impossible))]
    public async Task What_cannot_be_done_is_rejected_with_the_rule_and_the_epoch_and_nothing_saved_is_lost(string case_, string message)
    {
        using var folder = new TemporaryFolder();
        using ClassificationDataset data = Small.Data();
        SearchSpace Other(int classes = 3, int size = 8) =>
            SearchSpaces.NasBench201(classes, channels: 2, cellsPerStage: 1, height: size, width: size);
        SearchSpace fewer = Small.Space.Allow("cell", 0, "none", "skip_connect");
        EpochDecision decision = case_ switch
        {
            "null" => null!,
            "epoch" => EpochDecision.Stop("later", epoch: 2),
            "input" => EpochDecision.NextStage(Other(size: 16)),
            "classes" => EpochDecision.NextStage(Other(classes: 4)),
            "kinds" => EpochDecision.NextStage(SearchSpaces.Darts(3, channels: 2, layers: 3, height: 8, width: 8)),
            "wider" => EpochDecision.Prune(fewer.Allow("cell", 0, "none", "nor_conv_3x3")),
            "deeper" => EpochDecision.Prune(fewer.WithStages(2, 1, 1)),
            _ => EpochDecision.Prune(fewer),
        };
        ArchitectureSearch search = ArchitectureSearch.In(fewer).On(data).For(2, 10).Following(new Deciding(_ => decision));
        if (case_ == "two")
            search = search.Following(new Deciding(_ => EpochDecision.NextStage(fewer), "other"));
        await FluentActions.Awaiting(() => search.SavingTo(folder["run"]).RunAsync())
            .Should().ThrowAsync<InvalidRunException>().WithMessage(message);
        SafeTensorsFile.Read(folder["run/checkpoint/latest.safetensors"]).Metadata["epoch"].Should().Be("0");
    }

    [Fact]
    public void A_rule_that_does_not_fit_the_space_is_rejected_before_the_search()
    {
        using ClassificationDataset data = Small.Data();
        Small.Search(data).Following(new OperationLimit("skip_connect", Cell: "normal")).Invoking(s => s.Build())
            .Should().Throw<InvalidRunException>().WithMessage("*'2 × skip_connect in normal' looks at a kind of cell that*it has cell.*");
        Small.Search(data).Following(new OperationLimit("skip")).Invoking(s => s.Build())
            .Should().Throw<InvalidRunException>().WithMessage("*'2 × skip in cell' counts an operation that*skip_connect*");
    }

    /// <summary>Begins a stage when it is asked for the first time.</summary>
    private sealed class CountingStages : Counting, IEpochRule
    {
        public string Name => "counting stages";

        public EpochDecision Decide(EpochRuleContext context) =>
            Calls++ == 0 ? EpochDecision.NextStage(context.Space.WithStages(2, 1, 1)) : EpochDecision.Continue;
    }

    /// <summary>As in docs/how-to/own-scheme.md.</summary>
    private sealed record StableGenotype(int Epochs) : IEpochRule
    {
        public string Name => "stable-genotype";

        public EpochDecision Decide(EpochRuleContext context) =>
            context.EpochOfStage >= Epochs && context.Reports.TakeLast(Epochs).All(e => e.Genotype.Equals(context.Report.Genotype))
                ? EpochDecision.Stop($"the genotype is the same in {Epochs} epochs")
                : EpochDecision.Continue;
    }

    /// <summary>As in docs/how-to/own-scheme.md.</summary>
    private sealed record ProgressiveDarts(int[] Cells, int[] Dropped) : IEpochRule
    {
        public string Name => "progressive";

        public EpochDecision Decide(EpochRuleContext context)
        {
            if (!context.IsStageComplete || context.Stage > Cells.Length)
                return EpochDecision.Continue;
            SearchSpace next = context.Space;
            foreach (CellSpecification cell in context.Space.Cells)
                foreach (CellEdge edge in cell.Topology.Edges)
                {
                    double[,] p = context.Report.Architecture[cell.Name].OperationWeights;
                    var kept = cell.Allowed(edge).OrderBy(k => p[edge.Index, k]).Skip(Dropped[context.Stage - 1]);
                    next = next.Allow(cell.Name, edge.Index, [.. kept.Select(k => cell.Operations[k].Name)]);
                }
            int cells = Cells[context.Stage - 1];
            return EpochDecision.NextStage(next.WithStages(cells, cells, cells));
        }
    }
}
