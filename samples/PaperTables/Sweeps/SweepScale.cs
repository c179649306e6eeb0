using SingleDarts.Core.Supernets;

namespace PaperTables.Sweeps;

/// <summary>How large the searches of a sweep are.</summary>
/// <param name="Name">Name on the command line.</param>
/// <param name="Seeds">Searches of each row.</param>
/// <param name="Settings">Settings of Single-DARTS in Section 5.1.1, where the scale has no other.</param>
internal sealed record SweepScale(string Name, int Seeds, SearchSettings Settings)
{
    /// <summary>The paper's: 16 channels, 5 cells in each stage, 50 epochs, batches of 64, 5 seeds.</summary>
    private static readonly SearchSettings Paper = new(
        "nasbench201", "single-level", "sigmoid", 0.125, SearchSettings.GeneratedData, Samples: null, ImageSize: null,
        Channels: 16, Cells: 5, Layers: 8, Epochs: 50, BatchSize: 64, LearningRate: 0.005, MinimumLearningRate: 0, WeightDecay: 3e-4,
        "adam", AlphaLearningRate: 3e-4, AlphaWeightDecay: 0, Seed: 0, "cpu", CellExecution.Merged,
        Threads: null, Table: null, Out: null, Resume: false, Diagnose: false, DiagnoseInterval: 50, Hessian: false);

    /// <summary>Few epochs need larger rates, where a table is not about rates.</summary>
    private static readonly SearchSettings Short = Paper with { LearningRate = 0.025, AlphaLearningRate = 0.003, Threads = 1 };

    public static readonly SweepScale[] All =
    [
        new("smoke", 2, Short with { Samples = 640, ImageSize = 8, Channels = 4, Cells = 1, Epochs = 3, BatchSize = 32 }),
        new("cpu", 3, Short with { ImageSize = 16, Channels = 8, Epochs = 8 }),
        new("paper", 5, Paper),
    ];

    public static SweepScale Of(string name) => All.First(scale => scale.Name == name);
}
