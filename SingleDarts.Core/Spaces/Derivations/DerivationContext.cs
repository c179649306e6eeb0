using SingleDarts.Core.Genotypes;
using SingleDarts.Core.Optimizers;
using static TorchSharp.torch;

namespace SingleDarts.Core.Spaces;

/// <summary>What a derivation looks at.</summary>
/// <param name="Space">The search space.</param>
/// <param name="Snapshot">Parameters of every kind of cell, [edges, operations].</param>
public sealed record DerivationContext(SearchSpace Space, IReadOnlyDictionary<string, CellSnapshot> Snapshot)
{
    /// <summary>Whether the search is at its end, so that the genotype is its result.</summary>
    public bool IsFinal { get; init; }

    /// <summary>The moment of the search: that of its last step.</summary>
    public EpochPosition Position { get; init; } = new(0, 0, 1);

    /// <summary>A generator on the CPU for what the derivation draws; a search seeds it again for each derivation.</summary>
    public Generator Generator
    {
        get => field ??= new Generator(0, CPU);
        init;
    }

    /// <summary>
    /// What <see cref="Draw"/> draws; <see cref="SearchSpace.RandomGenotype(Generator)"/> if <see langword="null"/>.
    /// </summary>
    public Func<Generator, Genotype>? Sampler { get; init; }

    /// <summary>What <see cref="Accuracy"/> gives; <see langword="null"/> outside of a search.</summary>
    public Func<Genotype, long, int?, double>? Scorer { get; init; }

    /// <summary>What <see cref="WholeAccuracy"/> gives; <see langword="null"/> outside of a search.</summary>
    public Func<Genotype, int?, double>? WholeScorer { get; init; }

    /// <summary>A genotype as the scheme of the search samples them.</summary>
    public Genotype Draw() => Sampler is null ? Space.RandomGenotype(Generator) : Sampler(Generator);

    /// <summary>
    /// One-shot accuracy of a genotype, 0 to 1: of its path alone in the supernet, in evaluation mode, on a batch of a sequence that goes
    /// through α's samples without augmentation.
    /// </summary>
    /// <param name="genotype">A genotype of the space.</param>
    /// <param name="batch">Position of the batch in the sequence, which starts again with every derivation: 0 to 2³² − 1.</param>
    /// <param name="batchSize">Samples of the batch; those of the search's batches if <see langword="null"/>.</param>
    /// <exception cref="InvalidOperationException">There is no supernet to score with.</exception>
    public double Accuracy(Genotype genotype, long batch = 0, int? batchSize = null) =>
        Scorer is { } scorer ? scorer(genotype, batch, batchSize) : throw NoSupernet();

    /// <summary>
    /// One-shot accuracy of a genotype on all of α's samples, 0 to 1, in the same batches for every genotype. A last batch of one sample is
    /// left out.
    /// </summary>
    /// <param name="genotype">A genotype of the space.</param>
    /// <param name="batchSize">Samples of a batch; those of the search's batches if <see langword="null"/>.</param>
    /// <exception cref="InvalidOperationException">There is no supernet to score with.</exception>
    public double WholeAccuracy(Genotype genotype, int? batchSize = null) =>
        WholeScorer is { } scorer ? scorer(genotype, batchSize) : throw NoSupernet();

    private InvalidOperationException NoSupernet() => new(
        $"There is no supernet to score genotypes of '{Space.Name}' with; derive in a search, or give the context a scorer.");
}
