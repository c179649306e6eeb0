using System.Runtime.CompilerServices;
using SingleDarts.Core.Runtime;

[assembly: CollectionBehavior(DisableTestParallelization = true)]

namespace SingleDarts.Core.Tests;

internal static class TestSetup
{
    /// <summary>The tensors of tests are so small that a second thread costs more than it gives.</summary>
    [ModuleInitializer]
    internal static void Load()
    {
        TorchRuntime.EnsureLoaded();
        torch.set_num_threads(1);
    }
}
