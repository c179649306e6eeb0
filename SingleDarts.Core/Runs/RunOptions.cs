using static TorchSharp.torch;

namespace SingleDarts.Core.Runs;

/// <summary>What every run has: a search and the training of a fixed network.</summary>
public abstract record RunOptions
{
    private protected RunOptions()
    {
    }

    /// <summary>Passes over the training samples; in a search, over those of w.</summary>
    /// <value>50 in a search, 600 in a training.</value>
    public int Epochs { get; init; }

    /// <summary>Samples of a batch.</summary>
    /// <value>64 in a search, 128 in a training.</value>
    public int BatchSize { get; init; }

    /// <summary>Seed of everything random but a training's first weights, which are the caller's.</summary>
    /// <value>0.</value>
    public long Seed { get; init; }

    /// <summary><c>cpu</c>, <c>cuda</c>, <c>cuda:1</c> or <c>mps</c>; a network that is trained is moved there.</summary>
    /// <value><c>cpu</c>.</value>
    public string Device { get; init; } = "cpu";

    /// <summary>Floating type of weights, α and batches: Float32, or Float64 for tests.</summary>
    /// <value>Float32.</value>
    public ScalarType DataType { get; init; } = ScalarType.Float32;

    /// <summary>
    /// Whether a CUDA device may round the inputs of convolutions and matrix products to TensorFloat-32 (10 bits of mantissa), which
    /// is faster; for the whole process.
    /// </summary>
    /// <value>True.</value>
    public bool AllowTF32 { get; init; } = true;

    /// <summary>
    /// Whether each batch is made on another thread during the step before it; a search then keeps its data in the host's memory, for data
    /// that do not fit the device. The batches are the same. A batch source is asked for one batch at a time, from a thread of the pool; if
    /// training and evaluation share one source, for two at once.
    /// </summary>
    /// <value>False.</value>
    public bool Prefetch { get; init; }

    /// <summary>
    /// CPU threads of libtorch, for the whole process; <see langword="null"/> for libtorch's own number. Set when the run begins. Sums of
    /// another number of threads may differ in their last bits.
    /// </summary>
    /// <value>Null.</value>
    public int? Threads { get; init; }

    /// <summary>Observers, called in this order.</summary>
    /// <value>None.</value>
    public IReadOnlyList<IRunObserver> Observers { get; init; } = [];

    /// <summary>Run folder, or <see langword="null"/> to save nothing.</summary>
    /// <value>Null.</value>
    public string? OutputFolder { get; init; }

    /// <summary>Whether to resume the run in <see cref="OutputFolder"/>; otherwise a folder that holds a run is rejected.</summary>
    /// <value>False.</value>
    public bool Resume { get; init; }

    /// <summary>Epochs between checkpoints; the start, the last epoch and a cancellation always save one.</summary>
    /// <value>1.</value>
    public int CheckpointInterval { get; init; } = 1;
}
