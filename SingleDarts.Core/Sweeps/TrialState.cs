namespace SingleDarts.Core.Sweeps;

/// <summary>How far a cell is.</summary>
public enum TrialState
{
    /// <summary>Nobody has begun it.</summary>
    Open,

    /// <summary>A process has it and gives signs of life.</summary>
    Running,

    /// <summary>It was begun and nobody has it: the next runner goes on with it.</summary>
    Interrupted,

    /// <summary>Its result is there.</summary>
    Done,

    /// <summary>It failed and is tried again only when asked for.</summary>
    Failed,
}
