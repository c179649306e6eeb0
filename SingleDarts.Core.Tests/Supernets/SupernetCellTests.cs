using SingleDarts.Core.Operations;
using SingleDarts.Core.Runtime;
using SingleDarts.Core.Spaces;
using SingleDarts.Core.Supernets;
using static TorchSharp.torch;

namespace SingleDarts.Core.Tests.Supernets;

/// <summary>Cells of random shape against Section 3 of the paper written out by hand, in float64.</summary>
public class SupernetCellTests
{
    /// <summary>Every kind of candidate: merged, shared, alone, random shapes of pooling, zero by definition.</summary>
    private static readonly CandidateOperation[] Candidates = [
        NasBench201Operations.None,
        new("conv_1x1", c => new ReluConvBatchNorm(c, 1), isLearnable: true),
        new("conv_3x3", c => new ReluConvBatchNorm(c, 3), isLearnable: true),
        new("skip", Blocks.Skip, isLearnable: false),
        new("avg_pool", Blocks.AveragePool3x3, isLearnable: false),
        new("max_pool_bn", c => new PoolingBatchNorm(c, isMaximum: true), isLearnable: false),
        new("plain", c => nn.Conv2d(c.InChannels, c.OutChannels, 3, stride: c.Stride, padding: 1), isLearnable: true),
    ];

    [Fact]
    public void Output_is_the_sum_over_earlier_nodes_of_the_weighted_candidates()
    {
        int empty = 0, whole = 0;
        for (int seed = 0; seed < 60; seed++)
        {
            using var scope = NewDisposeScope();
            var random = new Random(seed);
            using SupernetCell cell = AtRandom(random);
            CellTopology topology = cell.Placement.Cell.Topology;
            MixingWeights weights = Weights(cell.Placement.Cell, random);
            Tensor before = randn([3, 4, 6, 6], ScalarType.Float64), previous = randn([3, 4, 6, 6], ScalarType.Float64);

            Tensor expected = ByHand(cell, topology.Inputs == 1 ? [previous] : [before, previous], weights);

            foreach (CellExecution execution in Enum.GetValues<CellExecution>())
            {
                cell.Execution = execution;
                Tensor actual = cell.call(before, previous, weights);
                actual.shape.Should().Equal(expected.shape);
                (actual - expected).abs().max().item<double>().Should().BeLessThan(1e-10, "of {0} with seed {1}", execution, seed);
            }
            empty += topology.Edges.GroupBy(edge => edge.Target).Count(node => node.All(edge => !Computed(cell, weights, edge).Any()));
            whole += weights.Computed is null ? 1 : 0;
        }
        empty.Should().BePositive("otherwise no node got nothing");
        whole.Should().BePositive("otherwise every cell left something out");
    }

    [Fact]
    public void Hard_choices_are_the_definition_with_one_hot_weights()
    {
        for (int seed = 0; seed < 20; seed++)
        {
            using var scope = NewDisposeScope();
            var random = new Random(seed);
            using SupernetCell cell = AtRandom(random);
            int edges = cell.Placement.Cell.Topology.Edges.Count, operations = Candidates.Length;
            var chosen = new bool[edges, operations];
            Tensor oneHot = zeros([edges, operations], ScalarType.Float64), p = rand([edges, operations], ScalarType.Float64);
            for (int edge = 0; edge < edges; edge++)
            {
                int k = random.Next(operations);
                chosen[edge, k] = true;
                oneHot[edge, k] = 1;
                p[edge, k] = 1;
            }
            Tensor x = randn([3, 4, 6, 6], ScalarType.Float64);
            cell.Execution = CellExecution.PerEdge;
            Tensor expected = cell.call(x, x, oneHot);
            foreach (CellExecution execution in Enum.GetValues<CellExecution>())
            {
                cell.Execution = execution;
                (cell.call(x, x, new MixingWeights(p, chosen)) - expected).abs().max().item<double>()
                    .Should().BeLessThan(1e-10, "what is not computed adds nothing, whatever its p; {0}, seed {1}", execution, seed);
            }
        }
    }

