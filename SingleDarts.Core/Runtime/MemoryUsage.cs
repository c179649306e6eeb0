using System.Diagnostics;
using TorchSharp;

namespace SingleDarts.Core.Runtime;

/// <summary>Memory of the process at one moment.</summary>
/// <param name="LiveTensors">Tensor objects of the calling thread that are not disposed.</param>
/// <param name="ResidentBytes">Resident memory of the process, in bytes.</param>
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
