using System.Text.Json;
using SingleDarts.Core.Genotypes;

namespace Benchmarks;

/// <summary>The same step in PyTorch: <c>peers/step.py</c> with the network of <c>networks.py</c>, which tests hold against the
/// library's.</summary>
internal static class Peer
{
    /// <summary>Whether a way to compute the step is one of PyTorch.</summary>
    public static bool Is(string mode) => mode.StartsWith("pytorch", StringComparison.Ordinal);

    /// <summary>Script and arguments for a Python.</summary>
    /// <param name="mode"><c>pytorch</c> or <c>pytorch-channels-last</c>.</param>
    /// <param name="settings">The step.</param>
    /// <exception cref="ArgumentException">The method has no step in PyTorch.</exception>
    public static string[] Command(string mode, StepSettings settings) =>
    [
        Path.Combine(AppContext.BaseDirectory, "peers", "step.py"),
        "--network", JsonSerializer.Serialize(Network(settings)), "--kind", Kind(settings), "--batch", $"{settings.Batch}",
        "--size", $"{settings.Size}", "--threads", $"{settings.Threads}", "--device", settings.Device,
        .. mode == "pytorch-channels-last" ? ["--channels-last"] : Array.Empty<string>(),
    ];

    /// <summary>The space that the executions of a method have, too.</summary>
    private static string SpaceName(StepSettings settings) => settings.SpaceName == StepSettings.Training ? StepSettings.Training
        : settings.SpaceOf(settings.MethodName.Length > 0).Name;

    private static string Kind(StepSettings settings) => (SpaceName(settings), settings.MethodName) switch
    {
        (StepSettings.Training, _) => "training",
        (_, "") => "single-level",
        (_, "darts") => "bi-level",
        ("darts", "pc-darts") => "bi-level",
        _ => throw new ArgumentException(
            $"No step of '{settings.MethodName}' is written for PyTorch; there are darts, in the space of DARTS pc-darts, and the " +
            "single-level step. Leave pytorch out of --modes."),
    };

    private static object Network(StepSettings settings)
    {
        string relaxation = settings.MethodName switch { "" => "sigmoid", "pc-darts" => "edge_normalized", _ => "softmax" };
        return SpaceName(settings) switch
        {
            StepSettings.Training => new
            {
                type = "darts_network", genotype = Genotype(DartsGenotypes.DartsV2), channels = settings.Channels,
                layers = settings.Cells,
            },
            "darts" => new
            {
                type = "darts_supernet", channels = settings.Channels, relaxation, partial = settings.MethodName == "pc-darts" ? 4 : 1,
            },
            _ => (object)new { type = "nasbench201_supernet", channels = settings.Channels, cells = settings.Cells, relaxation },
        };
    }

    private static Dictionary<string, object> Genotype(Genotype genotype) => genotype.Cells.SelectMany(cell => new (string, object)[]
    {
        (Name(cell.Key), cell.Value.Nodes.SelectMany(genes => genes).Select(gene => new object[] { gene.Operation, gene.Source })),
        (Name(cell.Key) + "_concat", new[] { 2, 3, 4, 5 }),
    }).ToDictionary(entry => entry.Item1, entry => entry.Item2);

    private static string Name(string kind) => kind == "reduction" ? "reduce" : kind;
}
