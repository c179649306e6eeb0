using SingleDarts.Core.Data;
using static TorchSharp.torch;

namespace Benchmarks;

/// <summary>Batches, augmentation and data sets on the device against those on the CPU, bit for bit.</summary>
internal static class DataChecks
{
    private static readonly ImageAugmentation[] Transforms =
    [
        ImageAugmentation.None, ImageAugmentation.Cifar10Search, ImageAugmentation.Cifar10Training,
        ImageAugmentation.Cifar10Training with { Normalization = null },
    ];

    public static IReadOnlyList<DeviceCheck> All { get; } =
    [
        new("augmented batches are the same bytes", Batches),
        new("a data set of device tensors", OnDevice),
    ];

    private static string Batches(CheckedDevice d)
    {
        using var scope = NewDisposeScope();
        using ClassificationDataset data = GeneratedImages.Create(64, seed: 1, size: 16);
        int compared = 0;
        foreach (ImageAugmentation transform in Transforms)
            foreach (ScalarType type in new[] { ScalarType.Float32, d.Exact, ScalarType.BFloat16 }.Distinct())
            {
                using var here = new BatchSource(data, CPU, type, transform);
                using var there = new BatchSource(data, d.Device, type, transform);
                for (ulong seed = 0; seed < 2; seed++, compared++)
                {
                    using Generator first = new(seed), second = new(seed);
                    LabeledBatch expected = here.Get([.. Enumerable.Range(5, 32).Select(i => (long)i)], first);
                    LabeledBatch found = there.Get([.. Enumerable.Range(5, 32).Select(i => (long)i)], second);
                    if (!found.Labels.cpu().Equals(expected.Labels) || !found.Inputs.cpu().Equals(expected.Inputs))
                        throw new InvalidOperationException($"a batch of type {type} under {transform} differs from the CPU's");
                }
            }
        return $"{compared} batches equal";
    }

    private static string OnDevice(CheckedDevice d)
    {
        using var scope = NewDisposeScope();
        using ClassificationDataset here = GeneratedImages.Create(64, seed: 1, size: 16);
        ClassificationDataset Copy(long shift) => new(
            here.Inputs.to(d.Device, copy: true), here.Labels.to(d.Device, copy: true) + shift, here.Classes, "on the device");
        using ClassificationDataset there = Copy(0);
        using ClassificationDataset expected = here.Take(40, seed: 2).Resize(8, 8), found = there.Take(40, seed: 2).Resize(8, 8);
        if (!found.Inputs.cpu().Equals(expected.Inputs) || !found.Labels.cpu().Equals(expected.Labels))
            throw new InvalidOperationException("the resized part differs from the CPU's");
        Tensor Statistics(ClassificationDataset data) =>
            tensor([.. data.MeasureNormalization().Mean, .. data.MeasureNormalization().StandardDeviation]);
        string statistics = d.Same("statistics", Statistics(there), Statistics(here));
        try
        {
            using ClassificationDataset bad = Copy(7);
        }
        catch (ArgumentException)
        {
            return statistics + ", a wrong label is named";
        }
        throw new InvalidOperationException("labels out of range were accepted");
    }
}
