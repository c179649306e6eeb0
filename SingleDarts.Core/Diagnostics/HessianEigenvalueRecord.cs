namespace SingleDarts.Core.Diagnostics;

/// <summary>The dominant eigenvalue of ∇²_α L_val in one epoch.</summary>
public sealed record HessianEigenvalueRecord : DiagnosticRecord
{
    /// <summary>The eigenvalue of largest absolute value, with its sign.</summary>
    public required double Eigenvalue { get; init; }

    /// <summary>‖Hv − λv‖ of the unit vector found: some eigenvalue is at most this far from <see cref="Eigenvalue"/>.</summary>
    public required double Residual { get; init; }

    /// <summary>Products of the Hessian with a vector.</summary>
    public required int Products { get; init; }

    /// <summary>Whether the tolerance was met.</summary>
    public required bool Converged { get; init; }
}
