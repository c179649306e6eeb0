using SingleDarts.Core.Data;
using SingleDarts.Core.Genotypes;
using SingleDarts.Core.Optimizers;
using SingleDarts.Core.Runs;
using SingleDarts.Core.Runtime;
using SingleDarts.Core.Schemes;
using SingleDarts.Core.Search;
using SingleDarts.Core.Spaces;
using SingleDarts.Core.Supernets;
using static TorchSharp.torch;

namespace SingleDarts.Core.Tests.Schemes;

/// <summary>The expected cost of a supernet as a penalty on α.</summary>
public class ExpectedCostTests
{
    private static readonly Dictionary<string, IRelaxation> Relaxed = new IRelaxation[]
    {
        new SigmoidRelaxation(0.3), new SoftmaxRelaxation(1), new EdgeNormalizedSoftmax(), new EdgeAveragedSoftmax(),
        new GumbelRelaxation(), new GroupDropSoftmax(), new MaxWeightRelaxation(1),
    }.ToDictionary(relaxation => relaxation.Name);

    private static readonly LatencyTable Latencies = new(new Dictionary<string, double>
    {
        ["skip_connect"] = 0.25, ["nor_conv_1x1"] = 1, ["nor_conv_3x3"] = 3.5, ["avg_pool_3x3"] = 0.5,
    }, fixedSeconds: 2);

    public static TheoryData<string> Names => [.. Relaxed.Keys];

    private static CostMetric Metric(string unit) => unit switch
    {
        "seconds" => Latencies,
        "parameters" => CostMetric.Parameters,
        _ => CostMetric.MultiplyAdds,
    };

