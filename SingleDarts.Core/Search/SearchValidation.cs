using SingleDarts.Core.Data;
using SingleDarts.Core.Runtime;
using SingleDarts.Core.Spaces;
using static TorchSharp.torch;

namespace SingleDarts.Core.Search;

/// <summary>Finds every fault of a search before any work.</summary>
internal static class SearchValidation
{
    /// <summary>Every fault, and the probe of the parts unless faults of the options keep it from being made.</summary>
    public static IReadOnlyList<string> Faults(SearchSpace? space, IBatchSource? data, SearchOptions options, out SearchProbe? probe)
    {
        List<string> faults = [.. Faults(space, data, options)];
        probe = space is not null && Try(() => Devices.Parse(options.Device)) is null && options.DataType is ScalarType.Float32 or ScalarType.Float64
            ? new SearchProbe(space, data, options) : null;
        faults.AddRange(probe?.Faults ?? []);
        // The network of a genotype is affine, so that it is built and counted, too.
        if (space is not null && probe is { Faults.Count: 0 } && Try(() => new CostModel(space)) is { } unfit)
            faults.Add(unfit);
        return faults;
    }

    private static IEnumerable<string> Faults(SearchSpace? space, IBatchSource? data, SearchOptions options)
    {
        if (space is null)
            yield return "No search space is given; say which with In(...), for example SearchSpaces.NasBench201().";
        if (data is null)
            yield return "No data is given; say which with On(...).";
        if (options.Epochs < 1)
            yield return $"The number of epochs is {options.Epochs}; expected at least 1.";
        if (options.BatchSize < 2)
            yield return $"The batch size is {options.BatchSize}; expected at least 2, because batch normalisation needs more than one sample.";
        if (options.CheckpointInterval < 1)
            yield return $"The checkpoint interval is {options.CheckpointInterval} epochs; expected at least 1.";
        if (options.Resume && options.OutputFolder is null)
            yield return "The search is to be resumed but no run folder is given; name it with ResumingFrom(folder).";
        foreach (string fault in options.WeightOptimizer.Validate("weights").Concat(options.ArchitectureOptimizer.Validate("architecture")))
            yield return fault;
        if (Try(() => Devices.Parse(options.Device)) is { } device)
            yield return device;
        if (options.DataType is not (ScalarType.Float32 or ScalarType.Float64))
            yield return $"The data type is {options.DataType}; expected Float32 or Float64.";
        if (options.ConvolutionType is not (null or ScalarType.BFloat16 or ScalarType.Float32 or ScalarType.Float64))
            yield return $"The convolution type is {options.ConvolutionType}; expected BFloat16, or none for that of the weights.";
        if (data is not null)
            foreach (string fault in SchemeChecks.Faults(data, options))
                yield return fault;
        if (space is not null && data is not null)
            foreach (string fault in FitFaults(space, data))
                yield return fault;
        if (data is not null && MatchingData.TransformFault(data, options.Transform) is { } unused)
            yield return unused;
        foreach (string fault in ObserverFaults(space, options))
            yield return fault;
    }

    private static IEnumerable<string> ObserverFaults(SearchSpace? space, SearchOptions options)
    {
        foreach (var same in options.Observers.OfType<IResumableObserver>().GroupBy(o => o.Name).Where(g => g.Count() > 1))
            yield return $"{same.Count()} observers are named '{same.Key}'; names must differ, so leave all but one out.";
        if (space is not null)
            foreach (string fault in options.Observers.SelectMany(o => o.Faults(space)))
                yield return fault;
    }

    private static IEnumerable<string> FitFaults(SearchSpace space, IBatchSource data)
    {
        if (!space.InputShape.SequenceEqual(data.InputShape))
            yield return $"The samples of '{data.Name}' are [{string.Join(", ", data.InputShape)}] but the space '{space.Name}' expects " +
                $"[{string.Join(", ", space.InputShape)}]; build the space for the data or resize the data.";
        if (space.Classes != data.Classes)
            yield return $"'{data.Name}' has {data.Classes} classes but the space '{space.Name}' has {space.Classes}; they must be equal.";
    }

    private static string? Try(Action action)
    {
        try
        {
            action();
            return null;
        }
        catch (Exception e) when (e is ArgumentException or InvalidOperationException or NotSupportedException)
        {
            return e.Message;
        }
    }
}
