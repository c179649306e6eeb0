using System.Runtime.CompilerServices;
using System.Runtime.ExceptionServices;
using TorchSharp.Modules;

namespace SingleDarts.Core.Runtime;

/// <summary>
/// The exception of a backward pass that is computed in .NET. It cannot pass the native frames of libtorch, which would end the process,
/// so it is kept, the gradients become NaN, and it is thrown once the library stands behind the call: after its own backward pass, or
/// at the next use of the parameters if a user called <c>backward</c>.
/// </summary>
internal sealed class BackwardFault
{
    private static readonly ConditionalWeakTable<Parameter, BackwardFault> OfParameters = [];
    private Exception? kept;

    /// <summary>Whether an exception waits to be thrown.</summary>
    public bool IsKept => Volatile.Read(ref kept) is not null;

    /// <summary>Says whose gradients come from the backward passes that keep their exceptions here.</summary>
    /// <param name="parameters">Weights and architecture parameters of one network.</param>
    public void Watch(IEnumerable<Parameter> parameters)
    {
        foreach (Parameter parameter in parameters)
            OfParameters.AddOrUpdate(parameter, this);
    }

    /// <summary>Where backward passes keep the exceptions of some parameters; empty if none of them belongs to such a network.</summary>
    /// <param name="parameters">Any parameters.</param>
    public static BackwardFault[] Of(IEnumerable<Parameter> parameters) =>
        [.. parameters.Select(p => OfParameters.TryGetValue(p, out BackwardFault? fault) ? fault : null)
            .OfType<BackwardFault>().Distinct()];

    /// <summary>Keeps the first exception; later ones follow from its NaN.</summary>
    /// <param name="exception">What the backward pass threw.</param>
    public void Keep(Exception exception) => Interlocked.CompareExchange(ref kept, exception, null);

    /// <summary>Throws what was kept, once.</summary>
    public void Throw()
    {
        if (Interlocked.Exchange(ref kept, null) is { } exception)
            ExceptionDispatchInfo.Throw(exception);
    }
}
