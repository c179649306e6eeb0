using System.Text.Json.Serialization;
using SingleDarts.Core.Genotypes;
using SingleDarts.Core.Runs;
using SingleDarts.Core.Spaces;

namespace SingleDarts.Core.Search;

/// <summary>What one epoch of a search gave; one line of <c>epochs.jsonl</c>.</summary>
public sealed record EpochReport : RunReport
{
    /// <summary>Number of the stage, counted from 1.</summary>
    [JsonPropertyOrder(-1)]
    public int Stage { get; init; } = 1;

    /// <summary>The genotype that the derivation gives after this epoch. A selection scores its candidates once more at the end, so that
    /// the genotype of the last epoch may be another one than the result.</summary>
    public required Genotype Genotype { get; init; }

    /// <summary>Mean loss on the weights' batches; NaN if no step measured one.</summary>
    public required double WeightLoss { get; init; }

    /// <summary>Accuracy on the weights' batches, 0 to 1.</summary>
    public required double WeightAccuracy { get; init; }

    /// <summary>Mean loss on α's batches. A step that shares one batch, or in which α does not move, counts the weights' loss;
    /// if no step measured one, it is <see cref="WeightLoss"/>.</summary>
    public required double ArchitectureLoss { get; init; }

    /// <summary>Accuracy on α's batches, 0 to 1, with the weights' if <see cref="ArchitectureLoss"/> has theirs.</summary>
    public required double ArchitectureAccuracy { get; init; }

    /// <summary>Learning rate of w at the end of the epoch.</summary>
    public required double WeightLearningRate { get; init; }

    /// <summary>Learning rate of α at the end of the epoch.</summary>
    public required double ArchitectureLearningRate { get; init; }

    /// <summary>Numbers that epoch rules measured after this epoch, by the names of the rules; <see langword="null"/> if there are
    /// none.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyDictionary<string, double>? Measured { get; init; }

    /// <summary>Number of the epoch to which a rule returned, so that this one began with its state; <see langword="null"/> if it
    /// began with that of the epoch before.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public int? Follows { get; init; }

    /// <summary>Candidates that the epoch had, on all edges of all kinds of cells (<see cref="SearchSpace.CandidateCount"/>): fewer after
    /// each pruning. 0 in the reports of earlier versions.</summary>
    public int Candidates { get; init; }

    /// <summary>What rules had fed back when the epoch began (<see cref="Optimizers.EpochPosition.Feedback"/>), for example λ of
    /// GOLD-NAS; <see langword="null"/> if nothing.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public double? Feedback { get; init; }

    /// <summary>α and p of every kind of cell after this epoch, [edges, operations].</summary>
    public required IReadOnlyDictionary<string, CellSnapshot> Architecture { get; init; }
}
