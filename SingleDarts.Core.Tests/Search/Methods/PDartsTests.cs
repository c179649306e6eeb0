using SingleDarts.Core.Genotypes;
using SingleDarts.Core.Optimizers;
using SingleDarts.Core.Search;
using SingleDarts.Core.Spaces;
using SingleDarts.Core.Supernets;
using static TorchSharp.torch;

namespace SingleDarts.Core.Tests.Search;

/// <summary>Numbers and rules of P-DARTS that its code and paper state.</summary>
public class PDartsTests
{
    private static readonly SearchSpace Space = SearchSpaces.Darts(3, channels: 4, layers: 3, height: 8, width: 8);

    [Theory]
    [InlineData(0, 0.384)]
    [InlineData(9, 0.240)]
    [InlineData(10, 0.400)]
    [InlineData(24, 0.0243)]
    public void Dropout_falls_jumps_back_when_alpha_begins_to_move_and_vanishes(int epoch, double expected)
    {
        var dropout = (CandidateDropout)SearchMethods.PDarts().Options(Space).EdgeDecorators.Single();
        dropout.Rates.Select(rate => rate.Start).Should().Equal(0, 0.4, 0.7);
        dropout.Rates[1].At(new EpochPosition(epoch, 0, 25)).Should().BeApproximately(expected, 5e-5);
    }

    [Fact]
    public void Dropout_drops_behind_the_identity_alone_with_the_rate_of_the_stage()
    {
        using var scope = NewDisposeScope();
        using var supernet = new Supernet(Space, Relaxations.Softmax, new SupernetOptions
        {
            EdgeDecorators = [new CandidateDropout("skip_connect", [Schedule.Constant(0), Schedule.Constant(0.5)])],
        });
        int skip = Space.Cells[0].Operations.Select(o => o.Name).ToList().IndexOf("skip_connect");
        double Zeros(SupernetCell cell, int edge)
        {
            Tensor output = cell[edge][skip].call(ones(2, 4, 64, 64));
            return 1 - ((double)output.count_nonzero().item<long>() / output.numel());
        }
        SupernetCell normal = supernet.Cells.First(cell => cell.Placement.Cell.Name == "normal");
        SupernetCell reduction = supernet.Cells.First(cell => cell.Placement.Cell.Name == "reduction");
        supernet.MoveTo(new EpochPosition(0, 0, 1), 0);
        Zeros(normal, 0).Should().Be(0);
        supernet.MoveTo(new EpochPosition(0, 0, 1) { Stage = 1 }, 0);
        Zeros(normal, 0).Should().BeApproximately(0.5, 0.02);
        // Edges from computed nodes have stride 1 in a reduction cell, those from its inputs have stride 2.
        reduction[0][skip].GetType().Should().NotBe(reduction[13][skip].GetType());
        supernet.eval();
        Zeros(normal, 0).Should().Be(0);
    }

    [Fact]
    public void Stages_have_5_11_and_17_cells_and_every_edge_loses_the_candidates_of_least_weight()
    {
        SearchMethod method = SearchMethods.PDarts();
        SearchSpace first = method.Space(SearchSpaces.Darts());
        first.Layout.LayerCount.Should().Be(5);
        var rule = (ProgressiveStages)method.Options(first).EpochRules.Single();
        var random = new Random(4);
        SearchSpace space = first;
        foreach (var (stage, layers, width, dropped) in new[] { (1, 11, 5, 3), (2, 17, 3, 2) })
        {
            var snapshots = space.Cells.ToDictionary(cell => cell.Name, cell => Cells.Snapshot(Weights(cell, random)));
            EpochDecision decision = rule.Decide(Context(first, space, stage, snapshots));
            SearchSpace next = decision.Space!;
            next.Layout.LayerCount.Should().Be(layers);
            foreach (var (before, after) in space.Cells.Zip(next.Cells))
                foreach (CellEdge edge in before.Topology.Edges)
                {
                    double[,] p = snapshots[before.Name].OperationWeights;
                    double[] lost = [.. before.Allowed(edge).Except(after.Allowed(edge)).Select(k => p[edge.Index, k])];
                    lost.Should().HaveCount(dropped);
                    after.Allowed(edge).Should().HaveCount(width).And.OnlyContain(k => p[edge.Index, k] > lost.Max());
                }
            space = next;
        }
        rule.Decide(Context(first, space, 3, space.Cells.ToDictionary(cell => cell.Name, cell => Cells.Snapshot(Weights(cell, random)))))
            .Should().Be(EpochDecision.Continue);
    }

