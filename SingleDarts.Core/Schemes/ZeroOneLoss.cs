using SingleDarts.Core.Optimizers;
using SingleDarts.Core.Runtime;
using SingleDarts.Core.Supernets;
using static TorchSharp.torch;

namespace SingleDarts.Core.Schemes;

/// <summary>
/// The zero-one loss of FairDARTS: −w · mean((σ(α) − 0.5)²) over the candidates of all cells together, which draws every sigmoid towards
/// 0 or 1.
/// </summary>
/// <param name="Weight">w; 10 in FairDARTS.</param>
public sealed record ZeroOneLoss(double Weight = 10) : IPenalty
{
    /// <summary>Whether the distance from 0.5 is not squared: −w · mean |σ(α) − 0.5|, the other form of FairDARTS.</summary>
    /// <value>False.</value>
    public bool IsAbsolute { get; init; }

    /// <inheritdoc/>
    public string Name => IsAbsolute ? "zero-one-absolute" : "zero-one";

    /// <inheritdoc/>
    public Tensor Penalty(ArchitectureParameters architecture, EpochPosition position)
    {
        Tensor distance = cat([.. Given.NotNull(architecture).Cells.Select(cell => architecture.AllowedAlpha(cell.Name))], 0)
            .sigmoid().Minus(0.5);
        return (IsAbsolute ? distance.abs() : distance.Squared()).mean().Times(-Weight);
    }
}
