namespace SingleDarts.Core.Runs;

/// <summary>Names of the files in a run folder. docs/reference/run-folder.md describes them.</summary>
public static class RunFiles
{
    /// <summary>What the run is made of; a folder without it holds no run.</summary>
    public const string Options = "options.json";

    /// <summary>One line for each epoch.</summary>
    public const string Epochs = "epochs.jsonl";

    /// <summary>Folder of the observers' records.</summary>
    public const string Records = "diagnostics";

    /// <summary>Folder of the checkpoints.</summary>
    public const string Checkpoints = "checkpoint";

    /// <summary>What a search found.</summary>
    public const string Genotype = "genotype.json";

    /// <summary>The last report of a training.</summary>
    public const string Result = "result.json";

    /// <summary>Final weights of a training.</summary>
    public const string Weights = "weights.safetensors";

    /// <summary>Final moving average of a training's weights.</summary>
    public const string EmaWeights = "weights-average.safetensors";

    internal const string Lock = ".lock";
}
