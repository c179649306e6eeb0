namespace SingleDarts.Core.Diagnostics;

/// <summary>How the weight gradients of two batches agree at a node.</summary>
/// <param name="Value">
/// Inner product per unit of p: mean over all pairs of samples of (∂L/∂x̄)ᵀ(∂L'/∂x̄) (xᵀx'), the double sum of Eq. 8 over N·M.
/// </param>
/// <param name="Cosine">The same divided by both norms, −1 to 1; 0 if a gradient is zero. It alone compares across layers and
/// time.</param>
public readonly record struct Correlation(double Value, double Cosine);
