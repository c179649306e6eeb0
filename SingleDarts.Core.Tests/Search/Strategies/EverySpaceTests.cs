using SingleDarts.Core.Genotypes;
using SingleDarts.Core.Operations;
using SingleDarts.Core.Search;
using SingleDarts.Core.Spaces;

namespace SingleDarts.Core.Tests.Search.Strategies;

/// <summary>Every strategy in a space that keeps every edge, in that of DARTS, and in others that leave edges out.</summary>
public class EverySpaceTests
{
    private static readonly Dictionary<string, IStrategy> Strategies = new()
    {
        ["random"] = new RandomStrategy(), ["evolution"] = new RegularizedEvolution { Sample = 5 },
        ["reinforce"] = new Reinforce { LearningRate = 0.3 }, ["bohb"] = new Bohb { MinimumEpochs = 5, MaximumEpochs = 5 },
    };

    private static readonly Dictionary<string, SearchSpace> Spaces = new()
    {
        ["nasbench201"] = SearchSpaces.NasBench201(),
        ["darts"] = SearchSpaces.Darts(),
        ["darts with edges of one operation"] =
            SearchSpaces.Darts().Allow("normal", 3, "sep_conv_3x3").Allow("reduction", 9, "skip_connect"),
        ["three edges, two kinds"] = SearchSpace.Define("own").Input(3, 8, 8).Classes(3).Channels(2).Cell(4, inputs: 2).Stages(2)
            .ReductionCells().Operations(DartsOperations.All).DerivedBy(new TopEdges(3)).Build(),
        ["two pairs"] = SearchSpace.Define("pairs").Input(3, 8, 8).Classes(3).Channels(2).Cell(3, inputs: 2)
            .Operations(DartsOperations.All).DerivedBy(new TopPairs(2)).Build(),
    };

    public static TheoryData<string, string> Cases
    {
        get
        {
            var cases = new TheoryData<string, string>();
            foreach (string strategy in Strategies.Keys)
                foreach (string space in Spaces.Keys)
                    cases.Add(strategy, space);
            return cases;
        }
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void It_proposes_genotypes_of_the_space_learns_and_goes_on_from_its_trace(string strategy, string spaceName)
    {
        SearchSpace space = Spaces[spaceName];
        var search = new StrategySearch
        {
            Space = space, Strategy = Strategies[strategy], Evaluator = new OneConvolution(space), Evaluations = 150, Seed = 1,
        };
        EvaluatedGenotype[] trace = [.. search.Run().Trace];
        search.Run(trace[..90]).Trace.Should().Equal(trace);
        int[] genes = Genes(space.RandomGenotype(1L));
        foreach (EvaluatedGenotype evaluated in trace)
        {
            foreach (CellSpecification cell in space.Cells)
                cell.Validate(evaluated.Genotype[cell.Name], allowRepeatedEdges: spaceName == "two pairs");
            Genes(evaluated.Genotype).Should().Equal(genes);
            if (spaceName != "nasbench201")
                evaluated.Genotype.Count("none").Should().Be(0);
        }
        double first = trace.Take(20).Average(e => e.Accuracy), last = trace.TakeLast(20).Average(e => e.Accuracy);
        // The density of BOHB, whose bandwidths exceed 1 with many candidates, learns too little to be told from chance here.
        if (strategy is "evolution" or "reinforce")
            last.Should().BeGreaterThan(first + 0.1, "it has learnt what is rewarded");
        else if (strategy == "random")
            last.Should().BeApproximately(first, 0.1);
    }

    /// <summary>22 choices, so that 23 good results and as many bad ones are needed.</summary>
    [Theory]
    [InlineData(45, false)]
    [InlineData(46, true)]
    public void The_model_of_BOHB_needs_46_results_in_the_space_of_DARTS_and_then_prefers_what_was_good(int results, bool prefers)
    {
        SearchSpace space = Spaces["darts"];
        Genotype Of(string operation, int source) => space.Choose((edge, candidate) =>
            (candidate.Name == operation ? 1 : 0) + (edge.Source == source ? 0.5 : 0));
        // One of either kind is exchanged: a value that data lack has an infinite density if they have but one.
        EvaluatedGenotype[] trace = [.. Enumerable.Range(0, results).Select(i => new EvaluatedGenotype(
            (i % 2 == 0) != (i is 4 or 5) ? Of("sep_conv_3x3", 0) : Of("max_pool_3x3", 1), new(5), new(i % 2 == 0 ? 0.9 : 0.1, 1)))];
        Gene[] genes = [.. Enumerable.Range(0, 200).SelectMany(seed => Strategies["bohb"]
            .Ask(new StrategyContext(space, trace, new Random(seed))).Genotype["normal"].Nodes[3])];
        double good = genes.Count(gene => gene.Operation == "sep_conv_3x3") / (double)genes.Length;
        double source = genes.Count(gene => gene.Source == 0) / (double)genes.Length;
        good.Should().BeInRange(prefers ? 0.25 : 0.1, prefers ? 0.6 : 0.2);
        source.Should().BeInRange(prefers ? 0.35 : 0.1, prefers ? 0.5 : 0.3, "half of a node's genes at most are of one source");
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void A_vector_of_choices_is_a_genotype_and_back(string strategy, string spaceName)
    {
        SearchSpace space = Spaces[spaceName];
        var vectors = new GenotypeVector(space.Choices);
        for (int seed = 0; seed < 20; seed++)
        {
            Genotype genotype = Strategies[strategy].Ask(new StrategyContext(space, [], new Random(seed))).Genotype;
            int[] vector = vectors.Of(genotype);
            for (int i = 0; i < vectors.Length; i++)
                vectors.Values(vector[..i]).Should().Contain(vector[i]);
            vectors.Of(vectors.Genotype(vector)).Should().Equal(vector);
            space.Choices.Of(vectors.Genotype(vector)).SelectMany(node => node).Should()
                .Equal(space.Choices.Of(genotype).SelectMany(node => node));
        }
    }

    [Theory]
    [InlineData("nasbench201", 6)]
    [InlineData("darts", 22)]
    public void A_vector_has_a_number_for_each_kept_edge_and_for_what_is_left_out(string spaceName, int numbers) =>
        new GenotypeVector(Spaces[spaceName].Choices).Length.Should().Be(numbers);

    private static int[] Genes(Genotype genotype) =>
        [.. genotype.Cells.OrderBy(cell => cell.Key).SelectMany(cell => cell.Value.Nodes.Select(genes => genes.Count))];

    /// <summary>Rewards one convolution, and a little the first source.</summary>
    private sealed class OneConvolution(SearchSpace space) : IGenotypeEvaluator
    {
        public string Name => "one-convolution";

        public Evaluation Evaluate(Genotype genotype, EvaluationBudget budget, CancellationToken cancellationToken) => new(
            space.Cells.SelectMany(cell => genotype[cell.Name].Nodes.SelectMany(genes => genes))
                .Average(gene => (gene.Operation is "sep_conv_3x3" or "nor_conv_3x3" ? 0.7 : 0) + (gene.Source == 0 ? 0.3 : 0)), 1);
    }
}
