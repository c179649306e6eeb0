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
    /// <inheritdoc/>
    public string Name => "zero-one";

    /// <inheritdoc/>
    public Tensor Penalty(ArchitectureParameters architecture, EpochPosition position) =>
        cat([.. Given.NotNull(architecture).Cells.Select(cell => architecture.AllowedAlpha(cell.Name))], 0)
            .sigmoid().Minus(0.5).Squared().mean()
            .Times(-Weight);
}
