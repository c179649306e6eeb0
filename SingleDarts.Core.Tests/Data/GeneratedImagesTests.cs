using System.Security.Cryptography;
using SingleDarts.Core.Data;
using SingleDarts.Core.Operations;
using Xunit.Abstractions;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace SingleDarts.Core.Tests.Data;

public class GeneratedImagesTests(ITestOutputHelper output)
{
    [Fact]
    public void The_same_arguments_give_the_same_bytes_on_every_machine()
    {
        using var data = GeneratedImages.Create(20, seed: 3);
        Convert.ToHexStringLower(SHA256.HashData(data.Inputs.bytes))[..16].Should().Be("8ad9febdde7d5de3");
        using var other = GeneratedImages.Create(20, seed: 4);
        other.Inputs.data<byte>().ToArray().Should().NotEqual(data.Inputs.data<byte>().ToArray());
        other.ClassNames.Should().Equal(data.ClassNames, "classes do not depend on the seed");
    }

    [Fact]
    public void Classes_are_balanced_arrangements_of_the_same_four_strokes()
    {
        using var data = GeneratedImages.Create(36, classes: GeneratedImages.MaximumClasses, size: 24);
        data.InputShape.Should().Equal(3, 24, 24);
        data.Labels.bincount(null).data<long>().ToArray().Should().AllBeEquivalentTo(3L);
        data.ClassNames.Should().OnlyHaveUniqueItems().And.OnlyContain(n => string.Concat(n.Order()) == @"-/\|");
    }

    [Fact]
    public void Arguments_outside_their_range_are_refused()
    {
        FluentActions.Invoking(() => GeneratedImages.Create(0)).Should().Throw<ArgumentOutOfRangeException>();
        FluentActions.Invoking(() => GeneratedImages.Create(10, classes: 13)).Should().Throw<ArgumentOutOfRangeException>();
        FluentActions.Invoking(() => GeneratedImages.Create(10, classes: 0)).Should().Throw<ArgumentOutOfRangeException>();
        FluentActions.Invoking(() => GeneratedImages.Create(10, size: 5)).Should().Throw<ArgumentOutOfRangeException>();
    }

    [Theory]
    [Trait("Category", "Slow")]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    public void Only_learned_filters_over_filters_solve_it(int seed)
    {
        using var train = GeneratedImages.Create(4000, seed: 1000 * seed);
        using var test = GeneratedImages.Create(2000, seed: 1000 * seed + 1);
        random.manual_seed(seed);
        double linear = Accuracy(Sequential(Flatten(), Linear(3 * 16 * 16, 10)), train, test, epochs: 60, learningRate: 0.01);
        double pooling = Accuracy(Sequential(Convolution(3, 32), MaxPool2d(3, stride: 2, padding: 1), AvgPool2d(3, stride: 1, padding: 1),
            AdaptiveAvgPool2d(1), Flatten(), Linear(32, 10)), train, test, epochs: 15, learningRate: 0.025);
        double convolutional = Accuracy(Sequential(Convolution(3, 32), Convolution(32, 64, stride: 2), Convolution(64, 64),
            AdaptiveAvgPool2d(1), Flatten(), Linear(64, 10)), train, test, epochs: 15, learningRate: 0.025);
        output.WriteLine(
            $"seed {seed}: linear {linear:P1}, one convolution and pooling {pooling:P1}, three convolutions {convolutional:P1}");
        linear.Should().BeLessThan(0.2);
        pooling.Should().BeLessThan(0.6);
        convolutional.Should().BeGreaterThan(0.85);
    }

    private static Module<Tensor, Tensor> Convolution(long from, long to, long stride = 1) =>
        Sequential(Conv2d(from, to, 3, stride: stride, padding: 1, bias: false), new BatchNormalization(to), ReLU());

    private static double Accuracy(Module<Tensor, Tensor> model, ClassificationDataset train, ClassificationDataset test, int epochs,
        double learningRate)
    {
        using var net = model;
        var transform = ImageAugmentation.NormalizeOnly(train.MeasureNormalization());
        using var source = new BatchSource(train, CPU, ScalarType.Float32, transform);
        using var held = new BatchSource(test, CPU, ScalarType.Float32, transform);
        using var optimizer = optim.SGD(net.parameters(), learningRate, momentum: 0.9, weight_decay: 5e-4, nesterov: true);
        using var generator = new Generator(1, CPU);
        int step = 0;
        double steps = epochs * (train.Count / 64);
        for (int epoch = 0; epoch < epochs; epoch++)
            foreach (long[] indices in SampleOrder.Shuffle(All(train), generator).Chunk(64).Where(c => c.Length == 64))
            {
                using var scope = NewDisposeScope();
                foreach (var group in optimizer.ParamGroups)
                    group.LearningRate = learningRate * 0.5 * (1 + Math.Cos(Math.PI * step++ / steps));
                var batch = source.Get(indices, generator);
                optimizer.zero_grad();
                functional.cross_entropy(net.forward(batch.Inputs), batch.Labels).backward();
                optimizer.step();
            }
        net.eval();
        using var guard = no_grad();
        using var last = NewDisposeScope();
        var all = held.Get(All(test), generator);
        return net.forward(all.Inputs).argmax(1).eq(all.Labels).to(ScalarType.Float64).mean().item<double>();
    }

    private static long[] All(ClassificationDataset data) => [.. Enumerable.Range(0, (int)data.Count).Select(i => (long)i)];
}
