using SingleDarts.Core.Search;

namespace SingleDarts.Core.Tests.Search;

/// <summary>Progress that is seen on the thread of the search, after each step.</summary>
internal sealed class Immediately(Action<SearchProgress> report) : IProgress<SearchProgress>
{
    public void Report(SearchProgress value) => report(value);
}
