namespace SingleDarts.Core.Theory;

/// <summary>How α becomes p on a <see cref="LinearEdge"/>.</summary>
public enum AlphaActivation
{
    /// <summary>p = softmax(α), Eq. 2.</summary>
    Softmax,

    /// <summary>p = sigmoid(α), Section 4.3.</summary>
    Sigmoid,
}
