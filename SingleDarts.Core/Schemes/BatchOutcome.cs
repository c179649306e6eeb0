using static TorchSharp.torch;

namespace SingleDarts.Core.Schemes;

/// <summary>What one forward pass of a batch gave. The tensors stay on the device, so that reading them can wait.</summary>
/// <param name="Loss">Mean loss of the batch, a scalar.</param>
/// <param name="Correct">Number of samples whose largest logit is the label's, a scalar of int64.</param>
/// <param name="Size">Samples in the batch.</param>
public sealed record BatchOutcome(Tensor Loss, Tensor Correct, long Size)
{
    /// <summary>The same numbers without their gradient history, moved out of the current dispose scope.</summary>
    public BatchOutcome Detach() => new(
        Loss.detach().MoveToOuterDisposeScope(), Correct.detach().MoveToOuterDisposeScope(), Size);
}
