using TorchSharp;
using static TorchSharp.torch;

namespace SingleDarts.Core.Runtime;

/// <summary>
/// The random numbers that a network draws while it is built and in a step: a generator of the run, seeded from seed, epoch and step, so
/// that a resumed run draws what the uninterrupted one would have drawn, and neither another run in the process nor its host takes or
/// gives numbers. Operations draw with <c>rand(shape, generator: RunRandom.Generator)</c>.
/// </summary>
/// <remarks>
/// TorchSharp's own random modules (<c>nn.Dropout</c>) and modules of unknown types may draw from the generator of the process instead,
/// which cannot be told otherwise, and so may factories that are not the library's while they build a network. For those the process's
/// generator is seeded for each step and put back after it, one step of the process at a time; only a thread that draws from it during a
/// step still disturbs both. <see cref="DrawsFromProcess"/> names them.
/// </remarks>
public sealed class RunRandom
{
    private static readonly HashSet<string> OfTorchSharp =
        ["Dropout", "Dropout1d", "Dropout2d", "Dropout3d", "AlphaDropout", "FeatureAlphaDropout", "RReLU"];

    [ThreadStatic] private static Draw? current;
    private readonly RandomStreams streams;

    /// <summary>Looks at a network's modules once.</summary>
    /// <param name="network">The network that steps compute.</param>
    /// <param name="streams">Random streams of the run; steps draw from the stream <c>"operations"</c>.</param>
    public RunRandom(nn.Module network, RandomStreams streams) : this(Given.NotNull(network), streams, [])
    {
    }

    /// <summary>With other parts of a step that may draw from the process's generator, by name.</summary>
    internal RunRandom(nn.Module network, RandomStreams streams, IEnumerable<string> others)
    {
        this.streams = streams;
        DrawsFromProcess = [.. others, .. network.named_modules().Prepend((name: "the network", module: network))
            .Where(m => MayDraw(m.module)).Select(m => $"{m.name} ({m.module.GetType().Name})").Distinct()];
    }

    /// <summary>
    /// CPU generator of what this thread builds or computes. It is null outside of that, so that operations which pass it on then draw
    /// from the process's generator.
    /// </summary>
    public static Generator? Generator => current?.Own;

    /// <summary>Names and types of modules that may draw from the process's generator.</summary>
    public IReadOnlyList<string> DrawsFromProcess { get; }

    /// <summary>What a log says of <see cref="DrawsFromProcess"/>.</summary>
    internal string Warning =>
        string.Join(", ", DrawsFromProcess.Take(5)) + (DrawsFromProcess.Count > 5 ? $" and {DrawsFromProcess.Count - 5} more" : "") +
        " may draw from the random generator of the process, which is seeded for each step; another thread that draws from it during a " +
        "step changes the result. " +
        "Take the Dropout of this library's operations, or draw with generator: RunRandom.Generator.";

    /// <summary>Begins a step on this thread; dispose the result at its end.</summary>
    /// <param name="epoch">Epoch, counted from 0.</param>
    /// <param name="step">Step within the epoch, counted from 0.</param>
    public IDisposable Begin(long epoch, long step) => Begin(streams.Derive("operations", epoch, step));

    /// <summary>Whether the process's generator is seeded for each step though no part is known to draw from it.</summary>
    internal bool SeedsProcess { get; init; }

    internal Draw Begin(long seed) => new(seed, SeedsProcess || DrawsFromProcess.Count > 0);

    private static bool MayDraw(nn.Module module)
    {
        Type type = module.GetType();
        return type.Assembly == typeof(torch).Assembly ? OfTorchSharp.Contains(type.Name) : type.Assembly != typeof(RunRandom).Assembly;
    }

    /// <summary>The next numbers of what this thread builds or computes are those of a seed.</summary>
    internal static void Reseed(long seed) => current?.Rewind(seed);

    /// <summary>The numbers of one construction or step.</summary>
    internal sealed class Draw : IDisposable
    {
        private readonly Draw? outer = current;
        private readonly GlobalRandom.Loan? loan;
        private readonly long seed;

        public Draw(long seed, bool borrows)
        {
            this.seed = seed;
            loan = borrows ? GlobalRandom.Borrow(seed) : null;
            current = this;
            Rewind();
        }

        public Generator Own { get; } = new(0, CPU);

        /// <summary>The next numbers are once more the first.</summary>
        public void Rewind() => Rewind(seed);

        /// <summary>The next numbers are those of another seed.</summary>
        public void Rewind(long seed)
        {
            // Who draws from both must not draw the same numbers twice.
            Own.manual_seed(loan is null ? seed : ~seed);
            if (loan is not null)
                random.manual_seed(seed);
        }

        public void Dispose()
        {
            current = outer;
            Own.Dispose();
            loan?.Dispose();
        }
    }
}
