using CsCheck;
using PaperTables.Slurm;

namespace SingleDarts.Core.Tests.Samples;

public class SlurmArrayTests
{
    [Theory]
    [InlineData("", new int[0])]
    [InlineData("7", new[] { 7 })]
    [InlineData("0,3,5-9", new[] { 9, 8, 0, 3, 5, 6, 7, 5 })]
    [InlineData("0-1,3-4", new[] { 0, 1, 3, 4 })]
    public void Neighbours_become_a_range(string expected, int[] indices) => ArrayExpression.Format(indices).Should().Be(expected);

    [Fact]
    public void Every_set_comes_back_ascending_in_as_many_parts_as_it_has_gaps()
    {
        Gen.Int[0, 60].HashSet[1, 40].Sample(set =>
        {
            string text = ArrayExpression.Format(set);
            ArrayExpression.Parse(text).SelectMany(range => Enumerable.Range(range.First, range.Last - range.First + 1))
                .Should().Equal(set.Order());
            text.Split(',').Should().HaveCount(set.Count(index => !set.Contains(index - 1)));
        });
    }

    [Theory]
    [InlineData("")]
    [InlineData("1,")]
    [InlineData("-3")]
    [InlineData("1-2-3")]
    [InlineData("4%2")]
    [InlineData("99999999999")]
    [InlineData("5-3")]
    public void What_is_no_list_of_indices_is_refused(string text) =>
        FluentActions.Invoking(() => ArrayExpression.Parse(text)).Should().Throw<FormatException>().WithMessage($"*'{text}'*0,3,5-9*");
}
