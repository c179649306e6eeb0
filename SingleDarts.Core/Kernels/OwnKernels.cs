using System.Runtime.Intrinsics;
using static TorchSharp.torch;

namespace SingleDarts.Core.Kernels;

/// <summary>Which kernels of our own run here: those for the widest vectors of the processor, if it has any; otherwise libtorch's
/// run.</summary>
internal static class OwnKernels
{
    /// <summary>Turns the kernels off for the whole process: <c>AppContext.SetSwitch("SingleDarts.OwnKernels", false)</c>.</summary>
    public const string Switch = "SingleDarts.OwnKernels";

    private static readonly AsyncLocal<int?> Chosen = new();

    private static readonly int Widest = AppContext.TryGetSwitch(Switch, out bool isOn) && !isOn ? 0
        : Vector512.IsHardwareAccelerated ? 512 : Vector256.IsHardwareAccelerated ? 256 : 0;

    /// <summary>Bits of the vectors: 512, 256 or 0 for no kernels of our own. What is set holds in this flow of control.</summary>
    public static int VectorBits
    {
        get => Chosen.Value ?? Widest;
        set => Chosen.Value = value;
    }

    /// <summary>Kernels for the tensors of a device and a type; null if there are none.</summary>
    /// <param name="like">Such a tensor.</param>
    public static IImageKernels? For(Tensor like) => like.device_type != TorchSharp.DeviceType.CPU ? null
        : (VectorBits, like.dtype) switch
        {
            (512, ScalarType.Float32) => new ImageKernels<Simd512<float>, Vector512<float>, float>(),
            (256, ScalarType.Float32) => new ImageKernels<Simd256<float>, Vector256<float>, float>(),
            (512, ScalarType.Float64) => new ImageKernels<Simd512<double>, Vector512<double>, double>(),
            (256, ScalarType.Float64) => new ImageKernels<Simd256<double>, Vector256<double>, double>(),
            _ => null,
        };
}
