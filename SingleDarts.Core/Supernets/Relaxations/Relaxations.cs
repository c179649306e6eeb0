namespace SingleDarts.Core.Supernets;

/// <summary>The relaxations of the paper with their published settings.</summary>
public static class Relaxations
{
    /// <summary>Independent sigmoids (Section 4.3) that start at p = 0.125, the paper's choice.</summary>
    public static SigmoidRelaxation Sigmoid { get; } = new();

    /// <summary>Softmax over an edge (Eq. 2) that starts at α of standard deviation 1e-3, as in DARTS.</summary>
    public static SoftmaxRelaxation Softmax { get; } = new();
}
