using SingleDarts.Core.Data;
using SingleDarts.Core.Runs;
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
        probe = null;
        if (NullFaults.Of(options).ToList() is { Count: > 0 } missing)
            return missing;
        List<string> faults = [.. Faults(space, data, options)];
        probe = space is not null && RunValidation.HasPlace(options)
            ? new SearchProbe(space, data, options) : null;
        faults.AddRange((probe?.Faults ?? []).Except(faults));
        // The network of a genotype is affine, so that it is built and counted, too.
        if (space is not null && probe is { Faults.Count: 0 } && RunValidation.Try(() => new CostModel(space)) is { } unfit)
            faults.Add(unfit);
        return faults;
    }

    private static IEnumerable<string> Faults(SearchSpace? space, IBatchSource? data, SearchOptions options)
    {
        if (space is null)
            yield return "No search space is given; say which with In(...), for example SearchSpaces.NasBench201().";
        if (data is null)
            yield return "No data is given; say which with On(...).";
        if (options.BatchSize < 2)
            yield return $"The batch size is {options.BatchSize}; expected at least 2, because batch normalisation needs more than one " +
                "sample.";
        foreach (string fault in RunValidation.Faults(
            options, SearchRun.Kind, typeof(SearchMoment), SearchRun.UserParts(space, options)))
            yield return fault;
        foreach (string fault in options.WeightOptimizer.Faults("weights").Concat(options.ArchitectureOptimizer.Faults("architecture")))
            yield return fault;
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
        if (space is not null)
            foreach (string fault in options.Scheme.Faults(space).Concat(options.Relaxation.Faults(space))
                .Concat(options.EdgeDecorators.SelectMany(d => d.Faults(space)))
                .Concat(options.Penalties.SelectMany(penalty => penalty.Faults(space)))
                .Concat(options.EpochRules.SelectMany(rule => rule.Faults(space))))
                yield return fault;
        if (space is not null)
            foreach (string fault in options.Observers.OfType<ISearchObserver>().SelectMany(o => o.Faults(space)))
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
}
