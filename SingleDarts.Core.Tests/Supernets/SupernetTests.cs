using SingleDarts.Core.Runtime;
using SingleDarts.Core.Spaces;
using SingleDarts.Core.Supernets;
using static TorchSharp.torch;

namespace SingleDarts.Core.Tests.Supernets;

public class SupernetTests
{
    [Theory]
    [InlineData(10, 1_692_826)]
    [InlineData(100, 1_698_676)]
    [InlineData(120, 1_699_976)]
    public void NasBench201_supernet_has_the_published_number_of_weights(int classes, long expected)
    {
        using var supernet = new Supernet(SearchSpaces.NasBench201(classes));
        supernet.parameters().Sum(p => p.numel()).Should().Be(expected);
        supernet.Architecture["cell"].shape.Should().Equal(6, 5);
    }

    [Fact]
    public void NasBench201_supernet_has_the_published_multiply_adds()
    {
        using var supernet = new Supernet(SearchSpaces.NasBench201());
        ModuleCost cost = ModuleCost.Measure(supernet, [3, 32, 32], out var output);
        output.Should().Equal(10);
        (cost.Flops / 1e6).Should().BeApproximately(245.43, 0.005);
    }

    [Fact]
    public void Supernet_with_one_hot_weights_equals_the_discrete_network()
    {
        var space = SearchSpaces.NasBench201(channels: 4, cellsPerStage: 1, height: 8, width: 8);
        using var supernet = new Supernet(space, options: new SupernetOptions { Seed = 3, DataType = ScalarType.Float64 });
        using var scope = NewDisposeScope();
        Tensor input = randn([2, 3, 8, 8], dtype: ScalarType.Float64);
        int[] chosen = [3, 1, 2, 4, 0, 3];
        Tensor weights = zeros([6, 5], dtype: ScalarType.Float64);
        for (int e = 0; e < 6; e++)
            weights[e, chosen[e]] = 1;
        Tensor logits = supernet.Forward(input, new Dictionary<string, MixingWeights> { ["cell"] = weights });

        var parts = supernet.named_children().ToDictionary(c => c.name, c => c.module);
        Tensor x = ((nn.Module<Tensor, Tensor>)parts["stem"]).call(input);
        foreach (var (_, layer) in parts["layers"].named_children())
        {
            if (layer is SupernetCell cell)
            {
                Tensor n1 = cell[0][3].call(x);
                Tensor n2 = cell[1][1].call(x).Plus(cell[2][2].call(n1));
                x = cell[3][4].call(x).Plus(cell[5][3].call(n2));
            }
            else
            {
                x = ((nn.Module<Tensor, Tensor>)layer).call(x);
            }
        }
        Tensor expected = ((nn.Module<Tensor, Tensor>)parts["head"]).call(x);
        (logits - expected).abs().max().item<double>().Should().BeLessThan(1e-12);
    }

    [Fact]
    public void Architecture_parameters_are_not_among_the_weights()
    {
        using var supernet = new Supernet(SearchSpaces.NasBench201(channels: 2, cellsPerStage: 1));
        supernet.Weights.Select(w => w.Parameter.Handle).Should().NotContain(supernet.Architecture["cell"].Handle);
    }

    [Fact]
    public void Same_seed_gives_the_same_weights_and_another_seed_does_not()
    {
        double Sum(long seed)
        {
            using var net = new Supernet(SearchSpaces.NasBench201(channels: 2, cellsPerStage: 1),
                Relaxations.Softmax, new SupernetOptions { Seed = seed });
            return net.parameters().Sum(p => p.sum().item<float>()) + net.Architecture["cell"].sum().item<float>();
        }
        Sum(1).Should().Be(Sum(1)).And.NotBe(Sum(2));
    }

    [Fact]
    public void A_batch_of_the_wrong_shape_is_refused()
    {
        using var supernet = new Supernet(SearchSpaces.NasBench201(channels: 2, cellsPerStage: 1));
        using Tensor wrong = zeros(2, 3, 28, 28);
        supernet.Invoking(s => s.call(wrong)).Should().Throw<ArgumentException>().WithMessage("*[2, 3, 28, 28]*[N, 3, 32, 32]*");
    }
}
