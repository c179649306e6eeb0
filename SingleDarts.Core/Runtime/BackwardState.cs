using System.Runtime.CompilerServices;
using System.Runtime.ExceptionServices;
using TorchSharp.Modules;

namespace SingleDarts.Core.Runtime;

/// <summary>
/// What the backward passes of a network that are computed in .NET know of the call behind them, and what they tell it. Their exception
/// cannot pass the native frames of libtorch, which would end the process, so it is kept, the gradients become NaN, and it is thrown once
/// the library stands behind the call: after its own backward pass, or at the next use of the parameters if a user called
/// <c>backward</c>.
/// </summary>
internal sealed class BackwardState
{
    private static readonly ConditionalWeakTable<Parameter, BackwardState> OfParameters = [];
    private Exception? kept;
    private IReadOnlyList<IReadOnlySet<Parameter>>? asked;

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
    public static BackwardState[] Of(IEnumerable<Parameter> parameters) =>
        [.. parameters.Select(p => OfParameters.TryGetValue(p, out BackwardState? fault) ? fault : null)
            .OfType<BackwardState>().Distinct()];

    /// <summary>Whether the backward pass under way is asked for the gradient of one of some parameters: always, unless the library has
    /// said for which it asks. libtorch does not tell a backward pass in .NET.</summary>
    /// <param name="parameters">Parameters of the network.</param>
    public bool Asks(IReadOnlyList<Parameter> parameters) =>
        asked is null || parameters.Any(parameter => asked.Any(group => group.Contains(parameter)));

    /// <summary>Says for which gradients a backward pass asks.</summary>
    /// <param name="groups">Groups of parameters; null for all gradients.</param>
    public void Ask(IReadOnlyList<IReadOnlySet<Parameter>>? groups) => asked = groups;

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
