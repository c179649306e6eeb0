namespace SingleDarts.Core.Schemes;

/// <summary>The schemes that the paper compares, and that of random search.</summary>
public static class OptimizationSchemes
{
    /// <summary>Single-DARTS: one batch moves w and α (Eq. 16; last row of Table 4).</summary>
    public static SingleLevelScheme SingleLevel { get; } = new SingleLevelScheme();

    /// <summary>DARTS of first order: two halves of the data (Eq. 1; first row of Table 4).</summary>
    public static BiLevelScheme BiLevel { get; } = new BiLevelScheme();

    /// <summary>DARTS of second order by finite differences.</summary>
    public static BiLevelScheme BiLevelSecondOrder { get; } =
        new BiLevelScheme { Gradient = ArchitectureGradient.FiniteDifference };

    /// <summary>Random search with parameter sharing: single paths train w, α stands still.</summary>
    public static UniformPathScheme UniformPath { get; } = new UniformPathScheme();

    /// <summary>Two different batches of the same subset (middle row of Table 4).</summary>
    public static SameSubsetScheme SameSubset { get; } = new SameSubsetScheme();
}
