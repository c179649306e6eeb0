using SingleDarts.Core.Runtime;
using SingleDarts.Core.Supernets;

namespace SingleDarts.Core.Tests;

/// <summary>Entry of the processes that tests start: runs cells of a sweep, runs out of memory, reads a hostile file, or loads
/// libtorch and says where it comes from, and with "maps" what is loaded.</summary>
internal static class Program
{
    public static int Main(string[] arguments)
    {
        if (arguments is ["sweep", var folder, var order])
            return FakeSweep.Work(folder, order);
        if (arguments is ["read", var reader, var path])
            return Bomb.Read(reader, path);
        if (arguments is ["out-of-memory", var execution])
            return OutOfMemory.Search(Enum.Parse<CellExecution>(execution));
        try
        {
            TorchRuntime.EnsureLoaded();
            Console.WriteLine($"{torch.ones(1).Plus(1L).item<float>()} {TorchRuntime.Description}");
            if (arguments is [_, "maps"])
                Console.WriteLine(File.ReadAllText("/proc/self/maps"));
            else if (arguments is [_, var device])
                Devices.Parse(device);
            return 0;
        }
        catch (Exception e) when (e is NativeRuntimeException or ArgumentException)
        {
            Console.Error.WriteLine(e.Message);
            return 1;
        }
    }
}
