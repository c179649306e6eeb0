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
    /// <summary>Name in prose, for example <c>PC-DARTS</c>.</summary>
    /// <value><see cref="Name"/>.</value>
    public string Title { get => field ?? Name; init; }

    /// <summary>Names of the spaces that it was published for, for example <c>nasbench201</c>.</summary>
    /// <value>None.</value>
    public IReadOnlyList<string> Spaces { get; init; } = [];

    /// <summary>Published results with their table or source.</summary>
    /// <value>None.</value>
    public IReadOnlyList<string> Published { get; init; } = [];

    /// <summary>Settings that are not verified, and differences of the library from the published code; sentences.</summary>
    /// <value>None.</value>
    public IReadOnlyList<string> Unverified { get; init; } = [];

    /// <summary>Paper and code that the settings were taken from.</summary>
    public required string Source { get; init; }

    /// <summary>What was compared with something outside this library.</summary>
    public MethodEvidence Evidence { get; init; } = MethodEvidence.DefinitionTested;

    /// <summary>The space that the search begins in, made of the given one; the same by default.</summary>
    public Func<SearchSpace, SearchSpace> Space { get; init; } = space => space;
}
