using SingleDarts.Core.Runtime;
using static TorchSharp.torch;

namespace SingleDarts.Core.Schemes;

/// <summary>The distances of <see cref="DistillationDistance"/>. Neither side is detached: each network is drawn to the other.</summary>
internal static class DistillationLoss
{
    /// <summary>The distance, a scalar differentiable in both.</summary>
    /// <param name="distance">Which.</param>
    /// <param name="search">Logits of the search network, [N, classes].</param>
    /// <param name="evaluation">Logits of the evaluation network, [N, classes].</param>
    /// <param name="temperature">T; read by <see cref="DistillationDistance.KullbackLeibler"/> alone.</param>
    public static Tensor Of(DistillationDistance distance, Tensor search, Tensor evaluation, double temperature) =>
        distance == DistillationDistance.SmoothL1
            ? SmoothL1(search - evaluation)
            : KullbackLeibler(search.Over(temperature).log_softmax(1), evaluation.Over(temperature).log_softmax(1));

    /// <summary>With m = min(|d|, 1): m (|d| − m / 2), which is both branches.</summary>
    private static Tensor SmoothL1(Tensor difference)
    {
        Tensor size = difference.abs(), small = size.AtMost(1);
        return (small * size.Plus(small, -0.5)).mean();
    }

    private static Tensor KullbackLeibler(Tensor search, Tensor evaluation) => (evaluation.exp() * (evaluation - search)).mean();
}
