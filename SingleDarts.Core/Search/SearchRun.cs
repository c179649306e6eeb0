using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using SingleDarts.Core.Data;
using SingleDarts.Core.Runs;
using SingleDarts.Core.Runtime;
using SingleDarts.Core.Schemes;
using SingleDarts.Core.Spaces;

namespace SingleDarts.Core.Search;

/// <summary>Makes validated searches.</summary>
internal static class SearchRun
{
    public const string Kind = "search", EpochRules = "epoch-rules";

    /// <exception cref="InvalidRunException">An option is missing or invalid; the exception lists every fault.</exception>
    public static Run<EpochReport, SearchResult> Create(
        SearchSpace? space, IBatchSource? data, SearchOptions options, ILogger? logger, IProgress<RunProgress>? progress)
    {
        TorchRuntime.EnsureLoaded();
        IReadOnlyList<string> faults = SearchValidation.Faults(space, data, options, out SearchProbe? probe);
        if (faults.Count > 0)
            throw new InvalidRunException(Kind, faults);
        return new(
            new(Kind, options, () => RunDocument.Write(space!, data!, options), RunDocument.Compared,
                log => new SearchBody(space!, data!, options, log, probe!.DrawsFromGlobalGenerator)),
            logger ?? NullLogger.Instance, progress);
    }

    /// <summary>Parts that a user may have written and that may have state.</summary>
    /// <param name="space">The space.</param>
    /// <param name="options">The options.</param>
    /// <param name="scheme">The scheme of the run; that of the options if null.</param>
    public static IEnumerable<RunPart> UserParts(SearchSpace? space, SearchOptions options, IOptimizationScheme? scheme = null)
    {
        IDerivation? derivation = options.Derivation ?? space?.Derivation;
        return
        [
            new("schemes", options.Scheme.Name, scheme ?? options.Scheme),
            new("relaxations", options.Relaxation.Name, options.Relaxation),
            .. options.EdgeDecorators.Select(decorator => new RunPart("edge-decorators", decorator.Name, decorator)),
            .. derivation is null ? [] : new[] { new RunPart("derivations", derivation.Name, derivation) },
            .. options.Penalties.Select(penalty => new RunPart("penalties", penalty.Name, penalty)),
            .. options.EpochRules.Select(rule => new RunPart(EpochRules, rule.Name, rule)),
            .. RunPart.Observers(options),
        ];
    }
}
