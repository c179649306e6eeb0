namespace SingleDarts.Core.Theory;

/// <summary>A theorem in words: what the paper prints, whether that holds, and what holds instead.</summary>
/// <param name="Name">Its number, for example "Theorem 4.2".</param>
/// <param name="Source">Where the paper states it.</param>
/// <param name="Printed">Assumptions and conclusion as printed.</param>
/// <param name="Verdict">Whether the printed form holds.</param>
/// <param name="Reason">Why the verdict is what it is.</param>
/// <param name="Corrected">The exact or corrected form, which is proved in docs/explanation/theorems.md.</param>
public sealed record TheoremStatement(
    string Name, string Source, string Printed, TheoremVerdict Verdict, string Reason, string Corrected);
