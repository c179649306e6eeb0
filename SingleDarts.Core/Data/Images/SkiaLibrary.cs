using System.Reflection;
using SkiaSharp;

namespace SingleDarts.Core.Data;

/// <summary>Explains a native library of SkiaSharp that is missing or of another version than its managed part.</summary>
internal static class SkiaLibrary
{
    /// <summary>Version of the managed part, for example 2.88.6.</summary>
    public static string ManagedVersion { get; } =
        Version.TryParse(typeof(SKCodec).Assembly.GetCustomAttribute<AssemblyFileVersionAttribute>()?.Version, out Version? version)
            ? version.ToString(3) : "unknown";

    /// <summary>Runs the first call into the library.</summary>
    /// <exception cref="InvalidOperationException">The library is missing, or is another; the message names the package to add.</exception>
    public static T Require<T>(Func<T> call)
    {
        try
        {
            return call();
        }
        catch (Exception e) when (Fault(e) is { } fault)
        {
            throw new InvalidOperationException(
                $"{fault}, so images cannot be decoded. The application has SkiaSharp {ManagedVersion}; add the native library of the " +
                "same version to the application: on Linux, dotnet add package SkiaSharp.NativeAssets.Linux.NoDependencies --version " +
                $"{ManagedVersion}.", e);
        }
    }

    private static string? Fault(Exception failure)
    {
        // SkiaSharp compares the versions in the type initializer of a base class, and so one lies within another.
        Exception cause = failure;
        while (cause is TypeInitializationException { InnerException: { } inner })
            cause = inner;
        return cause switch
        {
            DllNotFoundException => "SkiaSharp's native library (libSkiaSharp) was not found",
            BadImageFormatException or EntryPointNotFoundException => Misfit(cause),
            InvalidOperationException when cause != failure || cause.Message.Contains("libSkiaSharp", StringComparison.Ordinal) =>
                Misfit(cause),
            _ => null,
        };
    }

    private static string Misfit(Exception cause) => $"SkiaSharp's native library (libSkiaSharp) does not fit: {cause.Message}";
}
