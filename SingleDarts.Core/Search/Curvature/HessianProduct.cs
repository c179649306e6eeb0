namespace SingleDarts.Core.Search;

/// <summary>How the product of the Hessian in α with a vector is taken.</summary>
public enum HessianProduct
{
    /// <summary>By a second backward pass; cells are executed per edge meanwhile.</summary>
    Exact,

    /// <summary>
    /// [∇_α L(α + r v) − ∇_α L(α − r v)] / 2r along a unit vector v, with r = 1e-2 in float32 and 1e-6 in float64. Less memory, any
    /// execution of cells; off by the third derivative and by rounding.
    /// </summary>
    FiniteDifference,
}
