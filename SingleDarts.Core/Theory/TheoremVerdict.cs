namespace SingleDarts.Core.Theory;

/// <summary>What is true of a theorem as the paper prints it.</summary>
public enum TheoremVerdict
{
    /// <summary>Its approximation has an exact size; if the size is neglected, the conclusion can fail.</summary>
    HoldsUpToAnError,

    /// <summary>There are cases that meet every assumption and break the conclusion.</summary>
    FalseInGeneral,
}
