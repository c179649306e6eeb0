using System.Runtime.ExceptionServices;
using System.Runtime.InteropServices;
using SingleDarts.Core.Runtime;
using static TorchSharp.torch;

namespace SingleDarts.Core.Kernels;

/// <summary>
/// Runs parts of a kernel on libtorch's own threads, those of GNU OpenMP: they wait actively for their next work, and a second set of
/// threads would fight with them for the cores. Without GNU OpenMP the parts run on .NET's threads.
/// </summary>
internal static unsafe class KernelTeam
{
    private static readonly Lazy<(nint Parallel, nint Thread)> OpenMP = new(Find);

    /// <summary>Runs parts 0 to <paramref name="parts"/> − 1, each once.</summary>
    /// <param name="parts">Number of parts.</param>
    /// <param name="run">Runs a part; the second number tells apart what runs at the same time.</param>
    public static void Run(int parts, Action<int, int> run)
    {
        int threads = Math.Min(Threads, parts);
        if (threads <= 1)
        {
            for (int part = 0; part < parts; part++)
                run(part, 0);
            return;
        }
        if (OpenMP.Value.Parallel == 0)
        {
            Parallel.For(0, threads, worker =>
            {
                for (int part = worker; part < parts; part += threads)
                    run(part, worker);
            });
            return;
        }
        var work = new Work(parts, run);
        var handle = GCHandle.Alloc(work);
        try
        {
            ((delegate* unmanaged<delegate* unmanaged<nint, void>, nint, uint, uint, void>)OpenMP.Value.Parallel)(
                &Enter, GCHandle.ToIntPtr(handle), (uint)threads, 0);
        }
        finally
        {
            handle.Free();
        }
        work.Fault?.Throw();
    }

    /// <summary>Most threads of a <see cref="Run"/>.</summary>
    public static int Threads => get_num_threads();

    [UnmanagedCallersOnly]
    private static void Enter(nint handle)
    {
        var work = (Work)GCHandle.FromIntPtr(handle).Target!;
        work.Run(((delegate* unmanaged<int>)OpenMP.Value.Thread)());
    }

    private static (nint, nint) Find()
    {
        if (OperatingSystem.IsLinux() && NativeLibraryLocator.FindLoaded("libgomp") is { } path &&
            NativeLibrary.TryLoad(path, out nint library) &&
            NativeLibrary.TryGetExport(library, "GOMP_parallel", out nint parallel) &&
            NativeLibrary.TryGetExport(library, "omp_get_thread_num", out nint thread))
            return (parallel, thread);
        return (0, 0);
    }

    private sealed class Work(int parts, Action<int, int> run)
    {
        private int next = -1;

        public ExceptionDispatchInfo? Fault { get; private set; }

        /// <summary>No exception may pass the native frames of OpenMP.</summary>
        public void Run(int worker)
        {
            try
            {
                for (int part; (part = Interlocked.Increment(ref next)) < parts;)
                    run(part, worker);
            }
            catch (Exception e)
            {
                Fault ??= ExceptionDispatchInfo.Capture(e);
            }
        }
    }
}
