using System.Runtime.CompilerServices;
using SingleDarts.Core.Runtime;

namespace SingleDarts.Core.Tests;

internal static class TestSetup
{
    [ModuleInitializer]
    internal static void Load() => TorchRuntime.EnsureLoaded();
}
