using TorchSharp;

namespace SingleDarts.Core.Runtime;

/// <summary>
/// Numbers for libtorch that live as long as the call that reads them. TorchSharp converts a .NET number to a <see cref="Scalar"/> that
/// nothing refers to during the native call, so that the garbage collector may free it too early; TorchSharp's members that do so are
/// banned in this library (BannedSymbols.txt).
/// </summary>
internal static class Scalars
{
    /// <summary>0, kept for the life of the process.</summary>
    public static Scalar Zero { get; } = Of(0L);

    /// <summary>1, kept for the life of the process.</summary>
    public static Scalar One { get; } = Of(1L);

    /// <summary>2, kept for the life of the process.</summary>
    public static Scalar Two { get; } = Of(2L);

#pragma warning disable RS0030 // The one place where scalars are made: the caller holds them.
    /// <summary>A number that the caller holds with <c>using</c> until the call that reads it has returned.</summary>
    /// <param name="value">The number.</param>
    public static Scalar Of(double value) => value.ToScalar();

    /// <inheritdoc cref="Of(double)"/>
    public static Scalar Of(long value) => value.ToScalar();
#pragma warning restore RS0030
}
