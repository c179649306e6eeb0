using SingleDarts.Core.Runtime;
using static TorchSharp.torch;

namespace SingleDarts.Core.Runs;

/// <summary>Finds what is wrong with the options that every run has.</summary>
internal static class RunValidation
{
    public static IEnumerable<string> Faults(RunOptions options, string kind, Type moment, IEnumerable<RunPart> parts)
    {
        string?[] faults =
        [
            AtLeastOne("number of epochs", options.Epochs),
            AtLeastOne("checkpoint interval", options.CheckpointInterval),
            AtLeastOne("number of threads", options.Threads ?? 1),
            options.Resume && options.OutputFolder is null
                ? $"The {kind} is to be resumed but no run folder is given; name it with ResumingFrom(folder)." : null,
            Try(() => Devices.Parse(options.Device)),
            options.DataType is ScalarType.Float32 or ScalarType.Float64
                ? null : $"The data type is {options.DataType}; expected Float32 or Float64.",
            .. PartFaults(parts),
            .. options.Observers.SelectMany(observer => observer.Faults()),
            .. options.Observers.Where(observer => !observer.MomentType.IsAssignableFrom(moment)).Select(observer =>
                $"The observer '{observer.Name}' cannot watch a {kind}, because it needs a {observer.MomentType.Name}; leave it out."),
        ];
        return faults.OfType<string>();
    }

    /// <summary>Whether device and type are valid, so that networks and batches can be brought there.</summary>
    public static bool HasPlace(RunOptions options) =>
        Try(() => Devices.Parse(options.Device)) is null && options.DataType is ScalarType.Float32 or ScalarType.Float64;

    public static string? AtLeastOne(string what, int value) => value < 1 ? $"The {what} is {value}; expected at least 1." : null;

    /// <summary>The message of what an action throws if its arguments are invalid.</summary>
    public static string? Try(Action action)
    {
        try
        {
            action();
            return null;
        }
        catch (Exception e) when (e is ArgumentException or InvalidOperationException or NotSupportedException)
        {
            return Explained.Of(e);
        }
    }

    private static IEnumerable<string> PartFaults(IEnumerable<RunPart> parts)
    {
        foreach (var same in parts.Where(part => part.Part is IResumable).GroupBy(part => (part.Role, part.Name)).Where(g => g.Count() > 1))
            yield return $"{same.Count()} {same.Key.Role} are named '{same.Key.Name}'; names must differ, so leave all but one out.";
        foreach (RunPart part in parts.Where(part => part.Part is IRunObserver))
            if (part.Name.Length == 0 || part.Name.IndexOfAny(Path.GetInvalidFileNameChars()) >= 0)
                yield return $"An observer is named '{part.Name}'; expected a name that can be a file's, " +
                    "because its records are kept under it.";
    }
}
