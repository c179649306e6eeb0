using SingleDarts.Core.Genotypes;
using SingleDarts.Core.Operations;
using SingleDarts.Core.Search;
using SingleDarts.Core.Spaces;
using static TorchSharp.torch;

namespace SingleDarts.Core.Tests.Spaces;

/// <summary>Probabilities of genotypes in spaces that leave edges out, against lists of all genotypes.</summary>
public class GenotypeDistributionTests
{
    private static readonly Dictionary<string, (SearchSpace Space, int Genotypes)> Spaces = new()
    {
        // Node 2 keeps both of its edges, node 3 two of three, each with one of two operations: 4 · (3 · 4).
        ["two of three edges"] = (Define(new TopEdges(2), inputs: 2, nodes: 2).Build(), 48),
        // Edge 3<-0 has one operation: 4 · (2 + 2 + 4).
        ["two of three edges, one without choice"] =
            (Define(new TopEdges(2), inputs: 2, nodes: 2).Allow("cell", 2, "nor_conv_3x3", "none").Build(), 32),
        // Node 1 has 2, node 2 has 4, node 3 one of three edges of two operations; both kinds of cells.
        ["one edge, two kinds"] = (Define(new TopEdges(1), inputs: 1, nodes: 2).ReductionCells().Stages(2).Build(), 8 * 8),
        // Of six pairs of operation and source two are kept, of four in the first node.
        ["two pairs"] = (Define(new TopPairs(2), inputs: 2, nodes: 2).Build(), 6 * 15),
        ["every edge, zeros included"] = (Define(new EdgeArgmax(), inputs: 1, nodes: 2).Build(), 27),
    };

    public static TheoryData<string> Names => [.. Spaces.Keys];

    private static SearchSpaceBuilder Define(IDerivation rule, int inputs, int nodes) => SearchSpace.Define("small").Input(3, 8, 8)
        .Classes(3).Channels(2).Cell(nodes, inputs)
        .Operations([NasBench201Operations.None, NasBench201Operations.Conv3x3, NasBench201Operations.SkipConnect]).DerivedBy(rule);

