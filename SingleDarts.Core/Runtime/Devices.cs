using System.Globalization;
using TorchSharp;
using static TorchSharp.torch;

namespace SingleDarts.Core.Runtime;

/// <summary>Devices by name.</summary>
public static class Devices
{
    /// <summary>The device of a name.</summary>
    /// <param name="name"><c>cpu</c>, <c>cuda</c>, <c>cuda:1</c> or <c>mps</c>.</param>
    /// <exception cref="ArgumentException">The name is unknown, or this machine has no such device.</exception>
    public static Device Parse(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        string[] parts = name.Trim().ToLowerInvariant().Split(':');
        int index = 0;
        bool hasIndex = parts.Length == 2 && int.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out index);
        DeviceType? type = (parts.Length == 1 || hasIndex) ? parts[0] switch
        {
            "cpu" when !hasIndex => DeviceType.CPU,
            "cuda" => DeviceType.CUDA,
            "mps" when !hasIndex => DeviceType.MPS,
            _ => null,
        } : null;
        return type switch
        {
            DeviceType.CPU => CPU,
            DeviceType.CUDA when cuda.is_available() && index < cuda.device_count() => new Device(DeviceType.CUDA, index),
            DeviceType.MPS when mps_is_available() => new Device(DeviceType.MPS, 0),
            null => throw new ArgumentException($"The device '{name}' is unknown; expected cpu, cuda, cuda:<number> or mps.", nameof(name)),
            _ => throw new ArgumentException(
                $"This machine has no device '{name}'; it has {Available()}. For a GPU, the application needs TorchSharp-cuda-windows or " +
                $"TorchSharp-cuda-linux, or {TorchRuntime.LibTorchVariable} set to a libtorch with CUDA." +
                (TorchRuntime.CudaFailure is { } failure ? $" Its CUDA libraries are not in use: {failure}" : ""), nameof(name)),
        };
    }

    private static string Available() => string.Join(", ", new[] { "cpu" }
        .Concat(cuda.is_available() ? Enumerable.Range(0, cuda.device_count()).Select(i => $"cuda:{i}") : [])
        .Concat(mps_is_available() ? ["mps"] : []));
}
