namespace SingleDarts.Core.Theory;

/// <summary>One assumption of a theorem, checked on a case.</summary>
/// <param name="Text">The assumption in the paper's notation.</param>
/// <param name="Holds">Whether the case meets it.</param>
/// <param name="Shortfall">
/// By how much the case misses it, in the unit of the compared quantities; 0 when it holds, and also 0 when a strict inequality
/// meets equality.
/// </param>
public sealed record Assumption(string Text, bool Holds, double Shortfall)
{
    /// <summary>The assumption, and by how much it fails if it does.</summary>
    public override string ToString() => Holds ? $"{Text}: holds" : $"{Text}: fails by {Shortfall:G4}";

    internal static Assumption AtMost(string text, double left, double right) =>
        new(text, left <= right, Math.Max(0, left - right));

    internal static Assumption Below(string text, double left, double right) =>
        new(text, left < right, Math.Max(0, left - right));
}
