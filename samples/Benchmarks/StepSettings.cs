using SingleDarts.Core.Data;
using SingleDarts.Core.Runtime;
using SingleDarts.Core.Spaces;
using static TorchSharp.torch;

namespace Benchmarks;

/// <summary>The step that is measured: a supernet on random images of ten classes.</summary>
/// <param name="Channels">Channels of the first stage.</param>
/// <param name="Cells">Cells in each stage of NAS-Bench-201; all cells of a network that is trained.</param>
/// <param name="Batch">Images in a batch.</param>
/// <param name="Size">Height and width of an image.</param>
/// <param name="Threads">CPU threads.</param>
/// <param name="Device">Where the step runs.</param>
/// <param name="SpaceName"><c>nasbench201</c>, <c>darts</c>, or <see cref="Training"/> for the network of DARTS-V2; if empty, methods of
/// the literature run in the space of DARTS and executions in NAS-Bench-201.</param>
/// <param name="MethodName">The method whose step the executions compute; if empty, a single-level step with sigmoid.</param>
internal sealed record StepSettings(
    long Channels, int Cells, int Batch, long Size, int Threads, string Device, string SpaceName = "", string MethodName = "")
{
    /// <summary><see cref="SpaceName"/> of a training.</summary>
    public const string Training = "training";

    /// <summary>The paper's supernet (Section 5.1.1).</summary>
    public static StepSettings Paper { get; } = new(16, 5, 64, 32, Environment.ProcessorCount, "cpu");

    /// <summary>NAS-Bench-201 of this size.</summary>
    public SearchSpace Space => SearchSpaces.NasBench201(10, Channels, Cells, 3, Size, Size);

    /// <summary>The space of a way to compute a step.</summary>
    /// <param name="isMethod">Whether it is a method of the literature.</param>
    public SearchSpace SpaceOf(bool isMethod) => SpaceName == "darts" || (SpaceName.Length == 0 && isMethod)
        ? SearchSpaces.Darts(10, Channels, height: Size, width: Size) : Space;

    /// <summary>As arguments of a process that measures.</summary>
    public IEnumerable<string> Arguments =>
    [
        "--channels", $"{Channels}", "--cells", $"{Cells}", "--batch", $"{Batch}", "--size", $"{Size}", "--threads", $"{Threads}",
        "--device", Device, .. SpaceName.Length == 0 ? [] : new[] { "--space", SpaceName },
        .. MethodName.Length == 0 ? [] : new[] { "--method", MethodName },
    ];

    /// <summary>Images and labels at random.</summary>
    /// <param name="seed">Seed.</param>
    public LabeledBatch RandomBatch(ulong seed)
    {
        using var generator = new Generator(seed);
        Device device = Devices.Parse(Device);
        return new LabeledBatch(
            randn([Batch, 3, Size, Size], generator: generator).to(device),
            randint(10, [Batch], ScalarType.Int64, generator: generator).to(device));
    }
}
