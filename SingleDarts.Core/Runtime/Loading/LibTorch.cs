using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Text.RegularExpressions;

namespace SingleDarts.Core.Runtime;

/// <summary>Which libtorch a loaded library is, and whether TorchSharp's native library can be bound to it.</summary>
internal static partial class LibTorch
{
    /// <summary>The version that this TorchSharp is built for.</summary>
    public const string BuiltFor = "2.10.0";

    /// <summary>
    /// The version of a loaded libtorch: what its function <c>aoti_torch_abi_version</c> returns (major, minor and patch in the three high
    /// bytes); without that function, what a PyTorch says beside it; otherwise <see langword="null"/>.
    /// </summary>
    /// <param name="cpu">Handle of libtorch_cpu.</param>
    /// <param name="folder">Its folder.</param>
    public static string? VersionOf(nint cpu, string folder)
    {
        if (NativeLibrary.TryGetExport(cpu, "aoti_torch_abi_version", out nint function))
        {
            ulong version = Marshal.GetDelegateForFunctionPointer<AbiVersion>(function)();
            return $"{version >> 56}.{version >> 48 & 0xff}.{version >> 40 & 0xff}";
        }
        string said = Path.Combine(folder, "..", "version.py");
        return File.Exists(said) && SaidVersion().Match(File.ReadAllText(said)) is { Success: true } match ? match.Groups[1].Value : null;
    }

    /// <summary>Whether a version is one that TorchSharp is built for: major and minor are equal.</summary>
    /// <param name="version">For example 2.10.1 or 2.10.0+cu130.</param>
    public static bool IsExpected(string? version) =>
        version is not null && version.StartsWith(BuiltFor[..BuiltFor.LastIndexOf('.')] + ".", StringComparison.Ordinal);

    /// <summary>
    /// Functions of libtorch that TorchSharp's library needs and a libtorch lacks. The loader looks for them only at their first call, and
    /// then ends the process.
    /// </summary>
    /// <param name="binding">TorchSharp's native library.</param>
    /// <param name="has">Whether a symbol is there.</param>
    public static IReadOnlyList<string> Missing(ElfImage binding, Func<string, bool> has) =>
        // The symbols of the C and C++ runtimes have versions; those of libtorch have none (0 and 1).
        [.. binding.Symbols.Where(s => !s.IsDefined && !s.IsWeak && s.VersionIndex <= 1 && s.Name.Length > 0)
            .Select(s => s.Name).Where(name => !has(name))];

    /// <summary>Path of the libtorch_cpu that this process has loaded, or <see langword="null"/>.</summary>
    public static string? LoadedPath()
    {
        if (OperatingSystem.IsLinux())
            return NativeLibraryLocator.FindLoaded("libtorch_cpu.so");
        using Process process = Process.GetCurrentProcess();
        return process.Modules.Cast<ProcessModule>().Select(module => module.FileName)
            .FirstOrDefault(path => Path.GetFileNameWithoutExtension(path).EndsWith("torch_cpu", StringComparison.OrdinalIgnoreCase));
    }

    private delegate ulong AbiVersion();

    [GeneratedRegex("__version__ *= *'([^']+)'", RegexOptions.NonBacktracking)]
    private static partial Regex SaidVersion();
}
