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

    private static DerivationContext Context(Func<Genotype, long, int?, double>? scorer = null, bool isFinal = true) =>
        new(Small.Space, new Dictionary<string, CellSnapshot>()) { Scorer = scorer, IsFinal = isFinal, Generator = new Generator(4) };

    [Fact]
    public void The_first_highest_score_wins_and_each_candidate_is_scored_once()
    {
        var scored = new List<Genotype>();
        double[] scores = [0.2, 0.7, 0.1, 0.7, 0.3];
        Genotype chosen = new DrawnSelection { Count = 5, BatchSize = 33 }.Derive(Context((genotype, batch, size) =>
        {
            size.Should().Be(33);
            batch.Should().Be(scored.Count, "every candidate has another batch");
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
        new DrawnSelection { Count = 9, CountPerEpoch = count }.Derive(Context((_, _, _) => ++calls, isFinal: false)).Should().NotBeNull();
        calls.Should().Be(scored);
    }

    [Fact]
    public void A_candidate_is_scored_on_batches_of_its_own_or_on_those_of_all()
    {
        List<long> Batches(DrawnSelection selection, out Genotype chosen)
        {
            var batches = new List<long>();
            chosen = selection.Derive(Context((_, batch, _) =>
            {
                batches.Add(batch);
                return new[] { 0.9, 0.1, 0.6, 0.6, 0.2, 0.2 }[batches.Count - 1];
            }));
            return batches;
        }
        Batches(new DrawnSelection { Count = 3, Batches = 2 }, out Genotype best).Should().Equal(0, 1, 2, 3, 4, 5);
        using var generator = new Generator(4);
        Genotype[] drawn = [.. Enumerable.Range(0, 3).Select(_ => Small.Space.RandomGenotype(generator))];
        best.Should().Be(drawn[1], "0.6 is the best mean");
        Batches(new DrawnSelection { Count = 3, Batches = 2, SharesBatches = true }, out _).Should().Equal(0, 1, 0, 1, 0, 1);
        new DrawnSelection { Batches = 0 }.Faults(Small.Space).Should().ContainSingle().Which.Should().Contain("0 batches");
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void The_best_candidates_are_scored_once_more_on_other_batches_and_the_best_of_them_wins(bool sharesBatches)
    {
        var scored = new List<(Genotype Genotype, long Batch)>();
        var selection = new DrawnSelection
        {
            Count = 4, Batches = 2, Finalists = 3, FinalistBatches = 2, SharesBatches = sharesBatches, BatchSize = 9,
        };
        // Means of the first stage 0.2, 0.8, 0.5, 0.8; the best are 1, 3 and 2, whose second means are 0.3, 0.6 and 0.6.
        double[] scores = [0.1, 0.3, 0.8, 0.8, 0.5, 0.5, 0.9, 0.7, 0.3, 0.3, 0.7, 0.5, 0.6, 0.6];
        Genotype chosen = selection.Derive(Context((genotype, batch, size) =>
        {
            size.Should().Be(9);
            scored.Add((genotype, batch));
            return scores[scored.Count - 1];
        }));
        scored.Select(s => s.Batch).Should().Equal(sharesBatches
            ? [0, 1, 0, 1, 0, 1, 0, 1, 2, 3, 2, 3, 2, 3] : Enumerable.Range(0, 14).Select(i => (long)i));
        scored.Skip(8).Select(s => s.Genotype).Should().Equal(
            new[] { 2, 2, 6, 6, 4, 4 }.Select(i => scored[i].Genotype), "the best of the first stage, in their order");
        chosen.Should().BeSameAs(scored[6].Genotype, "of equal second scores the better first one wins");
        int calls = 0;
        (selection with { CountPerEpoch = 4 }).Derive(Context((_, _, _) => ++calls, isFinal: false));
        calls.Should().Be(8, "there are no finalists after an epoch");
    }

    [Fact]
    public void Finalists_are_scored_on_all_samples_unless_a_number_of_batches_is_said()
    {
        var finalists = new List<Genotype>();
        double[] first = [0.3, 0.9, 0.6];
        int scored = 0;
        DerivationContext context = Context((_, _, _) => first[scored++]) with
        {
            WholeScorer = (genotype, size) =>
            {
                size.Should().Be(64);
                finalists.Add(genotype);
                return finalists.Count;
            },
        };
        Genotype chosen = new DrawnSelection { Count = 3, Finalists = 2, BatchSize = 64 }.Derive(context);
        finalists.Should().HaveCount(2);
        chosen.Should().BeSameAs(finalists[1]);
        new DrawnSelection { Finalists = -1 }.Faults(Small.Space).Should().ContainSingle().Which.Should().Contain("-1 finalists");
        new DrawnSelection { FinalistBatches = 0 }.Faults(Small.Space).Should().ContainSingle().Which.Should().Contain("0 batches");
        Context().Invoking(c => c.WholeAccuracy(finalists[0])).Should().Throw<InvalidOperationException>()
            .WithMessage("*no supernet to score*");
    }

    [Fact]
    public void Distinct_candidates_are_never_repeated_and_end_with_the_space()
    {
        SearchSpace two = Enumerable.Range(1, 5).Aggregate(Small.Space.Allow("cell", 0, "none", "skip_connect"),
            (space, edge) => space.Allow("cell", edge, "skip_connect"));
        var scored = new List<Genotype>();
        DerivationContext context = Context() with { Space = two, Scorer = (genotype, _, _) => { scored.Add(genotype); return 0.5; } };
        new DrawnSelection { Count = 9, IsDistinct = true }.Derive(context);
        scored.Should().HaveCount(2).And.OnlyHaveUniqueItems();
        scored.Clear();
        new DrawnSelection { Count = 9 }.Derive(context);
        scored.Should().HaveCount(9);
    }

    /// <summary>Against the list of all 15,625 cells, sorted by the sum of their logarithms.</summary>
    [Fact]
    public void The_most_probable_candidates_are_those_of_the_whole_list_and_the_first_is_the_argmax()
    {
        double[,] alpha = Random(6, 5);
        double LogProbability(Genotype genotype) => genotype["cell"].Nodes.SelectMany(genes => genes).Select((gene, edge) =>
        {
            double[] row = [.. Enumerable.Range(0, 5).Select(k => Math.Exp(alpha[edge, k]))];
            return Math.Log(row[NasBench201Genotypes.Operations.ToList().IndexOf(gene.Operation)] / row.Sum());
        }).Sum();
        Genotype[] expected = [.. Enumerable.Range(0, 15625).Select(NasBench201Genotypes.FromIndex).OrderByDescending(LogProbability)
            .Take(100)];
        var scored = new List<Genotype>();
        var context = new DerivationContext(Small.Space, new Dictionary<string, CellSnapshot> { ["cell"] = Cells.Snapshot(alpha) })
        {
            IsFinal = true, Scorer = (genotype, _, _) => { scored.Add(genotype); return -scored.Count; },
        };
        Genotype chosen = new MostProbableSelection().Derive(context);
        scored.Should().Equal(expected);
        chosen.Should().Be(Small.Space.Derive(new EdgeArgmax(), context.Snapshot));
    }

    [Fact]
    public void Behind_a_clear_argmax_come_its_24_neighbours()
    {
        double[,] alpha = new double[6, 5];
        for (int edge = 0; edge < 6; edge++)
            alpha[edge, edge % 5] = 9 + edge;
        var scored = new List<Genotype>();
        var context = new DerivationContext(Small.Space, new Dictionary<string, CellSnapshot> { ["cell"] = Cells.Snapshot(alpha) })
        {
            IsFinal = true, Scorer = (genotype, _, _) => { scored.Add(genotype); return 0; },
        };
        new MostProbableSelection { Count = 26 }.Derive(context);
        int Distance(Genotype genotype) => genotype["cell"].Nodes.SelectMany(genes => genes)
            .Zip(scored[0]["cell"].Nodes.SelectMany(genes => genes)).Count(pair => pair.First != pair.Second);
        scored.Select(Distance).Should().Equal([0, .. Enumerable.Repeat(1, 24), 2]);
    }

    [Fact]
    public void Sampled_candidates_have_the_probabilities_of_softmax()
    {
        double[,] alpha = Random(6, 5);
        int[,] counts = new int[6, 5];
        const int draws = 2000;
        var context = new DerivationContext(Small.Space, new Dictionary<string, CellSnapshot> { ["cell"] = Cells.Snapshot(alpha) })
        {
            IsFinal = true, Generator = new Generator(3),
            Scorer = (genotype, _, _) =>
            {
                foreach (var (gene, edge) in genotype["cell"].Nodes.SelectMany(genes => genes).Select((gene, edge) => (gene, edge)))
                    counts[edge, NasBench201Genotypes.Operations.ToList().IndexOf(gene.Operation)]++;
                return 0;
            },
        };
        new MostProbableSelection { IsSampled = true, Count = draws }.Derive(context);
        for (int edge = 0; edge < 6; edge++)
        {
            double sum = Enumerable.Range(0, 5).Sum(k => Math.Exp(alpha[edge, k]));
            for (int k = 0; k < 5; k++)
                (counts[edge, k] / (double)draws).Should().BeApproximately(Math.Exp(alpha[edge, k]) / sum, 5 * Math.Sqrt(0.25 / draws));
        }
    }

    [Fact]
    public void A_strategy_is_told_the_scores_of_its_candidates()
    {
        var selection = new StrategySelection(new RegularizedEvolution { Sample = 10 }) { Count = 300 };
        double Best(OneShotSelection by) => by.Derive(Context((genotype, _, _) => genotype.Count("nor_conv_3x3"))).Count("nor_conv_3x3");
        Best(selection).Should().Be(6);
        Best(new DrawnSelection { Count = 300 }).Should().BeLessThan(6);
        selection.Derive(Context((genotype, batch, _) => batch)).Should().Be(selection.Derive(Context((genotype, batch, _) => batch)));
        new StrategySelection(new RegularizedEvolution { Population = 0 }).Faults(Small.Space).Should().ContainSingle();
    }

    private static double[,] Random(int rows, int columns)
    {
        var random = new Random(5);
        var numbers = new double[rows, columns];
        for (int i = 0; i < numbers.Length; i++)
            numbers[i / columns, i % columns] = (2 * random.NextDouble()) - 1;
        return numbers;
    }

    [Fact]
    public void Without_a_supernet_or_candidates_a_selection_says_so()
    {
        new DrawnSelection().Invoking(s => s.Derive(Context())).Should().Throw<InvalidOperationException>()
            .WithMessage("*give the context a Scorer*");
        new Given([]).Invoking(s => s.Derive(Context((_, _, _) => 0))).Should().Throw<InvalidOperationException>()
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

        protected override IEnumerable<Genotype> Candidates(
            DerivationContext context, IReadOnlyList<EvaluatedGenotype> scored) => All;
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
