using System.Collections.Concurrent;
using TorchSharp;
using static TorchSharp.torch;

namespace SingleDarts.Core.Data;

/// <summary>Mean and standard deviation of each channel, on the 0..1 scale: a normalised value is (x − mean) / standard
/// deviation.</summary>
public sealed record Normalization
{
    private readonly ConcurrentDictionary<(DeviceType, int, ScalarType, double), Lazy<(Tensor, Tensor)>> tensors = [];

    /// <summary>Checks and keeps the statistics.</summary>
    /// <param name="mean">One finite value per channel.</param>
    /// <param name="standardDeviation">One finite positive value per channel.</param>
    /// <exception cref="ArgumentException">No channel, different numbers of channels, or a value outside its range.</exception>
    public Normalization(IReadOnlyList<double> mean, IReadOnlyList<double> standardDeviation)
    {
        ArgumentNullException.ThrowIfNull(mean);
        ArgumentNullException.ThrowIfNull(standardDeviation);
        if (mean.Count == 0 || mean.Count != standardDeviation.Count)
            throw new ArgumentException(
                $"Found {mean.Count} means and {standardDeviation.Count} standard deviations, expected one of each per channel.");
        if (!mean.All(double.IsFinite) || !standardDeviation.All(s => double.IsFinite(s) && s > 0))
            throw new ArgumentException($"Found mean [{string.Join(", ", mean)}] and standard deviation " +
                $"[{string.Join(", ", standardDeviation)}], expected finite means and finite standard deviations above 0.");
        Mean = [.. mean];
        StandardDeviation = [.. standardDeviation];
    }

    /// <summary>One value per channel, on the 0..1 scale.</summary>
    public IReadOnlyList<double> Mean { get; }

    /// <summary>One positive value per channel, on the 0..1 scale.</summary>
    public IReadOnlyList<double> StandardDeviation { get; }

    /// <summary>All values, for run records.</summary>
    public override string ToString() =>
        $"mean [{string.Join(", ", Mean.Select(Text))}], standard deviation [{string.Join(", ", StandardDeviation.Select(Text))}]";

    /// <summary>CIFAR-10 as in NAS-Bench-201 (AutoDL-Projects, <c>get_dataset_with_transform.py</c>).</summary>
    public static Normalization Cifar10 { get; } = Of255([125.3, 123.0, 113.9], [63.0, 62.1, 66.7]);

    /// <summary>CIFAR-100 as in NAS-Bench-201 (AutoDL-Projects, <c>get_dataset_with_transform.py</c>).</summary>
    public static Normalization Cifar100 { get; } = Of255([129.3, 124.1, 112.4], [68.2, 65.4, 70.4]);

    /// <summary>ImageNet16-120 as in NAS-Bench-201 (AutoDL-Projects, <c>get_dataset_with_transform.py</c>).</summary>
    public static Normalization ImageNet16 { get; } = Of255([122.68, 116.66, 104.01], [63.22, 61.26, 65.09]);

    /// <summary>ImageNet as in DARTS (<c>train_imagenet.py</c>) and torchvision.</summary>
    public static Normalization ImageNet { get; } = new([0.485, 0.456, 0.406], [0.229, 0.224, 0.225]);

    /// <summary>Two normalisations are equal when all their values are.</summary>
    public bool Equals(Normalization? other) =>
        other is not null && Mean.SequenceEqual(other.Mean) && StandardDeviation.SequenceEqual(other.StandardDeviation);

    /// <inheritdoc/>
    public override int GetHashCode() =>
        Mean.Concat(StandardDeviation).Aggregate(0, HashCode.Combine);

    /// <summary>Mean and standard deviation as [C, 1, 1], made once for each device and type, because a copy to a device waits for
    /// it.</summary>
    /// <param name="device">Where.</param>
    /// <param name="dtype">Floating-point type.</param>
    /// <param name="scale">The images' largest value.</param>
    internal (Tensor Mean, Tensor Deviation) On(Device device, ScalarType dtype, double scale) =>
        tensors.GetOrAdd((device.type, device.index, dtype, scale), _ => new(() =>
        {
            Tensor Made(IReadOnlyList<double> values) =>
                tensor([.. values.Select(v => v * scale)], [values.Count, 1, 1], dtype, device).DetachFromDisposeScope();
            return (Made(Mean), Made(StandardDeviation));
        })).Value;

    private static Normalization Of255(double[] mean, double[] deviation) =>
        new([.. mean.Select(x => x / 255)], [.. deviation.Select(x => x / 255)]);

    private static string Text(double value) => value.ToString(System.Globalization.CultureInfo.InvariantCulture);
}
