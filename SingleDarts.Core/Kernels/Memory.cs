using System.Runtime.InteropServices;

namespace SingleDarts.Core.Kernels;

/// <summary>Working memory of kernels, on boundaries of a cache line, zero at first, until it is disposed.</summary>
internal sealed unsafe class Memory : IDisposable
{
    private readonly List<nint> blocks = [];

    /// <summary>Zeros.</summary>
    /// <param name="count">Number of numbers.</param>
    public T* Numbers<T>(long count) where T : unmanaged
    {
        nuint bytes = (nuint)Math.Max(1, count) * (nuint)sizeof(T);
        void* block = NativeMemory.AlignedAlloc(bytes, 64);
        blocks.Add((nint)block);
        NativeMemory.Clear(block, bytes);
        return (T*)block;
    }

    /// <summary>Frees all.</summary>
    public void Dispose()
    {
        foreach (nint block in blocks)
            NativeMemory.AlignedFree((void*)block);
        blocks.Clear();
    }
}
