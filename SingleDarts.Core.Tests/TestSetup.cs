using System.Runtime.CompilerServices;
using SingleDarts.Core.Runtime;

[assembly: CollectionBehavior(DisableTestParallelization = true)]

namespace SingleDarts.Core.Tests;

internal static class TestSetup
{
    /// <summary>If the environment asks for it, all tests run beside a thread that makes garbage.</summary>
    private static readonly Garbage? Beside = Environment.GetEnvironmentVariable("SINGLEDARTS_GARBAGE") == "1" ? new Garbage() : null;

    /// <summary>The tensors of tests are so small that a second thread costs more than it gives.</summary>
    [ModuleInitializer]
    internal static void Load()
    {
        TorchRuntime.EnsureLoaded();
        torch.set_num_threads(1);
        GC.KeepAlive(Beside);
    }
}
