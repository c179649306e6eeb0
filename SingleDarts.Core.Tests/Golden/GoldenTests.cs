namespace SingleDarts.Core.Tests.Golden;

/// <summary>
/// Bit for bit the numbers of <c>golden.json</c> on the processor that recorded it. On another one rounding differs, and only losses are
/// compared, within what thirty steps make of rounding.
/// </summary>
[Trait("Category", "Slow")]
public class GoldenTests
{
    /// <summary>All runs take five minutes on one core.</summary>
    private static bool IsLong => GoldenFile.IsToBeWritten || LongTests.AreWanted;

    private static bool TakesLong(string name) => name.StartsWith("darts ", StringComparison.Ordinal) &&
        name is not ("darts single-level sigmoid Merged Float32" or "darts single-level sigmoid PerEdge Float32" or
            "darts bi-level softmax Merged Float32");

    [Fact]
    public async Task Runs_give_the_numbers_that_were_recorded()
    {
        using var runs = new GoldenRuns();
        var given = new SortedDictionary<string, GoldenRun>(StringComparer.Ordinal);
        foreach (var (name, run) in runs.All.Where(r => IsLong || !TakesLong(r.Name)))
            given[name] = await run();
        if (GoldenFile.IsToBeWritten)
            new GoldenFile(GoldenFile.ThisProcessor, given).Write();
        GoldenFile golden = GoldenFile.Read();
        given.Keys.Should().Equal(golden.Runs.Keys.Where(name => IsLong || !TakesLong(name)), "every run is recorded");
        bool isExact = golden.Processor == GoldenFile.ThisProcessor;
        foreach (var (name, run) in given)
            if (isExact)
                run.Should().BeEquivalentTo(golden.Runs[name], o => o.WithStrictOrdering(), $"'{name}' has not changed");
            else
                Differences(run, golden.Runs[name]).Should().OnlyContain(
                    d => d < (name.Contains("Float64") ? 1e-6 : 0.02), $"'{name}' differs by no more than rounding does");
    }

    private static IEnumerable<double> Differences(GoldenRun given, GoldenRun expected)
    {
        given.Losses.Should().HaveSameCount(expected.Losses);
        return given.Losses.Zip(expected.Losses).SelectMany(e => e.First.Zip(e.Second, (a, b) => Math.Abs(a - b)));
    }
}