    /// <summary>The cost of a network with one operation alone, less that of the network without any: independent of the sums.</summary>
    private static double CostOf(CostMetric metric, CellEdge edge, string operation)
    {
        var model = new CostModel(Small.Space);
        string Cell(Func<CellEdge, bool> isIt) => string.Join('+', Small.Space.Cells[0].Topology.Edges.GroupBy(e => e.Target)
            .Select(node => $"|{string.Join('|', node.Select(e => $"{(isIt(e) ? operation : "none")}~{e.Source}"))}|"));
        ModuleCost with = model.Of(Genotype.Parse(Cell(e => e == edge))), without = model.Of(Genotype.Parse(Cell(_ => false)));
        return metric.Unit switch
        {
            // Three cells have the edge.
            "seconds" => operation == "none" ? 0 : 3 * Latencies.Rows.Single(row => row.Operation == operation).Seconds,
            "parameters" => with.Parameters - without.Parameters,
            _ => with.MultiplyAdds - without.MultiplyAdds,
        };
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Expected_cost_is_that_of_the_fixed_parts_and_every_candidate_by_its_weight(string name)
    {
        using var scope = NewDisposeScope();
        using var supernet = new Supernet(Small.Space, Relaxed[name], new SupernetOptions { DataType = ScalarType.Float64, Seed = 3 });
        IReadOnlyDictionary<string, CellSnapshot> snapshot = supernet.Snapshot();
        CellSpecification cell = Small.Space.Cells[0];
        foreach (CostMetric metric in new[] { "multiply-adds", "parameters", "seconds" }.Select(Metric))
        {
            ModuleCost none = new CostModel(Small.Space).Of(Genotype.Parse("|none~0|+|none~0|none~1|+|none~0|none~1|none~2|"));
            double expected = metric.Unit switch { "seconds" => 2, "parameters" => none.Parameters, _ => none.MultiplyAdds };
            foreach (CellEdge edge in cell.Topology.Edges)
                for (int k = 0; k < cell.Operations.Count; k++)
                    expected += snapshot["cell"].OperationWeights[edge.Index, k] * CostOf(metric, edge, cell.Operations[k].Name);
            OperationCosts costs = metric.Of(Small.Space);
            ExpectedCost.Of(costs, supernet.Architecture, new EpochPosition(0, 0, 1)).item<double>()
                .Should().BeApproximately(expected, 1e-9 * expected);
            costs.Expected(snapshot).Should().BeApproximately(expected, 1e-9 * expected);
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Its_gradient_is_that_of_finite_differences(string name)
    {
        using var scope = NewDisposeScope();
        using var supernet = new Supernet(Small.Space, Relaxed[name], new SupernetOptions { DataType = ScalarType.Float64, Seed = 3 });
        var position = new EpochPosition(1, 0, 4);
        IPenalty penalty = new ExpectedCost(CostMetric.MultiplyAdds) { Weight = Schedule.Linear(4, 0), Reference = 1e4 }.For(Small.Space);
        double Value()
        {
            using var _ = no_grad();
            return penalty.Penalty(supernet.Architecture, position).item<double>();
        }
        penalty.Penalty(supernet.Architecture, position).backward();
        foreach (var (parameter, at) in supernet.Architecture.Named.SelectMany(
            named => Enumerable.Range(0, (int)named.Parameter.numel()).Select(i => (named.Parameter, i))))
        {
            const double step = 1e-5;
            Tensor flat = parameter.detach().view(-1), start = flat.clone();
            flat[at].Plus_(step);
            double above = Value();
            flat[at].Plus_(-2 * step);
            double difference = (above - Value()) / (2 * step);
            flat.copy_(start);
            parameter.grad!.view(-1)[at].item<double>().Should().BeApproximately(difference, 1e-6 * Math.Max(1, Math.Abs(difference)));
        }
    }

    [Fact]
    public void By_default_it_is_the_share_of_the_cost_with_every_candidate()
    {
        using var scope = NewDisposeScope();
        using var half = new Supernet(Small.Space, new SigmoidRelaxation(0.5), new SupernetOptions { DataType = ScalarType.Float64 });
        OperationCosts costs = CostMetric.MultiplyAdds.Of(Small.Space);
        double all = costs.FixedParts + costs.Of("cell").Cast<double>().Sum();
        new ExpectedCost(CostMetric.MultiplyAdds).For(Small.Space).Penalty(half.Architecture, new EpochPosition(0, 0, 1)).item<double>()
            .Should().BeApproximately((costs.FixedParts + (0.5 * (all - costs.FixedParts))) / all, 1e-12);
    }

    [Fact]
    public void Costs_are_those_of_the_space_that_the_supernet_has()
    {
        using var scope = NewDisposeScope();
        SearchSpace deep = Small.Space.WithStages(2, 2, 2);
        var penalty = new ExpectedCost(CostMetric.Parameters) { Reference = 1 };
        var settings = OptimizerSettings.Default.Sgd(1, momentum: 0);
        double Moved(SearchSpace space)
        {
            using var search = new SmallSearch(space: space, relaxation: new SigmoidRelaxation(0.5));
            var step = new StepContext(
                search.Supernet, search.Weights, search.Architecture, [penalty], (logits, _) => logits.sum().Times(0))
            {
                WeightBatch = search.Train, ArchitectureBatch = search.Train,
            };
            OptimizationSchemes.SingleLevel.Step(step);
            return -search.Alpha[0, 3].item<double>();
        }
        double[,] once = CostMetric.Parameters.Of(Small.Space).Of("cell"), twice = CostMetric.Parameters.Of(deep).Of("cell");
        Moved(Small.Space).Should().BeApproximately(once[0, 3] / 4, 1e-9).And.BePositive();
        Moved(deep).Should().BeApproximately(twice[0, 3] / 4, 1e-9);
        twice[0, 3].Should().BeApproximately(2 * once[0, 3], 1e-9);
    }

    [Fact]
    public async Task A_search_with_a_heavy_penalty_finds_a_cheap_cell()
    {
        using ClassificationDataset data = Small.Data();
        ArchitectureSearch search = Small.Search(data).Relaxing(new SigmoidRelaxation(0.5)).UpdatingArchitecture(o => o.Sgd(10));
        async Task<int> Convolutions(double weight) =>
            (await search.Penalizing(new ExpectedCost(CostMetric.MultiplyAdds) { Weight = Schedule.Constant(weight) }).RunAsync())
                .Genotype.Count("nor_conv_3x3");
        (await Convolutions(100)).Should().Be(0);
        (await Convolutions(-100)).Should().Be(6);
    }

    [Fact]
    public void Faults_are_found_before_the_search()
    {
        using ClassificationDataset data = Small.Data();
        FluentActions.Invoking(() => Small.Search(data).Penalizing(new ExpectedCost(CostMetric.MultiplyAdds) { Reference = 0 })
            .Penalizing(new ExpectedCost(new LatencyTable([new("nor_conv_7x7", 1)]))).Build())
            .Should().Throw<InvalidRunException>().WithMessage("*reference of the penalty 'expected multiply-adds' is 0*above 0*")
            .WithMessage("*has nor_conv_7x7, which the space 'nasbench201' has not*Remove the rows*")
            .WithMessage("*no row for 'skip_connect' at 2 channels and stride 1*and 9 more*Add them*");
        using var search = new SmallSearch();
        search.Invoking(s => new ExpectedCost(CostMetric.Parameters).Penalty(s.Supernet.Architecture, new EpochPosition(0, 0, 1)))
            .Should().Throw<InvalidOperationException>().WithMessage("*does not know the space*For(space)*");
    }
}
