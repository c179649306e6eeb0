using SingleDarts.Core.Data;
using SingleDarts.Core.Operations;
using SingleDarts.Core.Runs;
using SingleDarts.Core.Runtime;
using SingleDarts.Core.Spaces;
using SingleDarts.Core.Supernets;
using static TorchSharp.torch;

namespace SingleDarts.Core.Tests.Supernets;

public class PartialChannelsTests
{
    [Fact]
    public void Shuffle_of_8_channels_in_4_groups_is_the_published_order() =>
        Order(8, 4).Should().Equal(0, 2, 4, 6, 1, 3, 5, 7);

    [Theory]
    [InlineData(12, 2)]
    [InlineData(12, 3)]
    [InlineData(12, 4)]
    [InlineData(6, 6)]
    [InlineData(64, 4)]
    public void Channels_go_to_their_place_by_the_formula(int channels, int k)
    {
        double[] order = Order(channels, k);
        for (int c = 0; c < channels; c++)
            order[(c % (channels / k) * k) + (c * k / channels)].Should().Be(c);
    }

    [Fact]
    public void Candidates_see_the_first_channels_and_the_others_pass_unchanged()
    {
        using var scope = NewDisposeScope();
        Tensor x = randn(2, 8, 6, 6), seen = zeros(0);
        Tensor output = Around(8, 4, 1).call(x, part =>
        {
            seen = part.clone().DetachFromDisposeScope();
            return part.Times(-10L);
        });
        seen.equal(x.narrow(1, 0, 2)).all().item<bool>().Should().BeTrue();
        for (int place = 0; place < 8; place++)
        {
            int old = new[] { 0, 2, 4, 6, 1, 3, 5, 7 }[place];
            Tensor expected = old < 2 ? x[TensorIndex.Colon, old].Times(-10L) : x[TensorIndex.Colon, old];
            output[TensorIndex.Colon, place].equal(expected).all().item<bool>().Should().BeTrue($"place {place}");
        }
    }

    [Theory]
    [InlineData(6, 6)]
    [InlineData(5, 7)]
    public void At_stride_2_the_others_are_the_largest_of_2_by_2(int height, int width)
    {
        using var scope = NewDisposeScope();
        Tensor x = randn([2, 6, height, width], ScalarType.Float64);
        Tensor output = Around(6, 3, 2).call(x, part => part.new_zeros(2, 2, (height + 1) / 2, (width + 1) / 2));
        output.shape.Should().Equal(2, 6, (height + 1) / 2, (width + 1) / 2);
        for (int old = 2; old < 6; old++)
            for (int i = 0; i < (height + 1) / 2; i++)
                for (int j = 0; j < (width + 1) / 2; j++)
                    output[1, (old % 2 * 3) + (old / 2), i, j].item<double>().Should().Be((
                        from u in new[] { 0, 1 }
                        from v in new[] { 0, 1 }
                        where (2 * i) + u < height && (2 * j) + v < width
                        select x[1, old, (2 * i) + u, (2 * j) + v].item<double>()).Max());
    }

    [Trait("Category", "Slow")]
    [Fact]
    public void Supernets_have_the_published_numbers_of_weights()
    {
        Weights(SearchSpaces.Darts(), new PartialChannels(4)).Should().Be(299_578);
        Weights(SearchSpaces.DartsImageNet(), new PartialChannels(2)).Should().Be(956_512);

        static long Weights(SearchSpace space, IEdgeDecorator decorator)
        {
            using var supernet = new Supernet(space, new EdgeNormalizedSoftmax(), new SupernetOptions { EdgeDecorators = [decorator] });
            return supernet.Weights.Sum(w => w.Parameter.numel());
        }
    }

    [Fact]
    public void Pools_inside_are_normalised_over_the_channels_that_they_see()
    {
        using var mixture = new MixedOp(
            DartsOperations.All, new OperationContext(8, 8, Affine: false), decorators: [new PartialChannels(4)]);
        var state = mixture.state_dict();
        foreach (int pool in new[] { 1, 2 })
        {
            state[$"operations.{pool}.normalization.running_mean"].shape.Should().Equal(2);
            state.Keys.Should().NotContain($"operations.{pool}.normalization.weight");
        }
    }

    [Fact]
    public void A_mixture_of_nothing_leaves_the_others()
    {
        using var scope = NewDisposeScope();
        using var mixture = new MixedOp(
            DartsOperations.All, new OperationContext(8, 8, Affine: false), decorators: [new PartialChannels(4)]);
        Tensor x = randn(2, 8, 6, 6);
        Tensor output = mixture.call(x, new EdgeWeights(ones(8), [true, .. new bool[7]]));
        output[TensorIndex.Colon, 0].count_nonzero().item<long>().Should().Be(0, "'none' is zero");
        output[TensorIndex.Colon, 1].equal(x[TensorIndex.Colon, 2]).all().item<bool>().Should().BeTrue();
    }

    [Fact]
    public void Every_execution_gives_the_same()
    {
        using var scope = NewDisposeScope();
        using var supernet = new Supernet(SearchSpaces.Darts(3, channels: 8, layers: 3, height: 8, width: 8), new EdgeNormalizedSoftmax(1),
            new SupernetOptions { DataType = ScalarType.Float64, EdgeDecorators = [new PartialChannels(4)] });
        Tensor x = randn([2, 3, 8, 8], ScalarType.Float64);
        Tensor[] logits = [.. Enum.GetValues<CellExecution>().Select(execution =>
        {
            supernet.Execution = execution;
            return supernet.call(x);
        })];
        foreach (Tensor other in logits[1..])
            (other - logits[0]).abs().max().item<double>().Should().BeLessThan(1e-12);
    }

    [Fact]
    public void One_part_is_the_plain_edge() =>
        new PartialChannels(1).Around(new OperationContext(7, 7)).Should().BeNull("nothing passes, nothing is shuffled");

    [Fact]
    public void Channels_that_cannot_be_divided_are_rejected_once_and_before_the_search()
    {
        FluentActions.Invoking(() => new PartialChannels(0)).Should().Throw<ArgumentOutOfRangeException>();
        using ClassificationDataset data = Small.Data();
        InvalidRunException thrown = Small.Search(data).Decorating(new PartialChannels(4)).Invoking(s => s.Build())
            .Should().Throw<InvalidRunException>().Which;
        thrown.Faults.Should().ContainSingle().Which.Should()
            .StartWith("Edges of 2 channels cannot be divided into K = 4 parts; expected a multiple of K.");
    }

    private static nn.Module<Tensor, Func<Tensor, Tensor>, Tensor> Around(int channels, int k, int stride) =>
        new PartialChannels(k).Around(new OperationContext(channels, channels, stride))!;

    private static double[] Order(int channels, int k)
    {
        using var scope = NewDisposeScope();
        Tensor x = tensor([.. Enumerable.Range(0, channels).Select(c => (double)c)]).reshape(1, channels, 1, 1).expand(2, channels, 3, 3);
        return [.. Around(channels, k, 1).call(x, part => part.alias())[1, TensorIndex.Colon, 2, 0].contiguous().data<double>()];
    }
}
