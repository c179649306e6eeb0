using SingleDarts.Core.Data;
using SingleDarts.Core.Runtime;
using static TorchSharp.torch;

namespace SingleDarts.Core.Tests.Mistakes;

/// <summary>Data sets, sources and their tensors.</summary>
internal static class MistakesWithData
{
    public static IReadOnlyList<Mistake> All { get; } =
    [
        Mistake.Of<ArgumentNullException>("no inputs", () => Dataset(null!, Labels(0, 1)), "inputs"),
        Mistake.Of<ArgumentException>("fewer labels than inputs", () => Dataset(Images(3), Labels(0, 1)), "3 inputs and 2 labels"),
        Mistake.Of<ArgumentException>("a label too high", () => Dataset(Images(2), Labels(0, 3)), "label 3 at index 1", "expected 0 to 2"),
        Mistake.Of<ArgumentException>("labels of 32 bits", () => Dataset(Images(2), Labels(0, 1).to(ScalarType.Int32)), "labels.to(int64)"),
        Mistake.Of<ArgumentException>(
            "whole numbers as inputs", () => Dataset(Images(2).to(ScalarType.Int64), Labels(0, 1)), "Int64", "inputs.to(float32)"),
        Mistake.Of<ArgumentException>("one class", () => Dataset(Images(2), Labels(0, 0), classes: 1), "has 1 classes", "at least 2"),
        Mistake.Of<ArgumentException>("names of other classes", () => Dataset(Images(2), Labels(0, 1), names: ["a"]),
            "1 class names for 3 classes"),
        Mistake.Of<ArgumentException>(
            "not a number", () => Dataset(TensorArithmetic.Filled([2, 4], double.NaN, ScalarType.Float32), Labels(0, 1)),
            "sample 0", "repair"),
        Mistake.Of<ArgumentException>("no samples", () => Dataset(empty(0, 3, 8, 8, dtype: ScalarType.Byte), Labels()), "is empty"),
        Mistake.Of<ArgumentException>("a sample that is not there", () => WithData(data => data.Subset([0, 40])), "Index 40", "0 to 39"),
        Mistake.Of<ArgumentNullException>("no indices", () => WithData(data => data.Subset(null!)), "indices"),
        Mistake.Of<ArgumentOutOfRangeException>("more samples than there are", () => WithData(data => data.Take(41)), "41 of the 40"),
        Mistake.Of<ArgumentOutOfRangeException>("images of no height", () => WithData(data => data.Resize(0, 8)), "height"),
        Mistake.Of<InvalidOperationException>("vectors to be resized",
            () => Dataset(zeros(2, 4), Labels(0, 1)).Resize(2, 2), "only images"),
        Mistake.Of<InvalidOperationException>("images of one colour to be normalised",
            () => Dataset(ones_like(Images(2)), Labels(0, 1)).MeasureNormalization(), "same value everywhere"),
        Mistake.Of<ObjectDisposedException>("data read after Dispose", () => Disposed().Subset([0]), "'noise' has been disposed"),
        Mistake.Of<ObjectDisposedException>("inputs disposed by hand", () => WithData(data =>
        {
            data.Inputs.Dispose();
            data.Take(3);
        }), "'noise' has been disposed, or one of its tensors"),
        Mistake.Of<ArgumentException>(
            "batches of whole numbers", () => WithData(data => new BatchSource(data, CPU, ScalarType.Int64)), "Int64", "Float32"),
        Mistake.Of<ObjectDisposedException>("a source read after Dispose", () => WithData(data =>
        {
            var source = new BatchSource(data, CPU, ScalarType.Float32);
            source.Dispose();
            source.Get([0], new Generator(1));
        }), "'noise' has been disposed"),
        Mistake.Of<ArgumentNullException>("a batch without a generator",
            () => WithData(data => new BatchSource(data, CPU, ScalarType.Float32).Get([0], null!)), "generator"),
        Mistake.Of<ArgumentException>("normalisation by a deviation of 0", () => new Normalization([0.5], [0]), "deviation"),
        Mistake.Of<ArgumentException>("no generated images", () => GeneratedImages.Create(0), "count"),
    ];

    private static ClassificationDataset Dataset(Tensor inputs, Tensor labels, int classes = 3, string[]? names = null) =>
        new(inputs, labels, classes, "noise", names);

    private static Tensor Images(int count) => zeros(count, 3, 8, 8, dtype: ScalarType.Byte);

    private static Tensor Labels(params long[] labels) => tensor(labels);

    private static void WithData(Action<ClassificationDataset> act)
    {
        using ClassificationDataset data = Small.Data();
        act(data);
    }

    private static ClassificationDataset Disposed()
    {
        ClassificationDataset data = Small.Data();
        data.Dispose();
        return data;
    }
}
