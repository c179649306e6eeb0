using SingleDarts.Core.Runtime;

namespace SingleDarts.Core.Tests;

/// <summary>Entry of the processes that tests start: loads libtorch and says where it comes from.</summary>
internal static class Program
{
    public static int Main()
    {
        try
        {
            TorchRuntime.EnsureLoaded();
            Console.WriteLine($"{(torch.ones(1) + 1).item<float>()} {TorchRuntime.Description}");
            return 0;
        }
        catch (NativeRuntimeException e)
        {
            Console.Error.WriteLine(e.Message);
            return 1;
        }
    }
}
