using TorchSharp.Modules;
using static TorchSharp.torch;

namespace SingleDarts.Core.Supernets;

/// <summary>The candidates that apply one linear map L without weights to a node: the identity or one average pooling.</summary>
/// <param name="Terms">The candidates.</param>
/// <param name="Pooling">The pooling, or <see langword="null"/> for the identity.</param>
internal sealed record LinearGroup(IReadOnlyList<MergedTerm> Terms, AveragePooling? Pooling)
{
    /// <summary>Groups candidates by their map.</summary>
    /// <param name="terms">Identities and average poolings.</param>
    public static IEnumerable<LinearGroup> Of(IEnumerable<MergedTerm> terms) =>
        from pair in terms.Select(term => (Term: term, Pooling: term.Module is AvgPool2d pool ? new AveragePooling(pool) : null))
        group pair by pair.Pooling?.Key into same
        select new LinearGroup([.. same.Select(pair => pair.Term)], same.First().Pooling);

    /// <summary>Whether the group's definition fits a module.</summary>
    /// <param name="module">A candidate's module.</param>
    public static bool Fits(nn.Module module) => module is Identity or AvgPool2d;

    /// <summary>v = L x.</summary>
    /// <param name="x">The node, [N, C, H, W].</param>
    public Tensor Forward(Tensor x) => Pooling?.Forward(x) ?? x;

    /// <summary>Lᵀ g.</summary>
    /// <param name="gradient">Of v.</param>
    /// <param name="x">The node.</param>
    public Tensor Backward(Tensor gradient, Tensor x) => Pooling?.Backward(gradient, x) ?? gradient;
}
