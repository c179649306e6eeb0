using SingleDarts.Core.Data;
using SingleDarts.Core.Runtime;
using SingleDarts.Core.Schemes;
using SingleDarts.Core.Spaces;
using static TorchSharp.torch;

namespace SingleDarts.Core.Search;

/// <summary>Finds every fault of a search before any work.</summary>
internal static class SearchValidation
{
    public static IEnumerable<string> Faults(SearchSpace? space, ClassificationDataset? data, SearchOptions options)
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
        foreach (string fault in options.WeightUpdate.Validate("weights").Concat(options.ArchitectureUpdate.Validate("architecture")))
            yield return fault;
        if (Try(() => Devices.Parse(options.Device)) is { } device)
            yield return device;
        if (options.DataType is not (ScalarType.Float32 or ScalarType.Float64))
            yield return $"The data type is {options.DataType}; expected Float32 or Float64.";
        if (options.ConvolutionType is not (null or ScalarType.BFloat16 or ScalarType.Float32 or ScalarType.Float64))
            yield return $"The convolution type is {options.ConvolutionType}; expected BFloat16, or none for that of the weights.";
        if (data is not null)
            foreach (string fault in AllocationFaults(data, options))
                yield return fault;
        if (space is not null && data is not null)
            foreach (string fault in FitFaults(space, data))
                yield return fault;
        if (space is not null && Try(() => new CostModel(space)) is { } unfit)
            yield return unfit;
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

    private static IEnumerable<string> FitFaults(SearchSpace space, ClassificationDataset data)
    {
        if (!space.InputShape.SequenceEqual(data.InputShape))
            yield return $"The samples of '{data.Name}' are [{string.Join(", ", data.InputShape)}] but the space '{space.Name}' expects " +
                $"[{string.Join(", ", space.InputShape)}]; build the space for the data or resize the data.";
        if (space.Classes != data.Classes)
            yield return $"'{data.Name}' has {data.Classes} classes but the space '{space.Name}' has {space.Classes}; they must be equal.";
    }

    private static IEnumerable<string> AllocationFaults(ClassificationDataset data, SearchOptions options)
    {
        SampleAllocation? allocation = null;
        if (Try(() => allocation = Allocate(data, options)) is { } refused)
        {
            yield return refused;
            yield break;
        }
        string scheme = options.Scheme.Name;
        int weights = allocation!.WeightSamples.Count;
        if (weights < options.BatchSize)
            yield return $"The batch size is {options.BatchSize} but the scheme '{scheme}' leaves {weights} of the {data.Count} samples " +
                "of '" + data.Name + "' to the weights; take smaller batches or more data.";
        else if (options.BatchSize >= 2 && weights % options.BatchSize == 1)
            yield return $"{weights} samples in batches of {options.BatchSize} leave a last batch of 1, which batch normalisation cannot " +
                "take; change the batch size or the number of samples by one.";
        if (allocation.ArchitectureSamples is { } samples && samples.Count < 2 * options.BatchSize && samples.Intersect(allocation.WeightSamples).Any())
            yield return $"The scheme '{scheme}' draws two different batches of {options.BatchSize} from the same {samples.Count} samples; " +
                "it needs at least twice the batch size.";
        if (allocation.ArchitectureSamples is { Count: 0 })
            yield return $"The scheme '{scheme}' leaves no samples to the architecture parameters.";
        foreach (long index in allocation.WeightSamples.Concat(allocation.ArchitectureSamples ?? []).Where(i => i < 0 || i >= data.Count).Take(1))
            yield return $"The scheme '{scheme}' allots sample {index}, but '{data.Name}' has samples 0 to {data.Count - 1}.";
    }

    public static SampleAllocation Allocate(ClassificationDataset data, SearchOptions options)
    {
        using var generator = new RandomStreams(options.Seed).CreateGenerator("allocation");
        return options.Scheme.Allocate(data.Count, generator);
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
