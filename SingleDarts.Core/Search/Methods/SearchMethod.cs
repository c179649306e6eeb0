using SingleDarts.Core.Spaces;

namespace SingleDarts.Core.Search;

/// <summary>
/// A method of the literature: everything that it decides about a search. <see cref="ArchitectureSearch.In(SearchSpace, SearchMethod)"/>
/// takes it; what is said afterwards overrides it. A method is data: nothing in the loop knows one by name.
/// </summary>
/// <param name="Name">Name in run records, for example <c>gdas</c>.</param>
/// <param name="Options">Its options in a space; published settings often differ from one space to another.</param>
public sealed record SearchMethod(string Name, Func<SearchSpace, SearchOptions> Options)
{
    /// <summary>Paper and code that the settings were taken from.</summary>
    public required string Source { get; init; }

    /// <summary>What was compared with something outside this library.</summary>
    public MethodEvidence Evidence { get; init; } = MethodEvidence.DefinitionTested;

    /// <summary>The space that the search begins in, made of the given one; the same by default.</summary>
    public Func<SearchSpace, SearchSpace> Space { get; init; } = space => space;
}
