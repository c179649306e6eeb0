using static TorchSharp.torch;

namespace SingleDarts.Core.Data;

/// <summary>Labelled samples by number, ready for the model: held in memory (<see cref="BatchSource"/>) or read when they are asked
/// for.</summary>
public interface IBatchSource : IDisposable
{
    /// <summary>A short name for reports and messages.</summary>
    string Name { get; }

    /// <summary>Number of samples.</summary>
    long Count { get; }

    /// <summary>Number of classes.</summary>
    int Classes { get; }

    /// <summary>Shape of one sample of a batch, without N: [C, H, W] for images.</summary>
    IReadOnlyList<long> InputShape { get; }

    /// <summary>One name per class, in the order of the labels. Sources with other names, or in another order, are not trained and tested
    /// on together.</summary>
    /// <value>Null by default: nothing is known but their number. The numbers 0, 1, ... count as no names.</value>
    IReadOnlyList<string>? ClassNames => null;

    /// <summary>What the values of a batch are, in words, for example <c>pixels from 0 to 1</c>. Sources with other words are not trained
    /// and tested on together.</summary>
    /// <value>Null by default: not known, and not compared.</value>
    string? ValueScale => null;

    /// <summary>The samples at <paramref name="indices"/>, transformed, on any device: a run brings them to its own device and
    /// type.</summary>
    /// <param name="indices">At least one index in [0, <see cref="Count"/>).</param>
    /// <param name="generator">A CPU generator for all randomness of the transform: the same state gives the same batch.</param>
    /// <exception cref="ArgumentException">No indices, or one outside the range.</exception>
    LabeledBatch Get(ReadOnlySpan<long> indices, Generator generator);

    /// <summary>The same samples without augmentation, to evaluate on. The caller disposes it if it is another object.</summary>
    /// <returns>This source by default.</returns>
    IBatchSource ForEvaluation() => this;
}
