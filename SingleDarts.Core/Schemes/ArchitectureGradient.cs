namespace SingleDarts.Core.Schemes;

/// <summary>How the bi-level scheme takes the gradient of L_val(α, w*(α)) in α.</summary>
public enum ArchitectureGradient
{
    /// <summary>∇_α L_val(α, w): the weights are taken as constant (DARTS, first order).</summary>
    FirstOrder,

    /// <summary>Through one step of w, the mixed second derivative by finite differences along ∇_{w'} L_val (DARTS, second
    /// order).</summary>
    FiniteDifference,

    /// <summary>Through one step of w, the mixed second derivative exactly, by a second backward pass.</summary>
    Exact,
}
