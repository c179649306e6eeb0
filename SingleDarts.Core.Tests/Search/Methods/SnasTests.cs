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

public class SnasTests
{
    private static readonly SearchOptions Options = SearchMethods.Snas().Options(SearchSpaces.Darts());
    private static readonly GumbelRelaxation Relaxation = (GumbelRelaxation)Options.Relaxation;

    [Fact]
    public void Settings_are_those_of_the_published_scripts()
    {
        (Options.Epochs, Options.BatchSize).Should().Be((150, 64));
        Options.Scheme.Should().Be(OptimizationSchemes.SingleLevel);
        (Relaxation.IsSoft, Relaxation.CountsUncomputed, Relaxation.InitialMean, Relaxation.InitialDeviation)
            .Should().Be((true, false, 1, 0.01));
        Options.WeightOptimizer.Optimizer.Should().Be(new SgdOptions(0.025, 0.9, 3e-4));
        Options.WeightOptimizer.MaxGradientNorm.Should().Be(5);
        Options.ArchitectureOptimizer.Optimizer.Should().Be(new AdamOptions(3e-4, 0.5, 0.999, 1e-3));
        Options.ArchitectureOptimizer.MaxGradientNorm.Should().Be(10);
        Options.Derivation.Should().Be(new EdgeArgmax());
    }

    [Theory]
    [InlineData(0, 0.993533)]
    [InlineData(74, 0.515)]
    [InlineData(149, 0.03)]
    public void The_temperature_falls_in_equal_steps(int epoch, double expected) =>
        Relaxation.Temperature.At(new EpochPosition(epoch, 0, 150)).Should().BeApproximately(expected, 5e-7);

    [Fact]
    public void Alpha_starts_around_1()
    {
        using var scope = NewDisposeScope();
        using var generator = new Generator(1UL);
        double[] alpha = Host.Doubles(Relaxation.Initialize(1000, 8, generator));
        alpha.Average().Should().BeApproximately(1, 1e-3);
        Math.Sqrt(alpha.Average(a => (a - alpha.Average()) * (a - alpha.Average()))).Should().BeApproximately(0.01, 5e-4);
    }

    /// <summary>p = softmax((α + g) / T), with ∂p_k/∂α_m = p_k (δ_km − p_m) / T and every candidate computed.</summary>
    [Theory]
    [InlineData(0)]
    [InlineData(75)]
    public void All_candidates_are_mixed_by_the_softmax_with_noise(int epoch)
    {
        using var scope = NewDisposeScope();
        var random = new Random(1);
        CellSpecification cell = SearchSpaces.Darts().Cells[0];
        double temperature = 1 - (0.97 * (epoch + 1) / 150);
        using Generator generator = new(5UL), same = new(5UL);
        Tensor alpha = tensor(Gauss.Vector(random, 14 * 8), [14, 8], requires_grad: true);
        Tensor d = tensor(Gauss.Vector(random, 14 * 8), [14, 8]);
        MixingWeights mixing = Relaxation.Relax(alpha, new RelaxationContext(cell, new EpochPosition(epoch, 0, 150), generator));
        double[] uniform = Host.Doubles(rand([14, 8], ScalarType.Float64, generator: same));
        (mixing.P * d).sum().backward();
        mixing.Computed.Should().BeNull();
        for (int edge = 0; edge < 14; edge++)
        {
            double[] p = Gauss.Softmax([.. Enumerable.Range(0, 8).Select(k =>
                (alpha[edge, k].item<double>() - Math.Log(-Math.Log(uniform[(edge * 8) + k]))) / temperature)]);
            p.Should().OnlyContain(share => share > 0);
            double mean = Enumerable.Range(0, 8).Sum(k => p[k] * d[edge, k].item<double>());
            for (int k = 0; k < 8; k++)
            {
                mixing.P[edge, k].item<double>().Should().BeApproximately(p[k], 1e-13);
                alpha.grad![edge, k].item<double>().Should()
                    .BeApproximately(p[k] * (d[edge, k].item<double>() - mean) / temperature, 1e-12);
            }
        }
    }

    /// <summary>Nodes sum two to five edges; <c>none</c> has no parameters and adds nothing.</summary>
    [Fact]
    public void All_14_edges_are_kept_with_none_and_have_a_network()
    {
        using var scope = NewDisposeScope();
        SearchSpace space = SearchSpaces.Darts(3, channels: 4, layers: 3, height: 8, width: 8);
        int[] best = [4, 0, 6, 3, 0, 1, 2, 7, 5, 0, 4, 3, 0, 6];
        var alpha = new double[14, 8];
        for (int edge = 0; edge < 14; edge++)
            alpha[edge, best[edge]] = 2;
        var snapshot = new CellSnapshot(alpha, alpha);
        Genotype genotype = new(space.Cells.ToDictionary(cell => cell.Name, cell => new EdgeArgmax().Derive(cell, snapshot)));
        CellGenotype normal = genotype["normal"];
        normal.Nodes.Select(genes => genes.Count).Should().Equal(2, 3, 4, 5);
        normal.Nodes.SelectMany(genes => genes).Select(gene => gene.Operation).Should()
            .Equal(best.Select(k => space.Cells[0].Operations[k].Name));
        normal.Count("none").Should().Be(4);
        DartsGenotypeText.Parse(DartsGenotypeText.Format(genotype)).Should().Be(genotype);

        using EvaluationNetwork network = DartsNetworks.Cifar(genotype, classes: 3, channels: 4, layers: 3, size: 8);
        Tensor x = randn(4, 3, 8, 8);
        Genotype without = new(genotype.Cells.ToDictionary(cell => cell.Key, cell => new CellGenotype(
            cell.Value.Nodes.Select(genes => genes.Where(gene => gene.Operation != "none")))));
        using EvaluationNetwork sparse = DartsNetworks.Cifar(without, classes: 3, channels: 4, layers: 3, size: 8);
        network.eval();
        sparse.eval();
        network.call(x).shape.Should().Equal(4, 3);
        (network.call(x) - sparse.call(x)).abs().max().item<float>().Should().BeLessThan(1e-6f, "none draws no weights and adds zeros");
        network.MeasureCost().Parameters.Should().Be(sparse.MeasureCost().Parameters);
    }
}
