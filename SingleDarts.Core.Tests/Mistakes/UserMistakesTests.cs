namespace SingleDarts.Core.Tests.Mistakes;

/// <summary>
/// A hundred mistakes of a user: each ends in an exception of a documented kind, whose message names what was found and what to do, without
/// a stack of libtorch, without .NET's own words for an oversight, and without parameter names in lists of faults.
/// </summary>
public class UserMistakesTests
{
    private static readonly IReadOnlyList<Mistake> all =
    [
        .. MistakesWithData.All, .. MistakesInSpaces.All, .. MistakesInSearches.All, .. MistakesInOwnParts.All, .. MistakesInTrainings.All,
        .. MistakesWithFiles.All,
    ];

    public static TheoryData<string> Names => [.. all.Select(mistake => mistake.What)];

    [Fact]
    public void There_are_a_hundred() =>
        (all.Count + MistakesOnTheCommandLine.All.Count).Should().BeGreaterThanOrEqualTo(100);

    [Theory]
    [MemberData(nameof(Names))]
    public void A_mistake_is_explained(string what)
    {
        Mistake mistake = all.Single(m => m.What == what);
        Exception? found = Record.Exception(mistake.Do);
        found.Should().BeAssignableTo(mistake.Expected, found?.ToString() ?? "nothing was thrown");
        foreach (string word in mistake.Words)
            found!.Message.Should().Contain(word);
        ShouldBeReadable(found!.Message);
    }

    /// <summary>What no message may have.</summary>
    internal static void ShouldBeReadable(string message)
    {
        message.Should().NotContain("Object reference not set").And.NotContain("Exception raised from").And.NotContain("frame #")
            .And.NotContain("   at ").And.NotContain("empty handle").And.NotContain("Unexpected failure");
        message.Split('\n').Where(line => line.StartsWith("- ")).Should().NotContain(line => line.Contains("(Parameter '"));
    }
}
