using SingleDarts.Core.Runtime;
using TorchSharp;
using static TorchSharp.torch;

namespace Benchmarks;

/// <summary>The device that is checked against the CPU, and how they are compared.</summary>
/// <param name="name">For example <c>cuda</c>.</param>
internal sealed class CheckedDevice(string name)
{
    public string Name => name;

    public Device Device { get; } = Devices.Parse(name);

    public bool IsCuda => Device.type == DeviceType.CUDA;

    /// <summary>The most exact floating type of the device.</summary>
    public ScalarType Exact => Device.type == DeviceType.MPS ? ScalarType.Float32 : ScalarType.Float64;

    /// <summary>The largest relative difference that rounding of <see cref="Exact"/> explains.</summary>
    public double Tolerance => Exact == ScalarType.Float64 ? 1e-8 : 1e-2;

    /// <summary>Waits until the device has done what it was given.</summary>
    public void Wait()
    {
        if (IsCuda)
            cuda.synchronize(Device);
        else if (Device.type == DeviceType.MPS)
            using (ones(1, device: Device).cpu()) { }
    }

    /// <summary>The difference of two results; throws if it is larger than rounding explains.</summary>
    /// <param name="what">What they are of.</param>
    /// <param name="found">On the device.</param>
    /// <param name="expected">On the CPU.</param>
    /// <param name="tolerance">The largest difference; <see cref="Tolerance"/> if <see langword="null"/>.</param>
    public string Same(string what, Tensor found, Tensor expected, double? tolerance = null)
    {
        double error = Difference(found, expected), most = tolerance ?? Tolerance;
        return error <= most ? $"{what} {error:E1}" : throw new InvalidOperationException(
            $"{what}: device and CPU differ by {error:E1} of the largest value, expected at most {most:E0}");
    }

    /// <summary>max |a − b| / max |b|, in float64 on the CPU; NaN if a value is not finite.</summary>
    public static double Difference(Tensor a, Tensor b)
    {
        using var scope = NewDisposeScope();
        Tensor x = a.detach().cpu().to(ScalarType.Float64), y = b.detach().cpu().to(ScalarType.Float64);
        double largest = y.abs().max().item<double>();
        double difference = (x - y).abs().max().item<double>();
        return difference == 0 ? 0 : difference / largest;
    }
}
