using static TorchSharp.torch;

namespace SingleDarts.Core.Training;

/// <summary>A network with fixed architecture that is trained from scratch: images to logits, with an auxiliary classifier if it has
/// one.</summary>
/// <param name="name">Name of the module.</param>
public abstract class ClassificationNetwork(string name) : nn.Module<Tensor, Tensor>(name)
{
    /// <summary>
    /// Probability that a sample loses the output of an operation while training (drop path), 0 to 1; the trainer raises it from epoch to
    /// epoch. Networks without drop path ignore it.
    /// </summary>
    public double DropPathProbability { get; set; }

    /// <summary>Logits, and in training mode those of the auxiliary classifier.</summary>
    /// <param name="input">[N, C, H, W].</param>
    /// <returns>[N, classes] each; the second is <see langword="null"/> in evaluation mode and without auxiliary classifier.</returns>
    public abstract (Tensor Logits, Tensor? Auxiliary) Classify(Tensor input);

    /// <summary>Logits alone.</summary>
    /// <param name="input">[N, C, H, W].</param>
    /// <returns>[N, classes].</returns>
    public override Tensor forward(Tensor input)
    {
        var (logits, auxiliary) = Classify(input);
        auxiliary?.Dispose();
        return logits;
    }
}
