using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Versioning;
using TorchSharp;

namespace SingleDarts.Core.Runtime;

/// <summary>
/// Loads libtorch before TorchSharp's first use. On Linux it helps in two cases and otherwise leaves the loading to TorchSharp: where
/// the system's C++ runtime is older than the one TorchSharp was linked with (Debian 12, Ubuntu 22.04, RHEL 9), it loads an adapted
/// copy of TorchSharp's native library; where <c>SINGLEDARTS_LIBTORCH</c> names a folder, it loads the libtorch in that folder, for
/// example the <c>torch/lib</c> of a PyTorch of the same version. A libtorch of another version that lacks a function is rejected; one that
/// lacks none is loaded with a warning on standard error.
/// </summary>
public static class TorchRuntime
{
    /// <summary>Environment variable that names the folder of a libtorch.</summary>
    public const string LibTorchVariable = "SINGLEDARTS_LIBTORCH";

    private const string Binding = "libLibTorchSharp.so";
    private const string CppRuntime = "libstdc++.so.6";
    private static readonly Lazy<(string Description, NativeRuntimeException? Failure)> Outcome = new(TryLoad);
    private static readonly Lazy<string?> LoadedVersion = new(FindVersion);

    /// <summary>Where libtorch comes from, for the head of a report.</summary>
    /// <exception cref="NativeRuntimeException">The native libraries cannot be loaded.</exception>
    public static string Description
    {
        get
        {
            EnsureLoaded();
            string expected = LibTorch.IsExpected(LoadedVersion.Value) ? "" : $" (TorchSharp is built for {LibTorch.BuiltFor})";
            return $"libtorch {LibTorchVersion}{expected}, {Outcome.Value.Description}";
        }
    }

    /// <summary>
    /// The version of the libtorch that this process has loaded, as the library itself tells it, for example <c>2.10.0</c>; <c>unknown</c>
    /// if it does not tell. TorchSharp's <c>torch.__version__</c> is the version that TorchSharp was built for, whatever is loaded.
    /// </summary>
    /// <exception cref="NativeRuntimeException">The native libraries cannot be loaded.</exception>
    public static string LibTorchVersion
    {
        get
        {
            EnsureLoaded();
            return LoadedVersion.Value ?? "unknown";
        }
    }

    /// <summary>Why the CUDA libraries beside libtorch are not in use; <see langword="null"/> if they are, or if there are none.</summary>
    internal static string? CudaFailure { get; private set; }

    /// <summary>
    /// Loads the native libraries once for the process; later calls return at once. A module initializer calls it when the first type of
    /// this library is used; a program that uses TorchSharp before that calls it first.
    /// </summary>
    /// <exception cref="NativeRuntimeException">The native libraries cannot be loaded; the message names the remedy.</exception>
    public static void EnsureLoaded()
    {
        if (Outcome.Value.Failure is { } failure)
            throw new NativeRuntimeException(failure.Message, failure.InnerException);
    }

#pragma warning disable CA2255 // libtorch must be loaded before TorchSharp's static constructor runs; nothing later is early enough.
    [ModuleInitializer]
    internal static void Initialize() => _ = Outcome.Value;
#pragma warning restore CA2255

    private static (string, NativeRuntimeException?) TryLoad()
    {
        if (!OperatingSystem.IsLinux() || RuntimeInformation.ProcessArchitecture != Architecture.X64)
            return ("loaded by TorchSharp", null);
        try
        {
            return (Load(), null);
        }
        catch (NativeRuntimeException e)
        {
            return ("not loaded", e);
        }
        catch (Exception e)
        {
            return ("not loaded", new NativeRuntimeException($"TorchSharp's native libraries cannot be loaded: {e.Message}", e));
        }
    }

    [SupportedOSPlatform("linux")]
    private static string Load()
    {
        if (NativeLibraryLocator.FindLoaded(Path.GetFileNameWithoutExtension(Binding)) is { } loaded)
            return $"already loaded from {Path.GetDirectoryName(loaded)}";
        string? own = Environment.GetEnvironmentVariable(LibTorchVariable);
        string? binding = NativeLibraryLocator.Find(Binding);
        byte[]? patched = binding is null ? null : Patch(binding);
        if (string.IsNullOrEmpty(own) && patched is null)
            return "loaded by TorchSharp";
        if (binding is null)
            throw new NativeRuntimeException(
                $"{Binding} is in none of {string.Join(", ", NativeLibraryLocator.Folders)}. It comes with the package TorchSharp; " +
                "build the " +
                "application anew, for linux-x64 if a runtime is named.");
        string folder = string.IsNullOrEmpty(own)
            ? Path.GetDirectoryName(NativeLibraryLocator.Find("libtorch_cpu.so")) ?? throw new NativeRuntimeException(
                $"There is no libtorch: libtorch_cpu.so is in none of {string.Join(", ", NativeLibraryLocator.Folders)}. Add it with " +
                $"'dotnet add package TorchSharp-cpu', or set {LibTorchVariable} to a folder that has it.")
            : File.Exists(Path.Combine(own, "libtorch_cpu.so")) ? Path.GetFullPath(own) : throw new NativeRuntimeException(
                $"{LibTorchVariable} is '{own}', where there is no libtorch_cpu.so; set it to the folder of a libtorch " +
                $"{LibTorch.BuiltFor}, " +
                "for example the torch/lib of a PyTorch of that version.");
        if (!string.IsNullOrEmpty(own))
            RefuseSecondLibTorch(folder);
        LoadLibTorch(folder);
        if (!string.IsNullOrEmpty(own))
            CheckVersion(folder, binding);
        nint handle = patched is null ? LoadLibrary(binding)
            : PrivateLibrary.Load(patched, Path.GetFileNameWithoutExtension(Binding), LoadLibrary);
        try
        {
            NativeLibrary.SetDllImportResolver(typeof(torch).Assembly, (name, _, _) => name == "LibTorchSharp" ? handle : 0);
        }
        catch (InvalidOperationException)
        {
            // The application has a resolver of its own; the loader still finds the loaded library by its SONAME.
        }
        return $"from {folder}{(patched is null ? "" : ", TorchSharp adapted to the system's C++ runtime")}";
    }

