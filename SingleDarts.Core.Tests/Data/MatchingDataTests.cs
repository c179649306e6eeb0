using SingleDarts.Core.Data;

namespace SingleDarts.Core.Tests.Data;

public class MatchingDataTests
{
    [Fact]
    public void Any_permutation_or_replacement_of_names_is_refused_and_named_and_equal_names_are_accepted()
    {
        var random = new Random(1);
        for (int run = 0; run < 300; run++)
        {
            string[] names = [.. Enumerable.Range(0, random.Next(2, 12)).Select(k => $"class-{run}-{k}")];
            Fault(names, [.. names]).Should().BeNull();

            string[] permuted = [.. names];
            random.Shuffle(permuted);
            if (permuted.SequenceEqual(names))
                (permuted[0], permuted[1]) = (permuted[1], permuted[0]);
            int at = Enumerable.Range(0, names.Length).First(k => permuted[k] != names[k]);
            Fault(names, permuted).Should().Contain($"Class {at} is '{names[at]}' in the first and '{permuted[at]}' in the second");

            int replaced = random.Next(names.Length);
            string[] others = [.. names];
            others[replaced] = "plum";
            random.Shuffle(others);
            Fault(names, others).Should().Contain($"'{names[replaced]}'").And.Contain("'plum'").And.NotContain("classes and");

            string[] fewer = [.. names.Where((_, k) => k != replaced)];
            Fault(names, fewer).Should().Contain($"The first has {names.Length} classes and the second has {fewer.Length}").And.Contain(
                $"'{names[replaced]}'");
        }
    }

    [Fact]
    public void Without_names_in_one_part_the_numbers_of_classes_alone_are_compared()
    {
        string[] names = ["apple", "banana", "cherry"];
        foreach (string[]? none in new[] { null, new[] { "0", "1", "2" } })
        {
            Fault(names, none).Should().BeNull();
            Fault(none, names).Should().BeNull();
        }
        MatchingData.ClassFault("the first", 3, names, "the second", 4, null).Should().Contain("3 classes").And.Contain("4;");
        Fault(["0", "1", "10", "2"], ["0", "10", "1", "2"]).Should()
            .Contain("Class 1 is '1' in the first and '10'", "these are names in ordinal order");
    }

    [Fact]
    public void Many_names_are_cut_short() =>
        Fault([.. Enumerable.Range(0, 1000).Select(k => $"a{k}")], [.. Enumerable.Range(0, 1000).Select(k => $"b{k}")])
            .Should().Contain("'a0', 'a1', 'a2' and 997 more").And.Contain("'b2' and 997 more");

    private static string? Fault(string[]? names, string[]? others) =>
        MatchingData.ClassFault("the first", (names ?? others)!.Length, names, "the second", (others ?? names)!.Length, others);
}