    /// <summary>With none allowed it is the rule of DARTS without skip connections.</summary>
    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    public void A_normal_cell_has_at_most_the_skip_connections_that_are_allowed(int maximum)
    {
        CellSpecification normal = SearchSpaces.Darts().Cells[0], reduction = SearchSpaces.Darts().Cells[1];
        int skip = normal.Column("skip_connect");
        var random = new Random(7);
        for (int draw = 0; draw < 50; draw++)
        {
            double[,] weights = Weights(normal, random);
            for (int edge = 0; edge < 14; edge++)
                weights[edge, skip] += 0.6;
            var rule = new SkipLimitedEdges { MaximumSkips = maximum };
            CellGenotype limited = rule.Derive(normal, Cells.Snapshot(weights));
            limited.Count("skip_connect").Should().BeLessThanOrEqualTo(maximum);
            limited.Nodes.Should().OnlyContain(genes => genes.Count == 2);

            CellGenotype free = new SkipLimitedEdges { MaximumSkips = 8 }.Derive(normal, Cells.Snapshot(weights));
            Keys(free).Should().BeEquivalentTo(Keys(new TopEdges().Derive(normal, Cells.Snapshot(weights))));
            rule.Derive(reduction, Cells.Snapshot(weights)).Should().Be(free, "only normal cells are limited");

            // Of the skip connections without a limit, the strongest stay.
            double[] Skips(Func<string, bool> isIn) => [.. normal.Topology.Edges
                .Where(edge => isIn($"{edge.Target - 2}<-{edge.Source} skip_connect")).Select(edge => weights[edge.Index, skip])];
            HashSet<string> all = [.. Keys(free)], kept = [.. Keys(limited)];
            double[] stay = Skips(key => all.Contains(key) && kept.Contains(key)),
                go = Skips(key => all.Contains(key) && !kept.Contains(key));
            stay.All(weight => go.All(gone => weight > gone)).Should().BeTrue();
            if (maximum > 0)
                continue;
            for (int edge = 0; edge < 14; edge++)
                weights[edge, skip] = 0;
            kept.Should().BeEquivalentTo(Keys(new TopEdges().Derive(normal, Cells.Snapshot(weights))));
        }
    }

    private static IEnumerable<string> Keys(CellGenotype cell) => cell.Nodes.SelectMany((genes, node) =>
        genes.Select(gene => $"{node}<-{gene.Source} {gene.Operation}"));

    private static double[,] Weights(CellSpecification cell, Random random)
    {
        var weights = new double[cell.Topology.Edges.Count, cell.Operations.Count];
        foreach (CellEdge edge in cell.Topology.Edges)
            foreach (int k in cell.Allowed(edge))
                weights[edge.Index, k] = random.NextDouble();
        return weights;
    }

    private static EpochRuleContext Context(
        SearchSpace first, SearchSpace space, int stage, IReadOnlyDictionary<string, CellSnapshot> architecture) => new()
        {
            Reports = [new EpochReport
            {
                Epoch = 1, Epochs = 1, Seconds = 0, DataSeconds = 0, Genotype = first.RandomGenotype(1), WeightLoss = 0, WeightAccuracy = 0,
                ArchitectureLoss = 0, ArchitectureAccuracy = 0, WeightLearningRate = 0, ArchitectureLearningRate = 0,
                Architecture = architecture,
            }],
            Space = space, FirstSpace = first, Stage = stage, EpochOfStage = 25, EpochsPerStage = 25,
        };

    [Fact]
    public void Stages_and_dropout_that_cannot_be_are_named()
    {
        SearchSpace other = SearchSpaces.NasBench201();
        Faults(new ProgressiveStages([5, 11], []), Space, "2 stages, and  candidates are dropped");
        Faults(new ProgressiveStages([5, 11], [0]), Space, "2 stages, and 0 candidates are dropped");
        Faults(new ProgressiveStages([2, 3], [1]), Space, "2, 3 layers in the space 'darts'");
        Faults(new ProgressiveStages([5, 11], [1]), other, $"5, 11 layers in the space '{other.Name}'");
        Faults(new ProgressiveStages([5, 11, 17], [5, 3]), Space,
            "drop 8 candidates*'normal' has 8", "drop 8 candidates*'reduction' has 8");
        Faults(new ProgressiveStages([5, 11, 17], [5, 2]), Space);
        Faults(new CandidateDropout("skip", [Schedule.Constant(0)]), Space, "behind 'skip', which is no candidate of 'darts'");
        Faults(new CandidateDropout("skip_connect", []), Space, "has no rate");
        Faults(new CandidateDropout("skip_connect", [Schedule.Constant(1)]), Space, "starts at 1;");
        Faults(new CandidateDropout("skip_connect", [Schedule.Linear(0, double.NaN)]), Space, "ends at NaN");
        Faults(new CandidateDropout("skip_connect", [Schedule.Constant(0.5)]), Space);
    }

    private static void Faults(IEpochRule rule, SearchSpace space, params string[] expected) => Match(rule.Faults(space), expected);

    private static void Faults(IEdgeDecorator decorator, SearchSpace space, params string[] expected) =>
        Match(decorator.Faults(space), expected);

    private static void Match(IEnumerable<string> faults, string[] expected)
    {
        string[] found = [.. faults];
        found.Should().HaveCount(expected.Length);
        foreach (var (fault, part) in found.Zip(expected))
            fault.Should().Match($"*{part}*");
    }
}