    [Fact]
    public void An_edge_that_computes_nothing_gives_zeros_of_its_place()
    {
        using var scope = NewDisposeScope();
        using var mixed = new MixedOp(Candidates, new OperationContext(4, 6, Stride: 2, Affine: false));
        Tensor given = mixed.call(randn([2, 4, 5, 5]), new EdgeWeights(rand([7]), new bool[7]));
        given.shape.Should().Equal(2, 6, 3, 3);
        given.count_nonzero().item<long>().Should().Be(0);
    }

    private static SupernetCell AtRandom(Random random)
    {
        int inputs = random.Next(1, 3), nodes = random.Next(1, 5);
        int[] outputs = [.. Enumerable.Range(inputs, nodes).Where(_ => random.Next(2) == 0)];
        var topology = random.Next(3) switch
        {
            0 => new CellTopology(inputs, nodes, CellOutput.LastNode),
            1 when outputs.Length > 0 => new CellTopology(inputs, nodes, CellOutput.Concatenation, outputs),
            _ => new CellTopology(inputs, nodes, CellOutput.Concatenation),
        };
        var allowed = new Dictionary<int, IReadOnlyList<string>>();
        foreach (CellEdge edge in topology.Edges)
            if (random.Next(3) == 0)
                allowed[edge.Index] = [.. Enumerable.Range(0, random.Next(1, 4)).Select(_ => Candidates[random.Next(7)].Name).Distinct()];
        var placement = new CellPlacement(
            new CellSpecification("cell", topology, Candidates, allowed), 4, random.Next(1, 3),
            [.. Enumerable.Range(0, inputs).Select(_ => new OperationContext(4, 4))]);
        var cell = new SupernetCell(placement, new Factory(Blocks.Preprocessing, "the preprocessing"), new SupernetOptions(),
            new BackwardState());
        cell.to(ScalarType.Float64);
        return cell;
    }

    /// <summary>Random p, for half of the cells with random candidates left out.</summary>
    private static MixingWeights Weights(CellSpecification kind, Random random)
    {
        int edges = kind.Topology.Edges.Count;
        Tensor p = rand([edges, kind.Operations.Count], ScalarType.Float64);
        if (random.Next(2) == 0)
            return p;
        var computed = new bool[edges, kind.Operations.Count];
        for (int edge = 0; edge < edges; edge++)
            for (int k = 0; k < kind.Operations.Count; k++)
                computed[edge, k] = random.Next(4) == 0;
        return new MixingWeights(p, computed);
    }

    private static IEnumerable<int> Computed(SupernetCell cell, MixingWeights weights, CellEdge edge) =>
        cell.Placement.Cell.Allowed(edge)
            .Where(k => !Candidates[k].IsZero && (weights.Computed is null || weights.Computed[edge.Index, k]));

    private static Tensor ByHand(SupernetCell cell, Tensor[] layers, MixingWeights weights)
    {
        CellTopology topology = cell.Placement.Cell.Topology;
        var x = new List<Tensor>(layers.Zip(cell.Preprocessing, (layer, module) => module.call(layer)));
        for (int j = topology.Inputs; j < topology.Nodes; j++)
        {
            Tensor sum = zeros([3, 4, .. x[0].shape[2..].Select(side => (side + cell.Placement.Stride - 1) / cell.Placement.Stride)],
                ScalarType.Float64);
            for (int i = 0; i < j; i++)
                foreach (int k in Computed(cell, weights, topology.Edges.Single(edge => (edge.Source, edge.Target) == (i, j))))
                {
                    int edge = topology.Edges.Single(e => (e.Source, e.Target) == (i, j)).Index;
                    sum = sum.Plus(cell[edge][k].call(x[i]).Times(weights.P[edge, k].item<double>()));
                }
            x.Add(sum);
        }
        return topology.Output == CellOutput.LastNode ? x[^1] : cat([.. topology.OutputNodes.Select(node => x[node])], 1);
    }
}
