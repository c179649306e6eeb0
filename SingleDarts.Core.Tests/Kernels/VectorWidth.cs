using SingleDarts.Core.Kernels;

namespace SingleDarts.Core.Tests.Kernels;

/// <summary>Vectors of a width for a while, on this thread and those that it starts.</summary>
internal sealed class VectorWidth : IDisposable
{
    private readonly int before = OwnKernels.VectorBits;

    public VectorWidth(int bits) => OwnKernels.VectorBits = bits;

    public void Dispose() => OwnKernels.VectorBits = before;
}