    /// <summary>The adapted TorchSharp library, or <see langword="null"/> if the system needs none.</summary>
    private static byte[]? Patch(string binding)
    {
        NativeLibrary.Load(CppRuntime);
        string system = NativeLibraryLocator.FindLoaded(CppRuntime) ?? throw new NativeRuntimeException(
            $"The system has no {CppRuntime}; install the package libstdc++6 (Debian, Ubuntu) or libstdc++ (RHEL).");
        return SymbolVersionPatch.Apply(new ElfImage(binding), new ElfImage(system), CppRuntime);
    }

    /// <summary>
    /// TorchSharp loads a libtorch_cpu.so beside the application by itself, without asking a resolver, and two of them in one process
    /// abort it.
    /// </summary>
    private static void RefuseSecondLibTorch(string folder)
    {
        string chosen = NativeLibraryLocator.RealPath(Path.Combine(folder, "libtorch_cpu.so"));
        string? second = NativeLibraryLocator.ApplicationFolders.Select(f => Path.Combine(f, "libtorch_cpu.so"))
            .FirstOrDefault(path => File.Exists(path) && NativeLibraryLocator.RealPath(path) != chosen);
        if (second is not null)
            throw new NativeRuntimeException(
                $"{LibTorchVariable} is '{folder}', but the application carries a libtorch of its own, {second}; a process can hold only " +
                $"one. Unset {LibTorchVariable}, or build the application without TorchSharp-cpu and TorchSharp-cuda-linux " +
                "(samples of SingleDarts: -p:TorchBackend=none).");
    }

    private static void LoadLibTorch(string folder)
    {
        foreach (string name in new[] { "libc10.so", "libtorch_cpu.so", "libc10_cuda.so", "libtorch_cuda.so", "libtorch.so" })
        {
            string path = Path.Combine(folder, name);
            if (!File.Exists(path))
                continue;
            try
            {
                LoadLibrary(path);
            }
            catch (NativeRuntimeException e) when (name.EndsWith("_cuda.so", StringComparison.Ordinal))
            {
                // The CPU can do without them.
                CudaFailure ??= e.Message;
            }
        }
    }

    /// <summary>Rejects a libtorch that would end the process at some call, and warns of one that TorchSharp was not built for.</summary>
    private static void CheckVersion(string folder, string binding)
    {
        nint cpu = LoadLibrary(Path.Combine(folder, "libtorch_cpu.so"));
        string? version = LibTorch.VersionOf(cpu, folder);
        if (LibTorch.IsExpected(version))
            return;
        nint[] handles = [cpu, LoadLibrary(Path.Combine(folder, "libtorch.so")), LoadLibrary(Path.Combine(folder, "libc10.so"))];
        IReadOnlyList<string> missing = LibTorch.Missing(
            new ElfImage(binding), name => handles.Any(handle => NativeLibrary.TryGetExport(handle, name, out _)));
        string found = $"{LibTorchVariable} is '{folder}', a libtorch of version {version ?? "unknown"}, but TorchSharp is built for " +
            LibTorch.BuiltFor;
        if (missing.Count > 0)
            throw new NativeRuntimeException(
                $"{found} and needs {missing.Count} functions that this one lacks, first {missing[0]}. Set it to the folder of a " +
                $"libtorch {LibTorch.BuiltFor}, for example the torch/lib of a PyTorch of that version.");
        Console.Error.WriteLine(
            $"Warning: {found}. This one has all functions that TorchSharp needs, but they may not mean the same or lay out memory in " +
            $"the same way. Run 'Benchmarks device-check' before you trust a result, or use a libtorch {LibTorch.BuiltFor}.");
    }

    private static string? FindVersion()
    {
        // TorchSharp loads its libraries in its static constructor.
        RuntimeHelpers.RunClassConstructor(typeof(torch).TypeHandle);
        return LibTorch.LoadedPath() is { } path && NativeLibrary.TryLoad(path, out nint handle)
            ? LibTorch.VersionOf(handle, Path.GetDirectoryName(path)!) : null;
    }

    private static nint LoadLibrary(string path)
    {
        try
        {
            return NativeLibrary.Load(path);
        }
        catch (DllNotFoundException e)
        {
            throw new NativeRuntimeException(
                $"{path} cannot be loaded: {e.Message.Split('\n').LastOrDefault(line => line.Trim().Length > 0)?.Trim()} TorchSharp " +
                $"expects libtorch {LibTorch.BuiltFor}; install what the message names, or use that version.", e);
        }
    }
}
