using SingleDarts.Core.Data;
using SingleDarts.Core.Runs;
using SingleDarts.Core.Training;
using SingleDarts.Core.Runtime;
using static SingleDarts.Core.Tests.Fixtures.TrainingSetup;
using static TorchSharp.torch;

namespace SingleDarts.Core.Tests.Training;

/// <summary>Training and test data that do not belong together are refused before any work.</summary>
public class TrainingDataTests
{
    private static readonly string[] Fruit = ["apple", "banana", "cherry"];

    [Theory]
    [InlineData("*'apple'*'plum'*", "banana", "cherry", "plum")]
    [InlineData("*Class 1 is 'banana' in the training data 'set' and 'cherry' in the test data 'set'*", "apple", "cherry", "banana")]
    [InlineData(null, "apple", "banana", "cherry")]
    [InlineData(null)]
    public void Class_names_must_be_the_same_in_the_same_order(string? message, params string[] names)
    {
        using BatchSource train = Images(Fruit), test = Images(names.Length == 0 ? null : names);
        Check(train, test, message);
        Check(test, train, message is null ? null : names.Contains("plum") ? "*'plum'*'apple'*"
            : "*Class 1 is 'cherry' * and 'banana' in*");
    }

    [Fact]
    public void Classes_survive_a_subset_and_a_resize()
    {
        using ClassificationDataset all = Set(Fruit), part = all.Take(20), small = part.Resize(4, 4);
        using BatchSource train = Over(small), same = Over(small);
        train.ClassNames.Should().Equal(Fruit);
        Check(train, same, null);
        using ClassificationDataset other = Set(["apple", "banana", "plum"]), otherPart = other.Subset([0, 1, 2, 5]),
            otherSmall = otherPart.Resize(4, 4);
        using BatchSource test = Over(otherSmall);
        Check(train, test, "*'cherry'*'plum'*");
    }

    [Fact]
    public void Images_of_bytes_floating_point_and_other_normalisations_are_not_mixed()
    {
        Normalization other = new([0.5, 0.5, 0.5], [0.25, 0.25, 0.25]);
        using ClassificationDataset bytes = Set(Fruit),
            floats = new(bytes.Inputs.to(ScalarType.Float32).Over(255), bytes.Labels.clone(), 3, "floats", Fruit);
        IBatchTransform?[] transforms =
            [null, ImageAugmentation.None, ImageAugmentation.NormalizeOnly(Normalization.Cifar10), ImageAugmentation.NormalizeOnly(other),
                new Unknown()];
        BatchSource[] sources = [.. new[] { bytes, floats }.SelectMany(data => transforms.Select(transform => Over(data, transform)))];
        for (int i = 0; i < sources.Length; i++)
            for (int j = 0; j < sources.Length; j++)
            {
                // Without normalisation, floating point is the same with and without a transform; a foreign transform is not known.
                int Kind(int source) => source == 6 ? 5 : source;
                bool known = i % 5 != 4 && j % 5 != 4;
                Check(sources[i], sources[j], known && Kind(i) != Kind(j)
                    ? "*The values of the training data * are * and those of the test data * are *" : null);
            }
        Array.ForEach(sources, source => source.Dispose());
    }

    [Fact]
    public void A_folder_read_while_it_is_used_and_a_set_in_memory_go_together_if_classes_and_normalisation_do()
    {
        using var folder = new TemporaryFolder();
        foreach (string name in Fruit)
            folder.Write($"{name}/0.png", TestImages.Encode(8, 8));
        ImageFolderSource Folder(Normalization? normalization) =>
            new(folder.Path, new() { Crop = new ResizeCenterCrop(8, 8), Normalization = normalization }, CPU);
        using ImageFolderSource streamed = Folder(Normalization.Cifar10), plain = Folder(null);
        using BatchSource held = Images(Fruit), others = Images(["apple", "banana", "plum"]), whole = Images(Fruit, ImageAugmentation.None);
        Check(held, streamed, null);
        Check(whole, plain, null);
        Check(others, streamed, "*'plum'*'cherry'*");
        Check(held, plain, "*normalised with*from 0 to 1*");
    }

    [Fact]
    public async Task A_run_is_resumed_on_data_of_the_same_classes_and_on_data_without_names()
    {
        using var folder = new TemporaryFolder();
        using BatchSource fruit = Images(Fruit), same = Images(Fruit), none = Images(null), others = Images(["apple", "banana", "plum"]);
        NetworkTraining Training(IBatchSource train) => NetworkTraining.Of(new TrainingNetwork(Classes)).On(train).For(1, 10);
        await Training(fruit).SavingTo(folder["run"]).RunAsync();
        await Training(same).ResumingFrom(folder["run"]).RunAsync();
        await Training(none).ResumingFrom(folder["run"]).RunAsync();
        await FluentActions.Awaiting(() => Training(others).ResumingFrom(folder["run"]).RunAsync()).Should()
            .ThrowAsync<InvalidRunException>()
            .WithMessage("*data.classNames was [\"apple\",\"banana\",\"cherry\"] and is [\"apple\",\"banana\",\"plum\"]*");
    }

    private static void Check(IBatchSource train, IBatchSource test, string? message)
    {
        using var network = new TrainingNetwork(Classes);
        Action build = () => NetworkTraining.Of(network).On(train).EvaluatedOn(test).For(1, 4)
            .With(o => o with { DropLast = true }).Build();
        if (message is null)
            build.Should().NotThrow();
        else
            build.Should().Throw<InvalidRunException>().WithMessage(message).Which.Faults.Should().ContainSingle();
    }

    private static ClassificationDataset Set(string[]? names)
    {
        using var generator = new Generator(1, CPU);
        using Scalar classes = Scalars.Of(3L);
        return new(randint(0, 256, [30, 3, 8, 8], ScalarType.Int64, CPU, generator: generator).to(ScalarType.Byte),
            TensorArithmetic.Range(30).remainder(classes), 3, "set", names);
    }

    private static BatchSource Images(string[]? names, IBatchTransform? transform = null)
    {
        using ClassificationDataset data = Set(names);
        return Over(data, transform ?? ImageAugmentation.NormalizeOnly(Normalization.Cifar10));
    }

    private static BatchSource Over(ClassificationDataset data, IBatchTransform? transform = null) =>
        new(data, CPU, ScalarType.Float32, transform);

    private sealed class Unknown : IBatchTransform
    {
        public Tensor Apply(Tensor inputs, Generator generator, ScalarType dtype) => inputs.to(dtype, copy: true);
    }
}
