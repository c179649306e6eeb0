using SingleDarts.Core.Data;

namespace SingleDarts.Core.Tests.Data;

internal sealed class Reports(List<LoadProgress> list) : IProgress<LoadProgress>
{
    public void Report(LoadProgress value) => list.Add(value);
}
