using PaperTables.CommandLine;

namespace PaperTables.Training;

/// <summary>The options of one measurement of a network's cost.</summary>
internal sealed record LatencySettings
{
    [CommandOption("--genotype", "Published name, text, run folder of a search, or random:<seed>.")]
    public string Genotype { get; init; } = "DARTS-V2";

    [CommandOption("--network", "Layers.", "cifar", "imagenet", "nasbench201")]
    public string Network { get; init; } = "cifar";

    [CommandOption("--channels", "Channels of the first cells. Default: 36, 48 (imagenet) or 16 (nasbench201).")]
    public long? Channels { get; init; }

    [CommandOption("--layers", "Cells; of nasbench201, in each stage. Default: 14, the paper's, or 5 (nasbench201).")]
    public int? Layers { get; init; }

    [CommandOption("--classes", "Classes. Default: 10, or 1000 (imagenet).")]
    public int? Classes { get; init; }

    [CommandOption("--image-size", "Height and width of an image. Default: 32, or 224 (imagenet).")]
    public int? ImageSize { get; init; }

    [CommandOption("--batch-size", "Images of a pass.")]
    public int BatchSize { get; init; } = 1;

    [CommandOption("--passes", "Passes that are measured.")]
    public int Passes { get; init; } = 50;

    [CommandOption("--device", "cpu, cuda, cuda:1 or mps.")]
    public string Device { get; init; } = "cpu";

    [CommandOption("--threads", "CPU threads. Default: all cores.")]
    public int? Threads { get; init; }
}
