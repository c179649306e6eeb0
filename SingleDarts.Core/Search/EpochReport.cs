using SingleDarts.Core.Genotypes;
using SingleDarts.Core.Runs;
using SingleDarts.Core.Spaces;

namespace SingleDarts.Core.Search;

/// <summary>What one epoch of a search gave; one line of <c>epochs.jsonl</c>.</summary>
public sealed record EpochReport : RunReport
{
    /// <summary>The genotype that the parameters give after this epoch.</summary>
    public required Genotype Genotype { get; init; }

    /// <summary>Mean loss on the weights' batches.</summary>
    public required double WeightLoss { get; init; }

    /// <summary>Accuracy on the weights' batches, 0 to 1.</summary>
    public required double WeightAccuracy { get; init; }

    /// <summary>Mean loss on α's batches. A step that shares one batch, or in which α does not move, counts the weights' loss.</summary>
    public required double ArchitectureLoss { get; init; }

    /// <summary>Accuracy on α's batches, 0 to 1, with the weights' where <see cref="ArchitectureLoss"/> has theirs.</summary>
    public required double ArchitectureAccuracy { get; init; }

    /// <summary>Learning rate of w at the end of the epoch.</summary>
    public required double WeightLearningRate { get; init; }

    /// <summary>Learning rate of α at the end of the epoch.</summary>
    public required double ArchitectureLearningRate { get; init; }

    /// <summary>α and p of every kind of cell after this epoch, [edges, operations].</summary>
    public required IReadOnlyDictionary<string, CellSnapshot> Architecture { get; init; }
}
