using SingleDarts.Core.Supernets;

namespace SingleDarts.Core.Training;

/// <summary>How an <see cref="EvaluationNetwork"/> is built.</summary>
public sealed record EvaluationNetworkOptions
{
    /// <summary>Seed of the initial weights.</summary>
    public long Seed { get; init; }

    /// <summary>The auxiliary classifier behind the last reduction cell; none if <see langword="null"/>.</summary>
    public AuxiliaryHeadOptions? Auxiliary { get; init; }

    /// <summary>How the cells are computed in training mode.</summary>
    /// <value><see cref="CellExecution.Merged"/>.</value>
    public CellExecution Execution { get; init; } = CellExecution.Merged;

    /// <summary>
    /// Whether a node may read another one twice, as in the cells of NASNet; derived cells do not, so that it is a fault by default.
    /// </summary>
    public bool AllowRepeatedEdges { get; init; }
}
