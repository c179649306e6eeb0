using SingleDarts.Core.Data;
using SingleDarts.Core.Genotypes;
using SingleDarts.Core.Runtime;
using SingleDarts.Core.Schemes;
using SingleDarts.Core.Spaces;
using static TorchSharp.torch;

namespace SingleDarts.Core.Search;

/// <summary>
/// Derives genotypes with the supernet and the scheme of a search. All that is drawn is a function of the seed and the number of finished
/// epochs.
/// </summary>
/// <param name="derivation">The rule.</param>
/// <param name="scheme">Draws genotypes.</param>
/// <param name="context">Scores them.</param>
/// <param name="streams">What is drawn.</param>
/// <param name="batchesPerPass">Evaluation batches of a size that go once through the samples.</param>
internal sealed class SearchDerivation(
    IDerivation derivation, IOptimizationScheme scheme, StepContext context, RandomStreams streams, Func<int?, long> batchesPerPass)
{
    /// <summary>Each derivation has this many positions of its own in the sequence of evaluation batches.</summary>
    private const long Positions = 1L << 32;

    /// <summary>The genotype after an epoch, or the result.</summary>
    /// <param name="snapshot">α and p of every kind of cell.</param>
    /// <param name="index">Number of the derivation: the epoch, counted from 0, or the number of epochs for the result.</param>
    /// <param name="isFinal">Whether it is the result.</param>
    /// <exception cref="InvalidOperationException">The derivation gives null.</exception>
    public Genotype Derive(IReadOnlyDictionary<string, CellSnapshot> snapshot, int index, bool isFinal)
    {
        using var scope = NewDisposeScope();
        using Generator generator = streams.CreateGenerator("derivation", index);
        long first = (index + 1) * Positions;
        SearchSpace space = context.Supernet.Space;
        var given = new DerivationContext(space, snapshot)
        {
            IsFinal = isFinal,
            Position = context.Position,
            Generator = generator,
            Sampler = drawn => UserPart.Result(
                scheme, () => $"Draw of the scheme '{scheme.Name}'", "a genotype", () => scheme.Draw(space, drawn)),
            Scorer = (genotype, batch, size) => Accuracy(genotype, first + batch, size).Share,
            WholeScorer = (genotype, size) => WholeAccuracy(genotype, first, size),
        };
        return UserPart.Result(
            derivation, () => $"The derivation '{derivation.Name}'", "a genotype", () => derivation.Derive(given));
    }

    private (double Share, long Samples) Accuracy(Genotype genotype, long n, int? size)
    {
        using var scope = NewDisposeScope();
        LabeledBatch batch = context.EvaluationBatch(n, size);
        return (context.Accuracy(genotype, batch), batch.Size);
    }

    /// <summary>That of the first whole pass behind a position.</summary>
    private double WholeAccuracy(Genotype genotype, long first, int? size)
    {
        int batches = (int)batchesPerPass(size);
        long pass = first / batches + 1;
        double correct = 0, samples = 0;
        for (int i = 0; i < batches; i++)
        {
            var (share, count) = Accuracy(genotype, (pass * batches) + i, size);
            correct += share * count;
            samples += count;
        }
        return correct / samples;
    }
}
