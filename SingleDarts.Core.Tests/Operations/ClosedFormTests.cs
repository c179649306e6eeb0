using SingleDarts.Core.Operations;
using SingleDarts.Core.Runtime;
using static SingleDarts.Core.Tests.Fixtures.Plain;
using static TorchSharp.torch;

namespace SingleDarts.Core.Tests.Operations;

/// <summary>Operations, stems and heads against loops over numbers in float64, on images of odd height and even width.</summary>
public class ClosedFormTests
{
    public static TheoryData<int, bool, bool> Places
    {
        get
        {
            var data = new TheoryData<int, bool, bool>();
            foreach (int stride in new[] { 1, 2 })
                foreach (bool affine in new[] { false, true })
                    foreach (bool training in new[] { false, true })
                        data.Add(stride, affine, training);
            return data;
        }
    }

    [Theory]
    [MemberData(nameof(Places))]
    public void Convolutions_of_NAS_Bench_201_are_ReLU_convolution_and_normalisation(int stride, bool affine, bool training)
    {
        foreach (int k in new[] { 1, 3, 5 })
            Compare(new ReluConvBatchNorm(Place(stride, affine), k), training, (plain, x) => plain.Norm(
                plain.Conv(Relu(x), "convolution", (stride, stride), (k / 2, k / 2)), "normalization"),
                parameters: (4 * 6 * k * k) + (affine ? 2 * 6 : 6));
    }

    [Theory]
    [MemberData(nameof(Places))]
    public void Dilated_convolutions_reach_over_every_second_pixel(int stride, bool affine, bool training)
    {
        foreach (var (operation, k) in new[] { (DartsOperations.DilConv3x3, 3), (DartsOperations.DilConv5x5, 5) })
            Compare(operation.Create(Place(stride, affine)), training, (plain, x) => Depthwise(plain, x, "", stride, k, dilation: 2),
                parameters: (4 * k * k) + (4 * 6) + (affine ? 2 * 6 : 0));
    }

    [Theory]
    [MemberData(nameof(Places))]
    public void Separable_convolutions_are_two_depthwise_blocks(int stride, bool affine, bool training)
    {
        foreach (var (operation, k) in new[] { (DartsOperations.SepConv3x3, 3), (DartsOperations.SepConv5x5, 5),
            (DartsOperations.SepConv7x7, 7) })
            Compare(operation.Create(Place(stride, affine)), training, (plain, x) => Depthwise(
                plain, Depthwise(plain, x, "first.", stride, k), "second.", 1, k),
                parameters: (2 * 4 * k * k) + (4 * 4) + (4 * 6) + (affine ? 2 * (4 + 6) : 0));
    }

    /// <summary>9 C + C m and 9 m + m C' weights of convolutions with C, m and C' channels.</summary>
    [Theory]
    [MemberData(nameof(Places))]
    public void Convolutions_of_sharpDARTS_have_their_own_width_in_the_middle(int stride, bool affine, bool training)
    {
        foreach (var (operation, middle, dilation) in new[]
        {
            (SharpDartsOperations.DilConv3x3, 4, 2), (SharpDartsOperations.FloodConv3x3, 24, 1),
            (SharpDartsOperations.DilFloodConv3x3, 24, 2), (SharpDartsOperations.ChokeConv3x3, 32, 1),
            (SharpDartsOperations.DilChokeConv3x3, 32, 2),
        })
            Compare(operation.Create(Place(stride, affine)), training, (plain, x) => Depthwise(
                plain, Depthwise(plain, x, "first.", stride, 3, dilation), "second.", 1, 3),
                parameters: (9 * 4) + (4 * middle) + (9 * middle) + (middle * 6) + (affine ? 2 * (middle + 6) : 0));
    }

    [Theory]
    [MemberData(nameof(Places))]
    public void The_convolution_of_AmoebaNet_is_a_row_and_a_column(int stride, bool affine, bool training) => Compare(
        DartsOperations.Conv7x1Conv1x7.Create(Place(stride, affine)), training, (plain, x) => plain.Norm(plain.Conv(
            plain.Conv(Relu(x), "1", (1, stride), (0, 3)), "2", (stride, 1), (3, 0)), "3"),
        parameters: (4 * 6 * 7) + (6 * 6 * 7) + (affine ? 2 * 6 : 0));

    [Theory]
    [MemberData(nameof(Places))]
    public void Pooling_is_normalised_where_the_place_is_not_affine(int stride, bool affine, bool training)
    {
        foreach (var (operation, isMaximum) in new[] { (DartsOperations.MaxPool3x3, true), (DartsOperations.AvgPool3x3, false) })
            Compare(operation.Create(Place(stride, affine, channels: 4)), training, (plain, x) =>
            {
                double[,,,] pooled = Pool(x, 3, stride, 1, isMaximum);
                return affine ? pooled : plain.Norm(pooled, "normalization");
            }, parameters: 0);
        Compare(NasBench201Operations.AvgPool3x3.Create(Place(stride, affine, channels: 4)), training,
            (_, x) => Pool(x, 3, stride, 1, isMaximum: false), parameters: 0);
    }

    [Theory]
    [MemberData(nameof(Places))]
    public void Skip_connections_keep_the_image_or_join_two_halves_of_its_pixels(int stride, bool affine, bool training)
    {
        Compare(DartsOperations.SkipConnect.Create(Place(stride, affine, channels: 4)), training, (plain, x) =>
            stride == 1 ? x : plain.Norm(
            Join(plain.Conv(Second(Relu(x), 0), "even"), plain.Conv(Second(Relu(x), 1), "odd")), "normalization"),
            parameters: stride == 1 ? 0 : (4 * 4) + (affine ? 2 * 4 : 0));

        // The second half begins one pixel further; behind the image stands a zero.
        static double[,,,] Second(double[,,,] x, int from) => Each(
            Size(x) with { H = (x.GetLength(2) + 1) / 2, W = (x.GetLength(3) + 1) / 2 }, (n, c, i, j) =>
                (2 * i) + from < x.GetLength(2) && (2 * j) + from < x.GetLength(3) ? x[n, c, (2 * i) + from, (2 * j) + from] : 0);
    }

