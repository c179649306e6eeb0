using SingleDarts.Core.Theory;

namespace SingleDarts.Core.Tests.Theory;

public class ClaimTests
{
    [Fact]
    public void Text_says_the_assumptions_the_numbers_and_what_they_come_to()
    {
        CollapseTime uniform = CollapseTime.Uniform(2, 0.1, learningRate: 0.05, margin: 1);
        uniform.Printed.ToString().Should().Contain(": holds; ").And.Contain(": 133 > 23.5").And.EndWith("a counterexample");
        uniform.Corrected.ToString().Should().Contain(": 133 ≤ ").And.EndWith("confirmed");
        new CollapseTime([0, 0.5], [0, 1], 0.1, 0.1).Printed.ToString().Should()
            .Contain(": fails by 0.5; ").And.EndWith("the claim does not apply");
    }

    [Theory]
    [InlineData(1, 0, true)]
    [InlineData(1.001, 0, false)]
    [InlineData(1.05, 0.1, true)]
    [InlineData(1.2, 0.1, false)]
    [InlineData(1, 0.1, true)]
    public void A_claim_holds_up_to_its_rounding(double left, double rounding, bool holds) =>
        new Claim("left ≤ right", [], left, 1, rounding).Holds.Should().Be(holds);
}
