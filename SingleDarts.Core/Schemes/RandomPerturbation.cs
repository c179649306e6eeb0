using SingleDarts.Core.Data;
using SingleDarts.Core.Supernets;
using static TorchSharp.torch;

namespace SingleDarts.Core.Schemes;

/// <summary>Random smoothing (SDARTS-RS): every step of w adds uniform noise of (−ε, ε) to p.</summary>
public sealed record RandomPerturbation : MixturePerturbation
{
    /// <inheritdoc/>
    public override string Name => "random";

    private protected override Tensor[] Move(
        StepContext step, LabeledBatch batch, IReadOnlyDictionary<string, MixingWeights> weights, Tensor[] p, double radius) =>
        AddNoise(step, p, radius);
}
