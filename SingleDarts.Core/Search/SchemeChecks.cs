using System.Security.Cryptography;
using SingleDarts.Core.Data;
using SingleDarts.Core.Runs;
using SingleDarts.Core.Runtime;
using SingleDarts.Core.Schemes;

namespace SingleDarts.Core.Search;

/// <summary>Checks what a scheme assigns and what its steps return.</summary>
internal static class SchemeChecks
{
    /// <summary>The samples that a scheme assigns for a seed.</summary>
    public static SampleAllocation Allocate(IBatchSource data, SearchOptions options)
    {
        using var generator = new RandomStreams(options.Seed).CreateGenerator("allocation");
        IOptimizationScheme scheme = options.Scheme;
        return UserPart.Call(scheme, () => $"Allocate of the scheme '{scheme.Name}'", () => scheme.Allocate(data.Count, generator));
    }

    /// <summary>SHA-256 of the samples in their order and of how they are drawn.</summary>
    public static string Fingerprint(SampleAllocation allocation)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (IReadOnlyList<long>? part in new[] { allocation.WeightSamples, allocation.ArchitectureSamples })
        {
            hash.AppendData(BitConverter.GetBytes(part?.Count ?? -1L));
            foreach (long[] chunk in (part ?? []).Chunk(4096))
                hash.AppendData(System.Runtime.InteropServices.MemoryMarshal.AsBytes<long>(chunk));
        }
        hash.AppendData(System.Text.Encoding.UTF8.GetBytes(allocation.Sampling.ToString()));
        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    /// <summary>What is wrong with an allocation.</summary>
    public static IEnumerable<string> Faults(IBatchSource data, SearchOptions options)
    {
        string scheme = options.Scheme.Name;
        SampleAllocation? allocation, again;
        string? refused = null;
        try
        {
            (allocation, again) = (Allocate(data, options), Allocate(data, options));
        }
        catch (Exception e)
        {
            (allocation, again, refused) = (null, null, Explained.Of(e));
        }
        if (refused is not null || allocation?.WeightSamples is null || again?.WeightSamples is null)
        {
            yield return $"The scheme '{scheme}' " + (refused is null
                ? "allots null instead of samples; return a SampleAllocation." : $"cannot allot the samples: {refused}");
            yield break;
        }
        int weights = allocation.WeightSamples.Count;
        if (weights < options.BatchSize)
            yield return $"The batch size is {options.BatchSize} but the scheme '{scheme}' leaves {weights} of the {data.Count} samples " +
                "of '" + data.Name + "' to the weights; take smaller batches or more data.";
        else if (options.BatchSize >= 2 && weights % options.BatchSize == 1)
            yield return $"{weights} samples in batches of {options.BatchSize} leave a last batch of 1, which batch normalisation cannot " +
                "take; change the batch size or the number of samples by one.";
        long steps = options.BatchSize < 1 ? 0 : (weights + options.BatchSize - 1) / options.BatchSize;
        foreach (var (optimizer, what) in new[] { (options.WeightOptimizer, "weights"), (options.ArchitectureOptimizer, "architecture") })
            if (steps > 0 && optimizer.IntervalFault(what, steps) is { } fault)
                yield return fault;
        if (allocation.ArchitectureSamples is { } samples && allocation.Sampling != ArchitectureSampling.None &&
            samples.Count < 2 * options.BatchSize &&
            samples.Intersect(allocation.WeightSamples).Any())
            yield return $"The scheme '{scheme}' draws two different batches of {options.BatchSize} from the same {samples.Count} " +
                "samples; it needs at least twice the batch size.";
        if (allocation.ArchitectureSamples is { Count: 0 })
            yield return $"The scheme '{scheme}' leaves no samples to the architecture parameters.";
        foreach (long index in allocation.WeightSamples.Concat(allocation.ArchitectureSamples ?? [])
            .Where(i => i < 0 || i >= data.Count).Take(1))
            yield return $"The scheme '{scheme}' allots sample {index}, but '{data.Name}' has samples 0 to {data.Count - 1}.";
        foreach (var (part, to) in new[] { (allocation.WeightSamples, "the weights"),
            (allocation.ArchitectureSamples ?? [], "the architecture parameters") })
            if (part.Distinct().Count() is var distinct && distinct < part.Count)
                yield return $"The scheme '{scheme}' allots {part.Count} samples to {to}, of which only {distinct} differ; expected " +
                    "each sample once.";
        if (Fingerprint(allocation) != Fingerprint(again))
            yield return $"The scheme '{scheme}' allots other samples when it is asked again, so that a resume would not be the same " +
                "search; draw only from the generator that Allocate is given.";
    }

    /// <summary>Steps of an epoch: those before the weights' batches, and all.</summary>
    /// <exception cref="InvalidRunException">A number of steps is negative.</exception>
    public static (int Preceding, int All) Steps(IOptimizationScheme scheme, int weightSteps)
    {
        int preceding = scheme.PrecedingSteps(weightSteps), further = scheme.FurtherSteps(weightSteps);
        if (preceding < 0 || further < 0)
            throw new InvalidRunException(SearchRun.Kind, [$"The scheme '{scheme.Name}' has " +
                (preceding < 0 ? $"{preceding} preceding steps before" : $"{further} further steps behind") +
                $" {weightSteps}; expected 0 or more."]);
        return (preceding, preceding + weightSteps + further);
    }

    /// <summary>What a step gave, if it can be measured.</summary>
    /// <exception cref="InvalidRunException">Something is null or no scalar, or has a gradient history.</exception>
    public static StepOutcome Checked(IOptimizationScheme scheme, StepOutcome? outcome)
    {
        string? found = outcome is null ? "null" : Found("Weights", outcome.Weights) ?? Found("Architecture", outcome.Architecture);
        return found is null ? outcome! : throw new InvalidRunException(SearchRun.Kind,
            [$"A step of the scheme '{scheme.Name}' gives {found}; expected loss and number of correct samples of what it measured as " +
                "scalars without gradients. " +
            "Return what UpdateWeights() and UpdateArchitecture() of the step give, or call Detach() on an outcome of your own."]);
    }

    private static string? Found(string name, BatchOutcome? outcome)
    {
        if (outcome is null)
            return null;
        if (outcome.Loss is null || outcome.Correct is null)
            return $"{name}{(outcome.Loss is null ? ".Loss" : ".Correct")} that is null";
        foreach (var (part, value) in new[] { ("Loss", outcome.Loss), ("Correct", outcome.Correct) })
            if (value.dim() != 0 || value.requires_grad)
                return $"{name}.{part} [{string.Join(", ", value.shape)}]{(value.requires_grad ? " with a gradient history" : "")}";
        return outcome.Size > 0 ? null : $"{name} of {outcome.Size} samples";
    }
}
