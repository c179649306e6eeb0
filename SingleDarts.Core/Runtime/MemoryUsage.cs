using System.Diagnostics;
using TorchSharp;

namespace SingleDarts.Core.Runtime;

/// <summary>Memory of the process at one moment.</summary>
/// <param name="LiveTensors"> Tensor objects that the calling thread made, less those that it disposed. TorchSharp counts by thread, and
/// on a GPU autograd's own thread disposes what merged cells keep for the backward pass: there the number rises with every step although
/// nothing leaks.
/// </param>
/// <param name="ResidentBytes">Resident memory of the process, in bytes, without that of a GPU.</param>
/// <param name="PeakResidentBytes">Largest resident memory so far, in bytes.</param>
public readonly record struct MemoryUsage(long LiveTensors, long ResidentBytes, long PeakResidentBytes)
{
    /// <summary>Measures now.</summary>
    public static MemoryUsage Now()
    {
        using Process process = Process.GetCurrentProcess();
        return new MemoryUsage(
            DisposeScopeManager.Statistics.ThreadTotalLiveCount, process.WorkingSet64, process.PeakWorkingSet64);
    }
}
