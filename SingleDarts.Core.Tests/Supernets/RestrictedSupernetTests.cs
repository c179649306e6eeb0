using SingleDarts.Core.Runtime;
using SingleDarts.Core.Schemes;
using SingleDarts.Core.Spaces;
using SingleDarts.Core.Supernets;
using SingleDarts.Core.Optimizers;
using static TorchSharp.torch;

namespace SingleDarts.Core.Tests.Supernets;

/// <summary>Supernets whose candidates differ by edge.</summary>
public class RestrictedSupernetTests
{
    [Fact]
    public void Only_the_candidates_of_an_edge_have_weights()
    {
        SearchSpace whole = SearchSpaces.Darts();
        for (int seed = 0; seed < 3; seed++)
        {
            SearchSpace space = Restricted.AtRandom(whole, seed);
            using var supernet = new Supernet(space);
            long missing = (
                from cell in space.Layout.Layers.OfType<CellPlacement>()
                from edge in cell.Cell.Topology.Edges
                from k in Enumerable.Range(0, 8)
                where !cell.Cell.IsAllowed(edge, k)
                select Weights(cell.Cell.Operations[k].Name, cell.Channels, edge.Source < 2 ? cell.Stride : 1)).Sum();
            missing.Should().BePositive();
            supernet.Weights.Sum(w => w.Parameter.numel()).Should().Be(1_930_618 - missing);
            supernet.Architecture.Named.Should().OnlyContain(a => a.Parameter.shape.SequenceEqual(new long[] { 14, 8 }));
        }
    }

    public static TheoryData<IRelaxation> AllRelaxations => [Relaxations.Sigmoid, new SoftmaxRelaxation(1), new Constant()];

    [Theory]
    [MemberData(nameof(AllRelaxations))]
    public void Weights_of_excluded_candidates_are_zero_and_the_others_are_those_of_the_smaller_edge(IRelaxation relaxation)
    {
        using var scope = NewDisposeScope();
        using var search = new SmallSearch(relaxation: relaxation, space: Restricted.Small);
        Tensor p = search.Supernet.Relax()["cell"].P;
        foreach (var (edge, k) in Restricted.Excluded)
            p[edge, k].item<double>().Should().Be(0);
        var context = new RelaxationContext(Restricted.Small.Cells[0], default, search.Supernet.RelaxationGenerator);
        for (int edge = 0; edge < 6; edge++)
        {
            Tensor columns = tensor(Restricted.Columns[edge].Select(k => (long)k).ToArray());
            Tensor expected = relaxation.Relax(search.Alpha[edge].index_select(0, columns).unsqueeze(0), context).P[0];
            (p[edge].index_select(0, columns) - expected).abs().max().item<double>().Should().BeLessThan(1e-15);
        }
        search.Alpha.isfinite().all().item<bool>().Should().BeTrue();
    }

    public static TheoryData<IOptimizationScheme, IRelaxation> Searches
    {
        get
        {
            var data = new TheoryData<IOptimizationScheme, IRelaxation>();
            foreach (IOptimizationScheme scheme in new IOptimizationScheme[] { OptimizationSchemes.SingleLevel,
                OptimizationSchemes.BiLevelSecondOrder })
                foreach (IRelaxation relaxation in new IRelaxation[] { Relaxations.Sigmoid, new SoftmaxRelaxation(1), new Constant() })
                    data.Add(scheme, relaxation);
            return data;
        }
    }

    [Theory]
    [MemberData(nameof(Searches))]
    public void Alpha_of_excluded_candidates_has_no_gradient_and_stays(IOptimizationScheme scheme, IRelaxation relaxation)
    {
        using var scope = NewDisposeScope();
        using var search = new SmallSearch(architecture: OptimizerSettings.Default.Adam(0.01, 0.5, 0.999), relaxation: relaxation,
            space: Restricted.Small);
        var step = new StepContext(search.Supernet, search.Weights, search.Architecture, [new ZeroOneLoss()])
        {
            WeightBatch = search.Train,
            ArchitectureBatch = search.Validation,
        };
        Tensor start = search.Alpha.detach().clone();
        for (int i = 0; i < 3; i++)
        {
            scheme.Step(step);
            foreach (var (edge, k) in Restricted.Excluded)
                search.Alpha.grad![edge, k].item<double>().Should().Be(0);
        }
        Tensor moved = (search.Alpha - start).abs();
        foreach (var (edge, k) in Restricted.Excluded)
            moved[edge, k].item<double>().Should().Be(0);
        moved[0, 3].item<double>().Should().BePositive();
    }

    [Fact]
    public void Weight_decay_alone_moves_alpha_of_excluded_candidates()
    {
        using var scope = NewDisposeScope();
        using var search = new SmallSearch(architecture: OptimizerSettings.Default.Sgd(0.1, momentum: 0, weightDecay: 0.2),
            space: Restricted.Small);
        Tensor start = search.Alpha.detach().clone();
        for (int i = 0; i < 4; i++)
            OptimizationSchemes.SingleLevel.Step(search.Step);
        foreach (var (edge, k) in Restricted.Excluded)
            search.Alpha[edge, k].item<double>().Should()
                .BeApproximately(start[edge, k].item<double>() * Math.Pow(1 - (0.1 * 0.2), 4), 1e-14);
    }

    [Fact]
    public void The_zero_one_loss_is_a_mean_over_the_candidates_of_the_edges()
    {
        using var scope = NewDisposeScope();
        using var search = new SmallSearch(relaxation: new SoftmaxRelaxation(1), space: Restricted.Small);
        double[] allowed = [.. Restricted.Columns.SelectMany((columns, edge) => columns.Select(k => search.Alpha[edge, k].item<double>()))];
        new ZeroOneLoss(3).Penalty(search.Supernet.Architecture, new EpochPosition(0, 0, 1)).item<double>().Should().BeApproximately(
            -3 * allowed.Average(a => Math.Pow((1 / (1 + Math.Exp(-a))) - 0.5, 2)), 1e-14);
    }

    [Fact]
    public void Live_tensors_are_flat_over_steps()
    {
        using var search = new SmallSearch(space: Restricted.Small);
        long After(int steps)
        {
            for (int i = 0; i < steps; i++)
                using (NewDisposeScope())
                    OptimizationSchemes.SingleLevel.Step(search.Step);
            return MemoryUsage.Now().LiveTensors;
        }
        After(2).Should().Be(After(3));
    }

    /// <summary>Counted by hand from the definition of DARTS; search cells have no affine batch normalisations.</summary>
    private static long Weights(string operation, long c, int stride) => operation switch
    {
        "sep_conv_3x3" => 2 * ((9 * c) + (c * c)),
        "sep_conv_5x5" => 2 * ((25 * c) + (c * c)),
        "dil_conv_3x3" => (9 * c) + (c * c),
        "dil_conv_5x5" => (25 * c) + (c * c),
        "skip_connect" when stride == 2 => c * c,
        _ => 0,
    };

    /// <summary>Gives every candidate weight, whatever its α, as long as nobody sets it to zero.</summary>
    private sealed class Constant : IRelaxation
    {
        public string Name => "constant";

        public Tensor Initialize(long edges, long operations, Generator generator) =>
            randn([edges, operations], dtype: ScalarType.Float64, generator: generator);

        public MixingWeights Relax(Tensor alpha, RelaxationContext context) => alpha.exp().Plus(0.5);
    }
}
