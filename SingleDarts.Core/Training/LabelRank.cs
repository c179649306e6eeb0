using SingleDarts.Core.Runtime;
using static TorchSharp.torch;

namespace SingleDarts.Core.Training;

/// <summary>The place of the label's logit among all logits of a sample, from 0: a sample is correct in the top k if it is below
/// k.</summary>
internal static class LabelRank
{
    /// <summary>
    /// Ranks of a batch. Of equal logits the lower class comes first, and NaN comes before all, so that a network that says nothing is
    /// not right.
    /// </summary>
    /// <param name="logits">[N, classes].</param>
    /// <param name="labels">[N].</param>
    /// <returns>[N] of int64.</returns>
    public static Tensor Of(Tensor logits, Tensor labels)
    {
        using var scope = NewDisposeScope();
        Tensor scores = logits.detach(), label = labels.unsqueeze(1);
        Tensor own = scores.gather(1, label);
        Tensor before = scores.le(own).bitwise_not()
            .bitwise_or(scores.eq(own).bitwise_and(TensorArithmetic.Range(scores.shape[1], device: scores.device).unsqueeze(0).lt(label)));
        return before.sum(1).MoveToOuterDisposeScope();
    }
}
