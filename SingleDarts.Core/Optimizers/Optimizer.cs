using static TorchSharp.torch;

namespace SingleDarts.Core.Optimizers;

/// <summary>
/// The arithmetic of an optimiser on the flat tensor of a group's parameters, bit for bit that of TorchSharp's and PyTorch's optimiser of
/// the same name. TorchSharp's own hand libtorch numbers that nothing keeps alive.
/// </summary>
internal abstract class Optimizer : IDisposable
{
    /// <summary>The optimiser of a description.</summary>
    /// <param name="options">Which, and its settings.</param>
    /// <param name="parameters">[sum of sizes].</param>
    /// <exception cref="ArgumentException">The description is of no known optimiser.</exception>
    public static Optimizer Of(OptimizerOptions options, Tensor parameters) => options switch
    {
        SgdOptions sgd => new SgdOptimizer(sgd),
        AdamOptions adam => new AdamOptimizer(adam, parameters),
        _ => throw new ArgumentException($"Unknown optimiser {options}; expected SGD or Adam.", nameof(options)),
    };

    /// <summary>Moves the parameters once, in the current dispose scope and without gradient history.</summary>
    /// <param name="parameters">[sum of sizes]; changed.</param>
    /// <param name="gradient">[sum of sizes].</param>
    /// <param name="learningRate">The present learning rate.</param>
    public abstract void Step(Tensor parameters, Tensor gradient, double learningRate);

    /// <summary>State of the size of the parameters, by name; null if there is none before the first step.</summary>
    public abstract IReadOnlyList<(string Name, Tensor? All)> State { get; }

    /// <summary>Number of steps taken, or null for an optimiser that does not count them.</summary>
    public virtual long? Steps { get => null; set { } }

    /// <summary>Puts a state back.</summary>
    /// <param name="name">One of the names of <see cref="State"/>.</param>
    /// <param name="all">[sum of sizes], taken over; null for a state that was not there yet.</param>
    public abstract void Load(string name, Tensor? all);

    /// <summary>Returns to the state before the first step.</summary>
    public abstract void Restart();

    public void Dispose()
    {
        foreach (var (_, all) in State)
            all?.Dispose();
    }
}