    [Theory]
    [MemberData(nameof(Names))]
    public void Probabilities_of_all_genotypes_add_up_to_one_and_the_most_probable_come_first(string name)
    {
        var (space, genotypes) = Spaces[name];
        GenotypeDistribution distribution = Random(space, seed: 1, scale: 2);
        Genotype[] all = [.. distribution.MostProbable(10 * genotypes)];
        all.Select(Unordered).Distinct().Should().HaveCount(genotypes);
        Enumerable.Range(0, 60 * genotypes).Select(seed => Unordered(space.RandomGenotype((long)seed))).Distinct()
            .Should().BeEquivalentTo(all.Select(Unordered), "these are the genotypes that the rule of the space gives");
        double[] logs = [.. all.Select(distribution.LogProbability)];
        logs.Sum(Math.Exp).Should().BeApproximately(1, 1e-12);
        logs.Should().BeInDescendingOrder();
        distribution.MostProbable(genotypes / 3).Should().Equal(all.Take(genotypes / 3));
        Random(space, seed: 1, scale: 0).LogProbability(all[0]).Should().BeApproximately(-Math.Log(genotypes), 1e-12);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Genotypes_are_drawn_with_their_probability_and_genes_have_that_of_their_genotypes(string name)
    {
        const int Draws = 20_000;
        var (space, genotypes) = Spaces[name];
        GenotypeDistribution distribution = Random(space, seed: 2, scale: 1);
        var random = new Random(3);
        var counts = Enumerable.Range(0, Draws).GroupBy(_ => Unordered(distribution.Draw(random.NextDouble)))
            .ToDictionary(same => same.Key, same => same.Count());
        double[][] ofGenes = [.. distribution.Probabilities().Select(node => new double[node.Length])];
        foreach (Genotype genotype in distribution.MostProbable(genotypes))
        {
            double p = Math.Exp(distribution.LogProbability(genotype));
            (counts.GetValueOrDefault(Unordered(genotype)) / (double)Draws).Should()
                .BeApproximately(p, 5 * Math.Sqrt(p * (1 - p) / Draws));
            int[][] places = space.Choices.Of(genotype);
            for (int node = 0; node < places.Length; node++)
                foreach (int place in places[node])
                    ofGenes[node][place] += p;
        }
        ofGenes.SelectMany(node => node).Zip(distribution.Probabilities().SelectMany(node => node))
            .Should().OnlyContain(pair => Math.Abs(pair.First - pair.Second) < 1e-12);
    }

    /// <summary>The product of two weights among all products of two edges of node 3, by hand.</summary>
    [Fact]
    public void The_probability_of_two_genes_is_their_share_of_all_products()
    {
        SearchSpace space = Spaces["two of three edges"].Space;
        double[] node = [1, 2, 3, 4, 5, 6];
        var distribution = new GenotypeDistribution(space.Choices, [[0, 0, 0, 0], [.. node.Select(weight => Math.Log(weight))]]);
        // Edges weigh 1 + 2, 3 + 4 and 5 + 6; their products by two add up to 3·7 + 3·11 + 7·11 = 131.
        Genotype genotype = Genotype.Parse("|nor_conv_3x3~0|skip_connect~1|+|skip_connect~2|nor_conv_3x3~1|");
        distribution.LogProbability(genotype).Should().BeApproximately(Math.Log(0.25 * 6 * 3 / 131), 1e-14);
    }

    [Fact]
    public void Weights_of_extreme_size_do_not_overflow()
    {
        SearchSpace space = Spaces["two of three edges"].Space;
        var distribution = new GenotypeDistribution(space.Choices, [[0, 0, 0, 0], [900, -900, 0, 0, -900, 900]]);
        distribution.Probabilities()[1].Should().Equal([1, 0, 0, 0, 0, 1], (a, b) => Math.Abs(a - b) < 1e-12);
        distribution.LogProbability(distribution.MostProbable(1).Single()).Should().BeApproximately(Math.Log(0.25), 1e-12);
        var random = new Random(1);
        Enumerable.Range(0, 20).Select(_ => distribution.Draw(random.NextDouble)["cell"].Nodes[1]).Should()
            .OnlyContain(genes => genes.SequenceEqual(new[] { new Gene("nor_conv_3x3", 0), new Gene("skip_connect", 2) }));
    }

    [Fact]
    public void The_most_probable_candidate_is_what_the_rule_of_DARTS_derives()
    {
        SearchSpace space = SearchSpaces.Darts();
        var random = new Random(7);
        var snapshots = space.Cells.ToDictionary(cell => cell.Name, _ =>
        {
            using var scope = NewDisposeScope();
            double[,] alpha = new double[14, 8];
            for (int i = 0; i < alpha.Length; i++)
                alpha[i / 8, i % 8] = 3 * random.NextDouble();
            Tensor p = tensor(alpha).softmax(1);
            return new CellSnapshot(alpha, (double[,])p.data<double>().ToNDArray());
        });
        var scored = new List<Genotype>();
        var context = new DerivationContext(space, snapshots) { IsFinal = true, Scorer = (g, _, _) => { scored.Add(g); return 0; } };
        new MostProbableSelection { Count = 30 }.Derive(context);
        Unordered(scored[0]).Should().Be(Unordered(space.Derive(new TopEdges(2), snapshots)));
        scored.Select(Unordered).Should().OnlyHaveUniqueItems().And.HaveCount(30);
        new MostProbableSelection { IsSampled = true, Count = 30 }.Derive(context);
        foreach (Genotype genotype in scored)
            foreach (CellSpecification cell in space.Cells)
                genotype[cell.Name].Nodes.Should().OnlyContain(genes => genes.Count == 2 && genes.All(g => g.Operation != "none"));
    }

    [Fact]
    public void A_rule_that_keeps_now_this_now_that_many_edges_is_named()
    {
        SearchSpace space = Define(new Some(), inputs: 2, nodes: 2).Build();
        foreach (IEnumerable<string> faults in new[]
        {
            new MostProbableSelection().Faults(space), new Reinforce().Faults(space), new Bohb().Faults(space),
        })
            faults.Should().ContainSingle().Which.Should().Contain("'some' of the space 'small' keeps 0 to ").And.Contain("TopEdges");
        new RegularizedEvolution().Faults(space).Should().BeEmpty("it needs no such rule");
        Genotype other = Genotype.Parse("|nor_conv_3x3~0|nor_conv_3x3~1|+|none~0|nor_conv_3x3~1|");
        Spaces["two of three edges"].Space.Choices.Invoking(c => c.Of(other))
            .Should().Throw<ArgumentException>().WithMessage("*gives 2 of nor_conv_3x3~0*none that it can search among*");
    }

    private static GenotypeDistribution Random(SearchSpace space, int seed, double scale)
    {
        var random = new Random(seed);
        return new GenotypeDistribution(space.Choices, [.. space.Choices.Nodes
            .Select(node => node.Genes.Select(_ => scale * random.NextDouble()).ToArray())]);
    }

    /// <summary>The genotype with the genes of each node in one order.</summary>
    private static string Unordered(Genotype genotype) => string.Join(' ', genotype.Cells.OrderBy(cell => cell.Key).Select(cell =>
        new CellGenotype(cell.Value.Nodes.Select(genes => genes.OrderBy(gene => gene.Source).ThenBy(gene => gene.Operation)))));

    /// <summary>Keeps what has a weight above one half.</summary>
    private sealed record Some : CellDerivation
    {
        public override string Name => "some";

        public override CellGenotype Derive(CellSpecification cell, CellSnapshot snapshot) => new(cell.Topology.Edges
            .GroupBy(edge => edge.Target).Select(node => node.Where(edge => snapshot.Alpha[edge.Index, 1] > 0.5)
                .Select(edge => new Gene("nor_conv_3x3", edge.Source))));
    }
}
