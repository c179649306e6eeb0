using SingleDarts.Core.Diagnostics;
using SingleDarts.Core.Search;
using SingleDarts.Core.Spaces;

namespace SingleDarts.Core.Tests.Fixtures;

internal static class Every
{
    /// <summary>A table in which the accuracy of a cell is its number.</summary>
    public static NasBench201Table Table { get; } = new(NasBench201Genotypes.EnumerateAll().Select((genotype, i) =>
        new NasBench201Result(i, genotype, i, i + 0.5, i, i, i, i, null, null)));

    /// <summary>Adds every diagnostic, measuring often.</summary>
    public static Func<SearchOptions, SearchOptions> Diagnostic(int interval = 2, bool table = true) => options => options with
    {
        Observers = [.. options.Observers,
            new GradientCorrelation { Interval = interval },
            new OperationGradients { Interval = interval },
            new OperationProbabilities { Interval = interval },
            new HessianEigenvalue(),
            new CollapseIndicators { Interval = interval },
            .. table ? new ISearchObserver[] { new GenotypeAccuracy(Table) } : []],
    };
}
