using SingleDarts.Core.Data;
using SingleDarts.Core.Runtime;
using static TorchSharp.torch;

namespace SingleDarts.Core.Tests.Data;

public class ClassificationDatasetTests
{
    [Fact]
    public void Faulty_tensors_are_refused_with_the_place_of_the_fault()
    {
        using var scope = NewDisposeScope();
        var inputs = rand(4, 5);
        var labels = tensor(new long[] { 0, 1, 2, 1 });
        Refused(inputs, tensor(new long[] { 0, 1, 3, 1 }), 3, "*label 3 at index 2, expected 0 to 2*");
        Refused(inputs, tensor(new long[] { 0, -1, 1, 1 }), 3, "*label -1 at index 1*");
        Refused(inputs, labels[..3], 3, "*4 inputs and 3 labels*");
        Refused(inputs, labels.to(ScalarType.Int32), 3, "*type Int32*");
        Refused(inputs, labels, 0, "*has 0 classes*");
        Refused(zeros(0, 5), labels[..0], 3, "*is empty*");
        Refused(inputs.to(ScalarType.Byte), labels, 3, "*type Byte and shape [4, 5]*");
        Refused(inputs.to(ScalarType.Int64), labels, 3, "*type Int64*");
        var broken = inputs.clone();
        broken[2, 3] = float.NaN;
        Refused(broken, labels, 3, "*not finite (NaN or infinity) in sample 2*");
        FluentActions.Invoking(() => new ClassificationDataset(inputs, labels, 3, "x", ["a", "b"])).Should().Throw<ArgumentException>()
            .WithMessage("*2 class names*");

        static void Refused(Tensor inputs, Tensor labels, int classes, string message) =>
            FluentActions.Invoking(() => new ClassificationDataset(inputs, labels, classes, "x")).Should().Throw<ArgumentException>()
                .WithMessage("Dataset 'x' " + message);
    }

    [Fact]
    public void Tensors_outlive_the_scope_that_made_them()
    {
        ClassificationDataset data;
        using (NewDisposeScope())
            data = Numbered(6, 3);
        Tensor inputs = data.Inputs;
        inputs.IsInvalid.Should().BeFalse();
        data.Dispose();
        inputs.IsInvalid.Should().BeTrue();
        FluentActions.Invoking(() => data.Inputs).Should().Throw<ObjectDisposedException>();
    }

    [Fact]
    public void Take_balances_the_classes_and_is_seeded()
    {
        // 2 samples of class 0, 20 of class 1, 20 of class 2.
        using var data = new ClassificationDataset(TensorArithmetic.Range(42, ScalarType.Float32).view(42, 1),
            cat([zeros(2, ScalarType.Int64), ones(20, ScalarType.Int64), TensorArithmetic.Filled([20], 2, ScalarType.Int64)]), 3, "x");
        using var part = data.Take(12, seed: 5);
        using var same = data.Take(12, seed: 5);
        using var other = data.Take(12, seed: 6);
        part.Labels.bincount(null).data<long>().ToArray().Should().Equal(2, 5, 5);
        float[] samples = [.. part.Inputs.data<float>()];
        samples.Should().BeInAscendingOrder().And.OnlyHaveUniqueItems().And.Equal(same.Inputs.data<float>().ToArray());
        samples.Should().NotEqual(other.Inputs.data<float>().ToArray());
        FluentActions.Invoking(() => data.Take(43)).Should().Throw<ArgumentOutOfRangeException>().WithMessage("*43 of the 42*");
    }

    [Fact]
    public void Subset_keeps_order_and_refuses_what_is_outside()
    {
        using var data = Numbered(6, 3);
        using var part = data.Subset([5, 0, 0]);
        part.Inputs.data<float>().ToArray().Should().Equal(5, 0, 0);
        part.Labels.data<long>().ToArray().Should().Equal(2, 0, 0);
        FluentActions.Invoking(() => data.Subset([6])).Should().Throw<ArgumentException>().WithMessage("*Index 6*0 to 5*");
        FluentActions.Invoking(() => data.Subset([])).Should().Throw<ArgumentException>().WithMessage("*at least one*");
    }

    [Fact]
    public void Resize_averages_areas()
    {
        byte[] pixels = [.. Enumerable.Range(0, 2 * 3 * 6 * 6).Select(i => (byte)(i * 37 % 256))];
        using var data = new ClassificationDataset(tensor(pixels, [2, 3, 6, 6]), tensor(new long[] { 0, 1 }), 2, "x");
        using var half = data.Resize(3, 2);
        half.Inputs.dtype.Should().Be(ScalarType.Byte);
        for (int i = 0; i < 6; i++)
            for (int y = 0; y < 3; y++)
                for (int x = 0; x < 2; x++)
                {
                    double mean = Enumerable.Range(0, 6).Average(k => pixels[i * 36 + (2 * y + k / 3) * 6 + 3 * x + k % 3]);
                    ((double)half.Inputs[i / 3, i % 3, y, x].item<byte>()).Should().BeApproximately(mean, 0.5 + 1e-9);
                }
        // 3 columns onto 2: weights 2/3 and 1/3.
        using var row = new ClassificationDataset(tensor(new byte[] { 0, 90, 240, 0, 90, 240 }, [2, 1, 1, 3]),
            tensor(new long[] { 0, 1 }), 2, "x");
        using var two = row.Resize(1, 2);
        two.Inputs[0].data<byte>().ToArray().Should().Equal(30, 190);
        using var floats = Numbered(4, 2);
        FluentActions.Invoking(() => floats.Resize(2, 2)).Should().Throw<InvalidOperationException>().WithMessage("*only images*");
    }

    [Fact]
    public void Measured_normalization_makes_mean_0_and_deviation_1()
    {
        using var data = GeneratedImages.Create(50);
        using var source = new BatchSource(data, CPU, ScalarType.Float64, ImageAugmentation.NormalizeOnly(data.MeasureNormalization()));
        using var generator = new Generator(1, CPU);
        using var batch = source.Get(Enumerable.Range(0, 50).Select(i => (long)i).ToArray(), generator);
        batch.Inputs.mean([0, 2, 3]).abs().max().item<double>().Should().BeLessThan(1e-12);
        batch.Inputs.Squared().mean([0, 2, 3]).Minus(1L).abs().max().item<double>().Should().BeLessThan(1e-12);
        using var constant = new ClassificationDataset(zeros([2, 1, 2, 2], ScalarType.Byte), tensor(new long[] { 0, 1 }), 2, "x");
        constant.Invoking(c => c.MeasureNormalization()).Should().Throw<InvalidOperationException>().WithMessage("Channel 0*same value*");
    }

    internal static ClassificationDataset Numbered(int count, int classes)
    {
        using Scalar divisor = Scalars.Of((long)classes);
        return new(TensorArithmetic.Range(count, ScalarType.Float32).view(count, 1),
            TensorArithmetic.Range(count).remainder(divisor), classes, "numbered");
    }
}
