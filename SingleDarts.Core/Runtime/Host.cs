using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using TorchSharp;
using static TorchSharp.torch;

namespace SingleDarts.Core.Runtime;

/// <summary>
/// Where values cross between the host and a device. TorchSharp's own readers take tensors of the CPU; the list of banned symbols keeps the
/// rest of the library from calling them.
/// </summary>
internal static class Host
{
#pragma warning disable RS0030 // The one place that reads: everything is brought to the host first.

    /// <summary>The value of a tensor of one element. Waits for the device.</summary>
    /// <param name="tensor">One element of type <typeparamref name="T"/>.</param>
    public static T Number<T>(Tensor tensor) where T : unmanaged
    {
        using Tensor here = tensor.cpu();
        return here.item<T>();
    }

    /// <summary>The values of a tensor in row-major order. Waits for the device.</summary>
    /// <param name="tensor">Of type <typeparamref name="T"/>, of any shape.</param>
    public static T[] Numbers<T>(Tensor tensor) where T : unmanaged
    {
        using Tensor here = tensor.cpu();
        using Tensor rows = here.contiguous();
        return rows.data<T>().ToArray();
    }

    /// <summary>The values of a tensor of any type as float64, in row-major order. Waits for the device.</summary>
    /// <param name="tensor">Of any type and shape.</param>
    public static double[] Doubles(Tensor tensor)
    {
        using Tensor exact = ToFloat64(tensor);
        return Numbers<double>(exact);
    }

    /// <summary>The values of a matrix as float64. Waits for the device.</summary>
    /// <param name="tensor">[rows, columns] of any type.</param>
    public static double[,] Matrix(Tensor tensor)
    {
        var numbers = new double[tensor.shape[0], tensor.shape[1]];
        Buffer.BlockCopy(Doubles(tensor), 0, numbers, 0, numbers.Length * sizeof(double));
        return numbers;
    }

    /// <summary>The memory of a tensor that lies on the CPU, for reading and writing.</summary>
    /// <param name="tensor">Contiguous, on the CPU.</param>
    /// <exception cref="InvalidOperationException">The tensor lies on a device, or is not contiguous.</exception>
    public static Span<byte> Bytes(Tensor tensor) => tensor.bytes;

    /// <summary>Where the first number of a tensor of the CPU lies, whatever its strides. Keep the tensor alive.</summary>
    /// <param name="tensor">On the CPU, not empty.</param>
    public static unsafe void* Address(Tensor tensor)
    {
        using Tensor plain = tensor.detach();
        using Tensor first = plain.as_strided([1], [1], plain.storage_offset());
        return Unsafe.AsPointer(ref MemoryMarshal.GetReference(first.bytes));
    }

#pragma warning restore RS0030

    /// <summary>A copy as float64 on the CPU: converted there, because Apple's MPS has no float64. Waits for the device.</summary>
    /// <param name="tensor">Of any type and shape.</param>
    public static Tensor ToFloat64(Tensor tensor)
    {
        using Tensor values = tensor.detach();
        using Tensor here = values.cpu();
        return here.to(ScalarType.Float64, copy: true);
    }

    /// <summary>The floating type that sums are kept in on a device: float64, or float32 on Apple's MPS, which has no other.</summary>
    /// <param name="device">The device.</param>
    public static ScalarType SumType(Device device) => device.type == DeviceType.MPS ? ScalarType.Float32 : ScalarType.Float64;

    /// <summary>
    /// A tensor of the CPU on a device, the tensor itself if it is there. A CUDA device copies from page-locked memory by itself: the
    /// host continues at once, and does not wait for the work that is queued before.
    /// </summary>
    /// <param name="tensor">On the CPU.</param>
    /// <param name="device">Where it is wanted.</param>
    public static Tensor Send(Tensor tensor, Device device)
    {
        if (device.type != DeviceType.CUDA)
            return tensor.to(device);
        using Tensor pinned = tensor.pin_memory();
        return pinned.to(tensor.dtype, device, copy: true, non_blocking: true);
    }
}
