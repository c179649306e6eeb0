namespace SingleDarts.Core.Theory;

/// <summary>"If the assumptions hold, then left ≤ right", checked on one case.</summary>
/// <param name="Conclusion">The inequality in the paper's notation.</param>
/// <param name="Assumptions">What the claim asks of the case.</param>
/// <param name="Left">Left side of the inequality.</param>
/// <param name="Right">Right side of the inequality.</param>
/// <param name="Rounding">What the left side may exceed the right by without a breach; 0 if both are compared exactly.</param>
public sealed record Claim(string Conclusion, IReadOnlyList<Assumption> Assumptions, double Left, double Right, double Rounding = 0)
{
    /// <summary>Whether the case meets every assumption.</summary>
    public bool Applies => Assumptions.All(a => a.Holds);

    /// <summary>Whether the inequality is true on this case, with or without the assumptions.</summary>
    public bool Holds => Left <= Right + Rounding;

    /// <summary>Whether the case is a counterexample: every assumption holds, and the inequality does not.</summary>
    public bool IsBroken => Applies && !Holds;

    /// <summary>The assumptions, the inequality with its numbers, and what they come to.</summary>
    public override string ToString() =>
        $"{string.Join("; ", Assumptions)}; {Conclusion}: {Left:G6} {(Holds ? "≤" : ">")} {Right:G6}; " +
        (IsBroken ? "a counterexample" : Applies ? "confirmed" : "the claim does not apply");
}
