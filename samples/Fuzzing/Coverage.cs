using System.Runtime.CompilerServices;
using SharpFuzz.Common;

namespace Fuzzing;

/// <summary>Memory for the counters of the instrumented library until AFL's own is attached.</summary>
internal static class Coverage
{
    [ModuleInitializer]
    internal static unsafe void Begin() => Trace.SharedMem = (byte*)System.Runtime.InteropServices.NativeMemory.AllocZeroed(1 << 16);
}
