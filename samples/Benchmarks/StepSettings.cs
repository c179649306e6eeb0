using SingleDarts.Core.Spaces;

namespace Benchmarks;

/// <summary>The step that is measured: a supernet on random images of ten classes.</summary>
/// <param name="Channels">Channels of the first stage.</param>
/// <param name="Cells">Cells in each stage.</param>
/// <param name="Batch">Images in a batch.</param>
/// <param name="Size">Height and width of an image.</param>
/// <param name="Threads">CPU threads.</param>
/// <param name="Device">Where the step runs.</param>
/// <param name="SpaceName"><c>nasbench201</c> or <c>darts</c>; if empty, methods of the literature run in the space of DARTS and
/// executions in NAS-Bench-201.</param>
internal sealed record StepSettings(
    long Channels, int Cells, int Batch, long Size, int Threads, string Device, string SpaceName = "")
{
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
    ];
}
