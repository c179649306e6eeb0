namespace SingleDarts.Core.Sweeps;

/// <summary>How far one cell is.</summary>
/// <param name="Index">Its number in the order of the plan, from 0.</param>
/// <param name="Cell">The cell.</param>
/// <param name="State">How far it is.</param>
/// <param name="Attempts">How many times it was begun or gone on with.</param>
/// <param name="Owner">Host and process of the last attempt; <see langword="null"/> before the first and where its claim is not readable.</param>
/// <param name="Message">Why it failed; <see langword="null"/> where it did not.</param>
public sealed record TrialStatus(int Index, Trial Cell, TrialState State, int Attempts, string? Owner, string? Message);
