using SingleDarts.Core.Data;
using SingleDarts.Core.Search;
using SingleDarts.Core.Training;
using static TorchSharp.torch;

namespace SingleDarts.Core.Tests.Data;

/// <summary>Datasets of TorchSharp, written as somebody else would write them.</summary>
public sealed class TorchDatasetTests : IDisposable
{
    private readonly ClassificationDataset data = Small.Data();

    public void Dispose() => data.Dispose();

    [Theory]
    [InlineData("dictionary")]
    [InlineData("list")]
    [InlineData("own")]
    public void Samples_are_those_of_the_dataset(string form)
    {
        using var expected = new BatchSource(data, CPU, ScalarType.Float32, ImageAugmentation.Cifar10Training with { CropPadding = 1 });
        using IBatchSource source = Source(form, ImageAugmentation.Cifar10Training with { CropPadding = 1 });
        (source.Count, source.Classes, source.ValueScale).Should().Be((expected.Count, expected.Classes, expected.ValueScale));
        source.InputShape.Should().Equal(3, 8, 8);
        using LabeledBatch a = source.Get([5, 0, 39, 5], new Generator(3)), b = expected.Get([5, 0, 39, 5], new Generator(3));
        a.Inputs.equal(b.Inputs).all().item<bool>().Should().BeTrue();
        a.Labels.data<long>().Should().Equal(b.Labels.data<long>());
        (a.Inputs.dtype, a.Labels.dtype).Should().Be((ScalarType.Float32, ScalarType.Int64));
    }

    [Trait("Category", "Slow")]
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_dataset_of_torchsharp_is_searched_on_and_trained_on(bool prefetch)
    {
        using IBatchSource source = Source("dictionary", ImageAugmentation.Cifar10Search);
        SearchResult byDataset = await Small.Search(data).Augmenting(ImageAugmentation.Cifar10Search).RunAsync();
        SearchResult result = await Small.Search(data).On(source).With(o => o with { Prefetch = prefetch }).RunAsync();
        Small.Alpha(result).Should().Equal(Small.Alpha(byDataset));
        TrainingResult trained = await NetworkTraining.Of(new TrainingNetwork(3)).On(source).EvaluatedOn(source).For(1, 8)
            .With(o => o with { Prefetch = prefetch }).RunAsync();
        trained.Test!.Samples.Should().Be(Small.Samples);
    }

    [Fact]
    public async Task Only_one_thread_at_a_time_asks_the_dataset()
    {
        var dataset = new Lists(data);
        using IBatchSource source = Datasets.From(dataset, 3);
        await Task.WhenAll(Enumerable.Range(0, 4).Select(k => Task.Run(() => source.Get(SampleOrder.All(40), new Generator(1)).Dispose())));
        dataset.WasAskedTwiceAtOnce.Should().BeFalse();
    }

    [Fact]
    public void Samples_that_do_not_fit_are_named()
    {
        Rejected(() => Datasets.From(new Dictionaries(data), 3), "*no 'data', it has 'image', 'target'*inputKey*");
        Rejected(() => Datasets.From(new Lists(data) { Label = _ => tensor(3L) }, 3), "*Sample 0*label 3*0 to 2*");
        Rejected(() => Datasets.From(new Lists(data) { Label = _ => tensor(1.0) }, 3), "*Sample 0*label*Float64*one integer*");
        Rejected(() => Datasets.From(new Lists(data) { Input = (_, x) => x[0] }, 3), "*Sample 0*[8, 8] of Byte*[C, H, W]*");
        using IBatchSource source = Datasets.From(new Lists(data) { Input = (i, x) => i == 7 ? x.narrow(2, 0, 5) : x }, 3);
        source.Get([1, 6], new Generator(1)).Size.Should().Be(2);
        source.Invoking(s => s.Get([1, 7], new Generator(1))).Should().Throw<InvalidDataException>()
            .WithMessage("*Sample 7*[3, 8, 5]*[3, 8, 8]*");
        FluentActions.Invoking(() => Datasets.From(new Lists(data), 1)).Should().Throw<ArgumentException>().WithMessage("*1 classes*");

        static void Rejected(Func<IBatchSource> from, string message) => from.Should().Throw<InvalidDataException>().WithMessage(message);
    }

    private IBatchSource Source(string form, IBatchTransform transform) => form switch
    {
        "dictionary" => Datasets.From(new Dictionaries(data), 3, transform, "image", "target"),
        "list" => Datasets.From(new Lists(data), 3, transform),
        _ => Datasets.From(new Pairs(data), 3, pair => (pair.Input, tensor(pair.Label)), transform, ["a", "b", "c"]),
    };

    private sealed class Dictionaries(ClassificationDataset data) : utils.data.Dataset
    {
        public override long Count => data.Count;

        public override Dictionary<string, Tensor> GetTensor(long index) =>
            new() { ["image"] = data.Inputs[index], ["target"] = data.Labels[index].to(ScalarType.Int32).reshape(1) };
    }

    private sealed class Lists(ClassificationDataset data) : utils.data.IterableDataset
    {
        private int asked;

        public bool WasAskedTwiceAtOnce { get; private set; }

        public Func<long, Tensor, Tensor> Input { get; init; } = (_, x) => x;

        public Func<long, Tensor>? Label { get; init; }

        public override long Count => data.Count;

        public override IList<Tensor> GetTensor(long index)
        {
            WasAskedTwiceAtOnce |= Interlocked.Increment(ref asked) > 1;
            Thread.Yield();
            Tensor[] sample = [Input(index, data.Inputs[index]), Label?.Invoke(index) ?? data.Labels[index]];
            Interlocked.Decrement(ref asked);
            return sample;
        }
    }

    private sealed class Pairs(ClassificationDataset data) : utils.data.Dataset<(Tensor Input, long Label)>
    {
        public override long Count => data.Count;

        public override (Tensor Input, long Label) GetTensor(long index) => (data.Inputs[index], data.Labels[index].item<long>());
    }
}
