namespace SingleDarts.Core.Tests.Fixtures;

/// <summary>The long set of tests: many more repetitions, asked for by <c>SINGLEDARTS_LONG=1</c>.</summary>
internal static class LongTests
{
    public static bool AreWanted { get; } = Environment.GetEnvironmentVariable("SINGLEDARTS_LONG") == "1";
}
