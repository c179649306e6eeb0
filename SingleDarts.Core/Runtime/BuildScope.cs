using TorchSharp;
using static TorchSharp.torch;

namespace SingleDarts.Core.Runtime;

/// <summary>
/// Keeps every tensor that is made while something is built, so that the garbage collector takes none of them during a native call;
/// at the end they belong to the scope around, or to whoever holds them.
/// </summary>
internal sealed class BuildScope : IDisposable
{
    private readonly DisposeScope scope = NewDisposeScope();

    public void Dispose()
    {
        scope.MoveToOuter(scope.DisposablesView.ToArray());
        scope.Dispose();
    }
}
