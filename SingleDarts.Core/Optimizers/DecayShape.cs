namespace SingleDarts.Core.Optimizers;

/// <summary>How β of DARTS- decays, by the names of its published code.</summary>
public enum DecayShape
{
    /// <summary><c>linear</c>: β₀ (T − e) / (T − s).</summary>
    Linear,

    /// <summary><c>cosine</c>: β₀ (1 + cos(π e / (T − s))) / 2.</summary>
    Cosine,

    /// <summary><c>slow_cosine</c>: β₀ cos(π / 2 · e / (T − s)).</summary>
    SlowCosine,
}
