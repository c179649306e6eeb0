using static TorchSharp.torch;

namespace SingleDarts.Core.Runtime;

/// <summary>
/// TorchSharp's global CPU generator, which modules draw their first weights from. Every use by this library is serialized, so that
/// searches side by side in one process do not take each other's numbers.
/// </summary>
internal static class GlobalRandom
{
    private static readonly Lock Gate = new();

    /// <summary>Seeds the generator until the result is disposed, then puts its state back.</summary>
    public static Loan Borrow(long seed)
    {
        Gate.Enter();
        Tensor state = random.get_rng_state().DetachFromDisposeScope();
        random.manual_seed(seed);
        return new Loan(state);
    }

    /// <summary>Whether some work draws from the generator.</summary>
    public static bool IsDrawnFrom(Action work)
    {
        using Tensor before = random.get_rng_state();
        work();
        using Tensor after = random.get_rng_state();
        return !Host.Bytes(before).SequenceEqual(Host.Bytes(after));
    }

    internal readonly struct Loan(Tensor state) : IDisposable
    {
        public void Dispose()
        {
            random.set_rng_state(state);
            state.Dispose();
            Gate.Exit();
        }
    }
}
