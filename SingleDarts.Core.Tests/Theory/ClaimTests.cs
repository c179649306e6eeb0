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
}
