namespace SingleDarts.Core.Schemes;

/// <summary>Which is moved first in a step of two batches.</summary>
public enum UpdateOrder
{
    /// <summary>w, then α: the published first-order search of NAS-Bench-201.</summary>
    WeightsFirst,

    /// <summary>α, then w: DARTS, and the published second-order search of NAS-Bench-201.</summary>
    ArchitectureFirst,
}
