using SingleDarts.Core.Operations;
using SingleDarts.Core.Optimizers;
using SingleDarts.Core.Search;
using SingleDarts.Core.Spaces;
using SingleDarts.Core.Supernets;
using static TorchSharp.torch;

namespace SingleDarts.Core.Tests.Search.Methods;

public class SharpDartsTests
{
    [Fact]
    public void It_is_DARTS_with_max_W_and_cosine_power_annealing()
    {
        SearchSpace space = SearchSpaces.Darts();
        SearchOptions options = SearchMethods.SharpDarts().Options(space), darts = SearchMethods.Darts().Options(space);
        options.Should().Be(darts with
        {
            Epochs = 120, Relaxation = new MaxWeightRelaxation(), WeightOptimizer = options.WeightOptimizer,
        });
        options.WeightOptimizer.Optimizer.Should().Be(darts.WeightOptimizer.Optimizer);
        options.WeightOptimizer.MaxGradientNorm.Should().Be(5);
        double Rate(int epoch) => options.WeightOptimizer.LearningRateAt(new EpochPosition(epoch, 0, 120));
        Enumerable.Range(0, 5).Select(Rate).Should().Equal([0.005, 0.01, 0.015, 0.02, 0.025], (a, b) => Math.Abs(a - b) < 1e-12);
        Rate(5).Should().BeApproximately(0.025, 1e-12);
        Rate(119).Should().BeInRange(1e-4, 1.1e-4);
        SearchMethods.SharpDarts().Evidence.Should().Be(MethodEvidence.DefinitionTested);
    }

    /// <summary>Of C channels, the convolutions of an edge have 272 C + 20 C² + 576 weights there and 102 C + 6 C² in DARTS.</summary>
    [Fact]
    public void Its_space_has_nine_candidates_and_the_weights_of_the_closed_form()
    {
        SearchSpace space = SearchSpaces.SharpDarts();
        space.Cells.Should().OnlyContain(cell => string.Join(' ', cell.Operations) ==
            "none max_pool_3x3 skip_connect sep_conv_3x3 dil_conv_3x3 flood_conv_3x3 dil_flood_conv_3x3 choke_conv_3x3 dil_choke_conv_3x3");
        using var supernet = new Supernet(space, new MaxWeightRelaxation());
        long more = new[] { 16L, 16, 32, 32, 32, 64, 64, 64 }.Sum(c => 14 * ((170 * c) + (14 * c * c) + 576));
        supernet.Weights.Sum(w => w.Parameter.numel()).Should().Be(1_930_618 + more);
    }

    [Fact]
    public void A_separable_convolution_with_its_own_width_in_the_middle_is_that_of_DARTS()
    {
        using var scope = NewDisposeScope();
        var place = new OperationContext(4, 4, Stride: 2);
        using var usual = new SeparableConvolution(place, 3);
        using var sharp = new SeparableConvolution(place, 3, middleChannels: 4);
        sharp.load_state_dict(usual.state_dict());
        Tensor x = randn(2, 4, 8, 8);
        Small.Same(sharp.call(x), usual.call(x)).Should().BeTrue();
    }

    [Fact]
    public void Merged_cells_compute_the_wide_and_narrow_convolutions_as_each_alone()
    {
        using var scope = NewDisposeScope();
        SearchSpace space = SearchSpaces.SharpDarts(3, channels: 4, layers: 3, height: 8, width: 8);
        Tensor x = randn([4, 3, 8, 8], ScalarType.Float64);
        Tensor[] Of(CellExecution execution)
        {
            using var supernet = new Supernet(space, new MaxWeightRelaxation(),
                new SupernetOptions { Seed = 3, DataType = ScalarType.Float64, Execution = execution });
            Tensor logits = supernet.call(x);
            (logits * logits).sum().backward();
            return [.. supernet.Weights.Concat(supernet.Architecture.Named)
                .Select(w => w.Parameter.grad?.clone() ?? zeros_like(w.Parameter).detach()).Prepend(logits.detach().clone())];
        }
        foreach (var (merged, each) in Of(CellExecution.Merged).Zip(Of(CellExecution.PerEdge)))
            (merged - each).abs().max().item<double>().Should().BeLessThan(1e-10 * Math.Max(1, each.abs().max().item<double>()));
    }
}
