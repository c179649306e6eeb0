using SingleDarts.Core.Genotypes;
using SingleDarts.Core.Runtime;
using SingleDarts.Core.Spaces;
using SingleDarts.Core.Supernets;
using static TorchSharp.torch;

namespace SingleDarts.Core.Tests.Supernets;

public class EdgeNormalizedSoftmaxTests
{
    [Fact]
    public void Edges_into_a_node_share_a_softmax_over_beta_and_the_expectation_is_the_product()
    {
        using var architecture = Architecture(Cells.Darts);
        Set(architecture, randn(14, ScalarType.Float64), randn([14, 5], ScalarType.Float64));
        CellSnapshot snapshot = architecture.Snapshot(new(0, 0, 1), new Generator(0UL))["normal"];
        double[] beta = [.. architecture.Further("normal")["beta"].data<double>()];
        int first = 0;
        for (int size = 2; size <= 5; size++)
        {
            for (int edge = first; edge < first + size; edge++)
                for (int k = 0; k < 5; k++)
                {
                    double ofEdge = Math.Exp(snapshot.Alpha[edge, k]) / Enumerable.Range(0, 5).Sum(i => Math.Exp(snapshot.Alpha[edge, i]));
                    double ofNode = Math.Exp(beta[edge]) / beta[first..(first + size)].Sum(Math.Exp);
                    snapshot.OperationWeights[edge, k].Should().BeApproximately(ofEdge * ofNode, 1e-14);
                }
            first += size;
        }
        first.Should().Be(14);
    }

    /// <summary>Node 1 (edges 2, 3, 4): α alone would keep sources 0 and 1, with β it keeps 2 and 0.</summary>
    [Fact]
    public void Derivation_compares_alpha_times_beta()
    {
        using var scope = NewDisposeScope();
        using var architecture = Architecture(Cells.Darts);
        Tensor alpha = zeros([14, 5], ScalarType.Float64), beta = zeros(14, ScalarType.Float64);
        alpha[2, 3] = tensor(3.0);                   // 0.834 of its edge
        alpha[3, 1] = tensor(2.0);                   // 0.649
        alpha[4, 4] = tensor(1.0);                   // 0.405
        alpha[4, 0] = tensor(5.0);                   // 'none', which never counts: the best other is 0.017, and then of equals the first
        Set(architecture, beta, alpha);
        Node(architecture).Should().Equal(new Gene("sep_conv_3x3", 0), new Gene("max_pool_3x3", 1));

        alpha[4, 0] = tensor(0.0);
        beta[4] = tensor(1.5);                       // shares 0.154, 0.154, 0.691: 0.128, 0.100, 0.280
        Set(architecture, beta, alpha);
        Node(architecture).Should().Equal(new Gene("dil_conv_5x5", 2), new Gene("sep_conv_3x3", 0));
    }

    [Fact]
    public void Alpha_and_beta_start_narrow_and_from_the_seed()
    {
        var cell = Cells.Cell("cell", inputs: 2, nodes: 40, "none", "skip");
        using var architecture = Architecture(cell);
        using var same = Architecture(cell);
        Tensor beta = architecture.Further("cell")["beta"];
        beta.shape.Should().Equal(cell.Topology.Edges.Count);
        beta.std().item<double>().Should().BeApproximately(1e-3, 1e-4);
        beta.equal(same.Further("cell")["beta"]).all().item<bool>().Should().BeTrue();
        architecture["cell"].std().item<double>().Should().BeApproximately(1e-3, 1e-4);
        architecture.Named.Select(entry => entry.Name).Should().Equal("cell", "cell.beta");
    }

    private static ArchitectureParameters Architecture(CellSpecification cell) =>
        new([cell], new EdgeNormalizedSoftmax(), new RandomStreams(1), dtype: ScalarType.Float64);

    private static void Set(ArchitectureParameters architecture, Tensor beta, Tensor alpha)
    {
        using var _ = no_grad();
        architecture["normal"].copy_(alpha);
        architecture.Further("normal")["beta"].copy_(beta);
    }

    private static IReadOnlyList<Gene> Node(ArchitectureParameters architecture) => new TopEdges()
        .Derive(Cells.Darts, architecture.Snapshot(new(0, 0, 1), new Generator(0UL))["normal"]).Nodes[1];
}
