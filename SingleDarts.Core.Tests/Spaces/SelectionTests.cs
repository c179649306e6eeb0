using SingleDarts.Core.Data;
using SingleDarts.Core.Genotypes;
using SingleDarts.Core.Operations;
using SingleDarts.Core.Runs;
using SingleDarts.Core.Search;
using SingleDarts.Core.Spaces;
using static TorchSharp.torch;

namespace SingleDarts.Core.Tests.Spaces;

/// <summary>Derivations that look at more than the parameters of a cell, and candidates that no rule may choose.</summary>
public class SelectionTests
{
    private static readonly SearchSpace WithHelper = SearchSpace.Define("helped").Input(3, 8, 8).Classes(3).Channels(2).Stages(2)
        .Operation(new CandidateOperation("helper", _ => nn.Identity(), isLearnable: false) { IsDerivable = false })
        .Operation(NasBench201Operations.Conv3x3).Operation(NasBench201Operations.None).Build();

    private static DerivationContext Context(Func<Genotype, int?, double>? scorer = null, bool isFinal = true) =>
        new(Small.Space, new Dictionary<string, CellSnapshot>()) { Scorer = scorer, IsFinal = isFinal, Generator = new Generator(4) };

    [Fact]
    public void The_first_highest_score_wins_and_each_candidate_is_scored_once()
    {
        var scored = new List<Genotype>();
        double[] scores = [0.2, 0.7, 0.1, 0.7, 0.3];
        Genotype chosen = new DrawnSelection { Count = 5, BatchSize = 33 }.Derive(Context((genotype, size) =>
        {
            size.Should().Be(33);
            scored.Add(genotype);
            return scores[scored.Count - 1];
        }));
        scored.Should().HaveCount(5);
        chosen.Should().BeSameAs(scored[1]);
        using var generator = new Generator(4);
        scored.Should().Equal(Enumerable.Range(0, 5).Select(_ => Small.Space.RandomGenotype(generator)));
    }

    [Theory]
    [InlineData(0, 0)]
    [InlineData(1, 0)]
    [InlineData(3, 3)]
    public void After_an_epoch_other_numbers_of_candidates_are_scored(int count, int scored)
    {
        int calls = 0;
        new DrawnSelection { Count = 9, CountPerEpoch = count }.Derive(Context((_, _) => ++calls, isFinal: false)).Should().NotBeNull();
        calls.Should().Be(scored);
    }

    [Fact]
    public void Without_a_supernet_or_candidates_a_selection_says_so()
    {
        new DrawnSelection().Invoking(s => s.Derive(Context())).Should().Throw<InvalidOperationException>()
            .WithMessage("*give the context a Scorer*");
        new Given([]).Invoking(s => s.Derive(Context((_, _) => 0))).Should().Throw<InvalidOperationException>()
            .WithMessage("*'given' has no candidates*");
        using ClassificationDataset data = Small.Data();
        Small.Search(data).Deriving(new DrawnSelection { Count = 0, BatchSize = 1 }).Invoking(s => s.Build())
            .Should().Throw<InvalidRunException>().WithMessage("*scores 0 candidates at the end*");
    }

    [Fact]
    public async Task A_selection_and_a_derivation_of_ones_own_work_in_a_search()
    {
        using ClassificationDataset data = Small.Data();
        Genotype[] candidates = [.. Enumerable.Range(0, 4).Select(i => Small.Space.RandomGenotype(i))];
        SearchResult selected = await Small.Search(data).Deriving(new Given(candidates) { CountPerEpoch = 0, BatchSize = null }).RunAsync();
        selected.Genotype.Should().BeOneOf(candidates);
        selected.Epochs.Should().OnlyContain(epoch => epoch.Genotype.Equals(candidates[0]));
        SearchResult better = await Small.Search(data).Deriving(new BetterOfTwo()).RunAsync();
        better.Epochs.Should().HaveCount(3);
    }

    [Fact]
    public void A_candidate_that_is_not_derivable_is_computed_and_never_chosen()
    {
        var first = new double[6, 3];
        for (int edge = 0; edge < 6; edge++)
            first[edge, 0] = 5;
        CellSpecification cell = WithHelper.Cells[0];
        foreach (CellDerivation rule in new CellDerivation[] { new EdgeArgmax(), new TopEdges(3) })
            rule.Derive(cell, Cells.Snapshot(first)).Count("nor_conv_3x3").Should().Be(6);
        WithHelper.GenotypeCount.Should().Be(64);
        Enumerable.Range(0, 30).Sum(seed => WithHelper.RandomGenotype(seed).Count("helper")).Should().Be(0);
        cell.Derivable(cell.Topology.Edges[2]).Should().Equal(1, 2);
        cell.Allowed(cell.Topology.Edges[2]).Should().Equal(0, 1, 2);
    }

    [Fact]
    public void An_edge_from_which_nothing_can_be_derived_is_a_fault_of_the_space()
    {
        WithHelper.Invoking(space => space.Allow("cell", 1, "helper")).Should().Throw<ArgumentException>()
            .WithMessage("*edge 1 allows only helper, which no rule may choose*");
        var helper = new CandidateOperation("a", _ => nn.Identity(), isLearnable: false) { IsDerivable = false };
        var other = new CandidateOperation("b", _ => nn.Identity(), isLearnable: false) { IsDerivable = false };
        SearchSpace.Define("none").Input(3, 8, 8).Classes(3).Channels(2).Operation(helper).Operation(other).Invoking(space => space.Build())
            .Should().Throw<ArgumentException>().WithMessage("*no rule may choose any of a, b*");
    }

    [Fact]
    public void A_rule_that_chooses_what_is_not_derivable_is_refused_before_the_search()
    {
        using ClassificationDataset data = Small.Data();
        var always = new Given([new Genotype(CellGenotype.Parse("|helper~0|+|none~0|none~1|+|none~0|none~1|none~2|"))]);
        ArchitectureSearch.In(WithHelper).On(data).For(1, 10).Deriving(always).Invoking(s => s.Build())
            .Should().Throw<InvalidRunException>().WithMessage("*'given' chooses 'helper' in cell 'cell', which is not derivable*");
    }

    private sealed record Given(IReadOnlyList<Genotype> All) : OneShotSelection
    {
        public override string Name => "given";

        protected override IEnumerable<Genotype> Candidates(DerivationContext context) => All;
    }

    /// <summary>The argmax, unless a random genotype is better.</summary>
    private sealed record BetterOfTwo : IDerivation
    {
        public string Name => "better-of-two";

        public Genotype Derive(DerivationContext context)
        {
            Genotype argmax = context.Space.Derive(new EdgeArgmax(), context.Snapshot), other = context.Draw();
            return context.Accuracy(other) > context.Accuracy(argmax) ? other : argmax;
        }
    }
}
