using System.Runtime.InteropServices;
using static TorchSharp.torch;

namespace SingleDarts.Core.Runtime;

/// <summary>
/// Functions in TorchScript: one call from .NET for several operators, among them some that TorchSharp lacks. The source must be
/// constant, because a parse error ends the process. It is compiled at the first call.
/// </summary>
/// <param name="source">Function definitions.</param>
internal sealed class TorchScript(string source)
{
    private const string Cause = "RuntimeError: ";
    private readonly Lazy<jit.CompilationUnit> unit = new(() => jit.compile(source));

    /// <summary>Calls a function.</summary>
    /// <param name="function">Its name.</param>
    /// <param name="arguments">
    /// Tensors, arrays of tensors, <see cref="int"/>, <see cref="bool"/>, null, and scalars that the caller keeps alive
    /// (<see cref="Scalars"/>).
    /// </param>
    /// <returns>What the function returns: a tensor or an array of tensors.</returns>
    /// <exception cref="ArgumentException">An argument is a number that TorchSharp would convert to a scalar that nothing
    /// keeps.</exception>
    /// <exception cref="ExternalException">An operator of the function failed.</exception>
    public object Call(string function, params object?[] arguments)
    {
        foreach (object? argument in arguments)
            if (argument is double or float or long)
                throw new ArgumentException(
                    $"{function} is given {argument} as {argument.GetType().Name}; pass a scalar that you keep.", nameof(arguments));
        try
        {
#pragma warning disable RS0030 // It makes scalars of double, float and long alone, and none of them comes here.
            return unit.Value.invoke(function, arguments!);
#pragma warning restore RS0030
        }
        catch (ExternalException e)
        {
            // The interpreter puts the lines of the script before the cause.
            string cause = e.Message.Split('\n').LastOrDefault(line => line.StartsWith(Cause, StringComparison.Ordinal)) ?? e.Message;
            throw new ExternalException(cause.StartsWith(Cause, StringComparison.Ordinal) ? cause[Cause.Length..] : cause, e);
        }
        finally
        {
            // The array is what keeps tensors without a dispose scope alive.
            GC.KeepAlive(arguments);
        }
    }
}
