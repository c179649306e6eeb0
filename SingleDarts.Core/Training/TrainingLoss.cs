using SingleDarts.Core.Runtime;
using static TorchSharp.torch;

namespace SingleDarts.Core.Training;

/// <summary>The loss that a network is trained with.</summary>
/// <param name="smoothing">ε of label smoothing.</param>
/// <param name="auxiliaryWeight">Factor of the auxiliary loss.</param>
internal sealed class TrainingLoss(double smoothing, double auxiliaryWeight)
{
    /// <summary>Cross-entropy against 1 − ε + ε/C for the label and ε/C for the other of C classes, the mean over a batch.</summary>
    /// <param name="logits">[N, classes].</param>
    /// <param name="labels">[N].</param>
    /// <returns>A scalar.</returns>
    public Tensor CrossEntropy(Tensor logits, Tensor labels)
    {
        if (smoothing == 0)
            return nn.functional.cross_entropy(logits, labels);
        using var scope = NewDisposeScope();
        Tensor log = nn.functional.log_softmax(logits, 1);
        return (nn.functional.nll_loss(log, labels).Times(1 - smoothing) - log.mean().Times(smoothing)).MoveToOuterDisposeScope();
    }

    /// <summary>Main loss, auxiliary loss if there is a classifier for it, and what is minimised: main + weight · auxiliary.</summary>
    public (Tensor Main, Tensor? Auxiliary, Tensor Total) Of((Tensor Logits, Tensor? Auxiliary) outputs, Tensor labels)
    {
        Tensor main = CrossEntropy(outputs.Logits, labels);
        if (outputs.Auxiliary is null || auxiliaryWeight == 0)
            return (main, null, main);
        Tensor auxiliary = CrossEntropy(outputs.Auxiliary, labels);
        return (main, auxiliary, main.Plus(auxiliary.Times(auxiliaryWeight)));
    }
}
