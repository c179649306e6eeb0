using SingleDarts.Core.Runtime;
using static TorchSharp.torch;

namespace SingleDarts.Core.Operations;

/// <summary>
/// Dropout (Srivastava et al., JMLR 2014) that draws from the generator of the step (<see cref="RunRandom"/>), so that runs side by side
/// and the host of the process do not take each other's numbers.
/// </summary>
public sealed class Dropout : nn.Module<Tensor, Tensor>, IOnnxOperation
{
    private readonly double probability;

    /// <summary>Builds the module.</summary>
    /// <param name="probability">Probability P that a value is set to 0 while training, 0 to less than 1.</param>
    /// <exception cref="ArgumentOutOfRangeException">P is outside [0, 1).</exception>
    public Dropout(double probability = 0.5) : base(nameof(Dropout)) => this.probability = probability is >= 0 and < 1
        ? probability
        : throw new ArgumentOutOfRangeException(
            nameof(probability), probability, "Expected a probability from 0 to less than 1, for example 0.5.");

    /// <summary>x · m / (1 − P) with m ~ Bernoulli(1 − P) for each value while training; x in evaluation mode.</summary>
    /// <param name="input">Any shape.</param>
    /// <returns>The input's shape.</returns>
    public override Tensor forward(Tensor input) =>
        training && probability > 0 ? Bernoulli.Keep(Given.NotNull(input), input.shape, probability) : Given.NotNull(input).alias();

    /// <inheritdoc/>
    string IOnnxOperation.Export(OnnxGraph graph, string input) => input;
}
