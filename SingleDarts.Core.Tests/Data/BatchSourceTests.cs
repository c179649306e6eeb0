using SingleDarts.Core.Data;
using static TorchSharp.torch;

namespace SingleDarts.Core.Tests.Data;

public class BatchSourceTests
{
    [Fact]
    public void Samples_that_are_no_images_are_converted_only()
    {
        using var data = ClassificationDatasetTests.Numbered(6, 3);
        using var source = new BatchSource(data, CPU, ScalarType.Float64);
        using var generator = new Generator(1, CPU);
        using var batch = source.Get([4, 1], generator);
        batch.Inputs.data<double>().ToArray().Should().Equal(4, 1);
        batch.Labels.data<long>().ToArray().Should().Equal(1, 1);
        batch.Size.Should().Be(2);
    }

    [Fact]
    public void A_source_survives_its_dataset_and_the_dataset_survives_its_source()
    {
        using var generator = new Generator(1, CPU);
        var data = GeneratedImages.Create(4);
        var first = new BatchSource(data, CPU, ScalarType.Float32);
        using var second = new BatchSource(data, CPU, ScalarType.Float32);
        first.Dispose();
        data.Inputs.sum().item<long>().Should().BePositive();
        data.Dispose();
        using var batch = second.Get([0], generator);
        batch.Inputs.shape.Should().Equal(1, 3, 16, 16);
    }

    [Fact]
    public void The_same_generator_state_gives_the_same_batch()
    {
        using var data = GeneratedImages.Create(8);
        using var source = new BatchSource(
            data, CPU, ScalarType.Float32, new ImageAugmentation { HorizontalFlip = true, CropPadding = 2, CutoutLength = 4 });
        float[] Batch(ulong seed)
        {
            using var generator = new Generator(seed, CPU);
            using var batch = source.Get([0, 1, 2, 3, 4, 5, 6, 7], generator);
            return [.. batch.Inputs.data<float>()];
        }
        Batch(1).Should().Equal(Batch(1)).And.NotEqual(Batch(2));
    }

    [Fact]
    public void Wrong_indices_and_types_are_refused()
    {
        using var data = ClassificationDatasetTests.Numbered(6, 3);
        using var source = new BatchSource(data, CPU, ScalarType.Float32);
        using var generator = new Generator(1, CPU);
        source.Invoking(s => s.Get([6], generator)).Should().Throw<ArgumentException>().WithMessage("Index 6*'numbered'*0 to 5*");
        source.Invoking(s => s.Get([], generator)).Should().Throw<ArgumentException>().WithMessage("*at least one index*");
        FluentActions.Invoking(() => new BatchSource(data, CPU, ScalarType.Int64)).Should().Throw<ArgumentException>()
            .WithMessage("*Int64*Float32*");
    }

    [Fact]
    public void Batches_leave_no_tensors_behind()
    {
        using var data = GeneratedImages.Create(64);
        using var source = new BatchSource(
            data, CPU, ScalarType.Float32,
            new ImageAugmentation { HorizontalFlip = true, CropPadding = 2, CutoutLength = 4, Normalization = Normalization.Cifar10 });
        using var generator = new Generator(1, CPU);
        using var scope = NewDisposeScope();
        var statistics = DisposeScopeManager.Statistics.TensorStatistics;
        source.Get([1, 2, 3], generator).Dispose();
        long before = statistics.ThreadTotalLiveCount;
        for (int i = 0; i < 20; i++)
            source.Get([1, 2, 3], generator).Dispose();
        statistics.ThreadTotalLiveCount.Should().Be(before);
    }
}
