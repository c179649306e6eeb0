using SingleDarts.Core.Data;
using SingleDarts.Core.Genotypes;
using SingleDarts.Core.Optimizers;
using SingleDarts.Core.Runtime;
using SingleDarts.Core.Schemes;
using SingleDarts.Core.Search;
using SingleDarts.Core.Spaces;
using SingleDarts.Core.Supernets;
using SingleDarts.Core.Training;
using static TorchSharp.torch;

namespace SingleDarts.Core.Tests.Search.Methods;

public class FairDartsTests
{
    private static readonly SearchMethod Method = SearchMethods.FairDarts();
    private static readonly SearchSpace Tiny = SearchSpaces.Darts(3, channels: 4, layers: 3, height: 8, width: 8);

    [Fact]
    public void Settings_are_those_of_the_published_script()
    {
        SearchSpace space = Method.Space(SearchSpaces.Darts());
        SearchOptions options = Method.Options(space);
        (options.Epochs, options.BatchSize).Should().Be((50, 128));
        options.Scheme.Should().Be(
            new BiLevelScheme { Order = UpdateOrder.ArchitectureFirst, Sampling = ArchitectureSampling.WithoutReplacement });
        options.Relaxation.Should().Be(new SigmoidRelaxation(0.5));
        options.Penalties.Should().Equal(new ZeroOneLoss(10));
        options.WeightOptimizer.Optimizer.Should().Be(new SgdOptions(0.005, 0.9, 3e-4));
        options.WeightOptimizer.Schedule.Should().Be(Schedule.Cosine(0.005, 0.001));
        options.WeightOptimizer.MaxGradientNorm.Should().Be(5);
        options.ArchitectureOptimizer.Optimizer.Should().Be(new AdamOptions(3e-3, 0.9, 0.999, 1e-3));
        options.ArchitectureOptimizer.MaxGradientNorm.Should().BeNull();
        options.Derivation.Should().Be(new ThresholdEdges(0.85) { Edges = 2, OperationsPerEdge = 1 });
        foreach (CellSpecification cell in space.Cells)
            cell.Topology.Edges.Should().OnlyContain(edge => cell.Allowed(edge).SequenceEqual(Enumerable.Range(1, 7)), "without none");
    }

    /// <summary>−mean((σ − 0.5)²) is 0 at α = 0, its maximum, and −0.25 where every σ is 0 or 1, over 2 · 14 · 7 numbers.</summary>
    [Theory]
    [InlineData(false, -0.25)]
    [InlineData(true, -0.5)]
    public void The_zero_one_loss_is_0_at_the_start_and_least_at_the_ends(bool isAbsolute, double least)
    {
        using var scope = NewDisposeScope();
        using var architecture = new ArchitectureParameters(
            Method.Space(SearchSpaces.Darts()).Cells, new SigmoidRelaxation(0.5), new RandomStreams(1), dtype: ScalarType.Float64);
        var loss = new ZeroOneLoss(1) { IsAbsolute = isAbsolute };
        architecture.Cells.Sum(cell => architecture.AllowedAlpha(cell.Name).numel()).Should().Be(196);
        double Loss() => loss.Penalty(architecture, new EpochPosition(0, 0, 1)).item<double>();
        Loss().Should().Be(0);
        var random = new Random(5);
        using (no_grad())
            foreach (var (_, alpha) in architecture.Named)
                alpha.copy_(tensor([.. Enumerable.Range(0, 112).Select(_ => random.Next(2) * 2000.0 - 1000)], [14, 8]));
        Loss().Should().BeApproximately(least, 1e-12);
        using (no_grad())
            foreach (var (_, alpha) in architecture.Named)
                alpha.copy_(tensor(Gauss.Vector(random, 112, 0.3), [14, 8]));
        Loss().Should().BeInRange(least, 0);
        loss.Penalty(architecture, new EpochPosition(0, 0, 1)).backward();
        foreach (var (edge, k) in new[] { (0, 1), (4, 7), (13, 3) })
        {
            var alpha = architecture["normal"];
            double at = Loss(), h = 1e-6, gradient = alpha.grad![edge, k].item<double>();
            using (no_grad())
                alpha[edge, k].Plus_(h);
            double up = Loss();
            using (no_grad())
                alpha[edge, k].Plus_(-2 * h);
            gradient.Should().BeApproximately((up - Loss()) / (2 * h), 1e-9);
            using (no_grad())
                alpha[edge, k].Plus_(h);
            gradient.Should().NotBe(0);
        }
    }

    [Fact]
    public void A_network_of_a_genotype_of_any_number_of_edges_classifies_and_costs_what_the_search_says()
    {
        using var scope = NewDisposeScope();
        var random = new Random(3);
        var sizes = new HashSet<int>();
        for (int draw = 0; draw < 12; draw++)
        {
            Genotype genotype = Tiny.Derive(new ThresholdEdges(), Tiny.Cells.ToDictionary(cell => cell.Name, _ =>
            {
                var weights = new double[14, 8];
                for (int i = 0; i < weights.Length; i++)
                    weights[i / 8, i % 8] = Math.Pow(random.NextDouble(), 0.5 + draw);
                return Cells.Snapshot(weights);
            }));
            if (genotype.Cells.Values.Any(cell => cell.IsEmpty))
                continue;
            genotype["normal"].Nodes.ToList().ForEach(genes => sizes.Add(genes.Count));
            using var network = new EvaluationNetwork(Tiny, genotype);
            network.call(randn(2, 3, 8, 8)).shape.Should().Equal(2, 3);
            network.MeasureCost().Should().Be(new CostModel(Tiny).Of(genotype));
        }
        sizes.Should().BeEquivalentTo([0, 1, 2]);
    }

    [Fact]
    public async Task A_search_whose_genotype_has_no_genes_ends_with_it_and_says_that_there_is_no_network()
    {
        using var folder = new TemporaryFolder();
        using ClassificationDataset data = Small.Data();
        SearchResult result = await ArchitectureSearch.In(Tiny, Method).On(data).For(1, 10).SavingTo(folder["run"]).RunAsync();
        result.Genotype.ToString().Should().Be("normal=||+||+||+||;reduction=||+||+||+||");
        result.Cost.Should().Be(new ModuleCost(0, 0, 0));
        Genotype.Parse(result.Genotype.ToString()).Should().Be(result.Genotype);
        File.ReadAllText(folder["run/genotype.json"]).Should().Contain(result.Genotype.ToString());
        FluentActions.Invoking(() => new EvaluationNetwork(Tiny, result.Genotype)).Should().Throw<ArgumentException>()
            .WithMessage("*Cell 'normal' of the genotype has no genes (||+||+||+||)*at least one*");
        FluentActions.Invoking(() => new CostModel(Tiny).Of(result.Genotype)).Should().Throw<ArgumentException>()
            .WithMessage("*has no genes*");
    }
}
