namespace SingleDarts.Core.Sweeps;

/// <summary>How far one trial is.</summary>
/// <param name="Index">Its number in the order of the plan, from 0.</param>
/// <param name="Trial">The trial.</param>
/// <param name="State">How far it is.</param>
/// <param name="Attempts">How many times it was begun or resumed.</param>
/// <param name="Owner">Host and process of the last attempt; <see langword="null"/> before the first and if its lease is not
/// readable.</param>
/// <param name="Message">Why it failed, or why its result cannot be read, so that it counts as open; else
/// <see langword="null"/>.</param>
public sealed record TrialStatus(int Index, Trial Trial, TrialState State, int Attempts, string? Owner, string? Message);