    [Theory]
    [MemberData(nameof(Places))]
    public void None_is_zero_in_the_shape_of_its_place(int stride, bool affine, bool training) => Compare(
        DartsOperations.None.Create(Place(stride, affine)), training,
        (_, x) => Each((2, 6, (x.GetLength(2) + stride - 1) / stride, (x.GetLength(3) + stride - 1) / stride), (_, _, _, _) => 0),
        parameters: 0);

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void The_block_between_stages_adds_two_convolutions_to_a_pooled_shortcut(bool training) => Compare(
        new ResidualDownsampling(Place(2, affine: false)), training, (plain, x) =>
        {
            double[,,,] first = plain.Norm(plain.Conv(Relu(x), "body.0.convolution", (2, 2), (1, 1)), "body.0.normalization");
            double[,,,] second = plain.Norm(plain.Conv(Relu(first), "body.1.convolution", (1, 1), (1, 1)), "body.1.normalization");
            return Sum(second, plain.Conv(Pool(x, 2, 2, 0, isMaximum: false), "shortcut.1"));
        }, parameters: (4 * 6 * 9) + (6 * 6 * 9) + (2 * 2 * 6) + (4 * 6), height: 6);

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Stems_are_convolutions_with_normalisation(bool training)
    {
        OperationContext place = Place(1, affine: true);
        Compare(Blocks.ConvolutionStem(place), training, (plain, x) => plain.Norm(plain.Conv(x, "0", (1, 1), (1, 1)), "1"),
            (4 * 6 * 9) + 12);
        Compare(Blocks.ImageNetStem(place), training, (plain, x) => plain.Norm(plain.Conv(
            Relu(plain.Norm(plain.Conv(x, "0", (2, 2), (1, 1)), "1")), "3", (2, 2), (1, 1)), "4"), (4 * 3 * 9) + 6 + (3 * 6 * 9) + 12);
        Compare(Blocks.ImageNetSecondStem(place), training,
            (plain, x) => plain.Norm(plain.Conv(Relu(x), "1", (2, 2), (1, 1)), "2"), (4 * 6 * 9) + 12);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Heads_classify_the_mean_of_each_channel(bool training)
    {
        OperationContext place = Place(1, affine: true);
        Compare(Blocks.PooledLinearHead(place), training, (plain, x) => plain.Classify(Relu(plain.Norm(x, "0")), "4"),
            (2 * 4) + (4 * 6) + 6);
        Compare(Blocks.LinearHead(place), training, (plain, x) => plain.Classify(x, "2"), (4 * 6) + 6);
    }

    [Fact]
    public void Running_statistics_move_by_a_tenth_towards_the_batch()
    {
        using var scope = NewDisposeScope();
        using var norm = new BatchNormalization(3);
        norm.to(ScalarType.Float64);
        Tensor x = randn([2, 3, 4, 5], ScalarType.Float64, generator: new Generator(1));
        norm.call(x);
        double[,,,] numbers = Numbers(x);
        for (int c = 0; c < 3; c++)
        {
            double[] channel = [.. from n in Enumerable.Range(0, 2) from p in Enumerable.Range(0, 20) select numbers[n, c, p / 5, p % 5]];
            double mean = channel.Average(), variance = channel.Sum(value => (value - mean) * (value - mean)) / 39;
            norm.running_mean![c].item<double>().Should().BeApproximately(0.1 * mean, 1e-12);
            norm.running_var![c].item<double>().Should().BeApproximately(0.9 + (0.1 * variance), 1e-12);
        }
    }

    private static OperationContext Place(int stride, bool affine, long channels = 6) => new(4, channels, stride, affine);

    private static double[,,,] Depthwise(Plain plain, double[,,,] x, string prefix, int stride, int k, int dilation = 1)
    {
        int padding = dilation * (k - 1) / 2;
        double[,,,] deep = plain.Conv(Relu(x), prefix + "depthwise", (stride, stride), (padding, padding), dilation, isDepthwise: true);
        return plain.Norm(plain.Conv(deep, prefix + "pointwise"), prefix + "normalization");
    }

    private static void Compare(
        nn.Module<Tensor, Tensor> module, bool training, Func<Plain, double[,,,], double[,,,]> expected, long parameters, int height = 7)
    {
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        using var generator = new Generator(1);
        using (module)
        {
            module.parameters().Sum(p => p.numel()).Should().Be(parameters);
            module.to(ScalarType.Float64);
            // Scales, shifts and running statistics other than 1 and 0, so that one that is left out shows.
            foreach (var (name, tensor) in module.state_dict())
                if (tensor.dim() == 1)
                    tensor.copy_(rand(tensor.shape, ScalarType.Float64, generator: generator).Plus(0.5));
            module.train(training);
            Tensor x = randn([2, 4, height, 8], ScalarType.Float64, generator: generator);
            double[,,,] wanted = expected(new Plain(module, training), Numbers(x));
            Tensor given = module.call(x);
            var (samples, channels, rows, columns) = Size(wanted);
            given.numel().Should().Be((long)samples * channels * rows * columns);
            if (given.dim() == 4)
                given.shape.Should().Equal(samples, channels, rows, columns);
            double[] numbers = given.contiguous().data<double>().ToArray();
            numbers.Zip(wanted.Cast<double>(), (a, b) => Math.Abs(a - b)).Max().Should().BeLessThan(1e-10);
        }
    }
}
