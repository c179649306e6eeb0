namespace SingleDarts.Core.Supernets;

/// <summary>The relaxations of the paper.</summary>
public static class Relaxations
{
    /// <summary>Independent sigmoids (Section 4.3), the paper's choice.</summary>
    /// <param name="initialProbability">p at the start; 0.125 is α = −ln 7.</param>
    /// <exception cref="ArgumentOutOfRangeException">The value is not within (0, 1).</exception>
    public static IRelaxation Sigmoid(double initialProbability = 0.125) => new SigmoidRelaxation(initialProbability);

    /// <summary>Softmax over an edge (Eq. 2), as in DARTS.</summary>
    /// <param name="initialDeviation">Standard deviation of α at the start.</param>
    public static IRelaxation Softmax(double initialDeviation = 1e-3) => new SoftmaxRelaxation(initialDeviation);
}
