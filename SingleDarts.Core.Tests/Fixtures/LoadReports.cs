using SingleDarts.Core.Data;

namespace SingleDarts.Core.Tests.Fixtures;

internal sealed class LoadReports(List<LoadProgress> list) : IProgress<LoadProgress>
{
    public void Report(LoadProgress value) => list.Add(value);
}
