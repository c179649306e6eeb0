using SingleDarts.Core.Genotypes;
using SingleDarts.Core.Spaces;
using SingleDarts.Core.Supernets;
using static TorchSharp.torch;

namespace SingleDarts.Core.Schemes;

/// <summary>
/// Weights that learn along single paths: each batch trains them along one path, drawn uniformly over the candidates of each edge, zero
/// operations included, and shared by all cells. α stands still, as in random search with parameter sharing (Li and Talwalkar, UAI 2019;
/// RSPS in NAS-Bench-201), or is moved behind w (SETN). The genotype is chosen by a selection, for example <see cref="DrawnSelection"/>.
/// </summary>
/// <remarks>
/// Weights off the path have no gradient in the step; momentum and weight decay move them nevertheless. In spaces whose rule keeps some
/// edges of a node (DARTS), the path is one that the rule can give: see <see cref="SearchSpace.RandomGenotype(Generator)"/>.
/// </remarks>
public sealed record UniformPathScheme : IOptimizationScheme
{
    /// <summary>Share of the data that feeds w, within (0, 1); the rest feeds α and scores genotypes.</summary>
    public double TrainPortion { get; init; } = 0.5;

    /// <summary>
    /// Whether every copy of a cell draws a path of its own, in which no node gets zero operations alone, as in the RSPS of NATS-Bench
    /// (mode <c>urs</c>).
    /// </summary>
    /// <value>False.</value>
    public bool DrawsPerCell { get; init; }

    /// <summary>
    /// Whether α moves behind w, with a batch of its own and the mixture that the relaxation makes of all candidates, as in SETN (Dong and
    /// Yang, ICCV 2019): w never sees a mixture, and α learns on weights that were trained along paths.
    /// </summary>
    /// <value>False.</value>
    public bool MovesArchitecture { get; init; }

    /// <summary>How α's batches are drawn from its part, if it moves.</summary>
    public ArchitectureSampling Sampling { get; init; } = ArchitectureSampling.WithReplacement;

    /// <inheritdoc/>
    public string Name => "uniform-path";

    /// <inheritdoc/>
    public IEnumerable<string> Faults(SearchSpace space)
    {
        ArgumentNullException.ThrowIfNull(space);
        if (MovesArchitecture && Sampling == ArchitectureSampling.None)
            yield return "α is to be moved behind the paths, but its sampling is None; take WithReplacement or WithoutReplacement.";
        if (DrawsPerCell && space.Cells.Any(cell => cell.Topology.Edges.GroupBy(edge => edge.Target)
            .Any(node => node.All(edge => cell.Derivable(edge).All(k => cell.Operations[k].IsZero)))))
            yield return $"Paths of each cell are to give no node zero operations alone, but '{space.Name}' has a node that allows " +
                "nothing else; allow another operation on one of its edges.";
    }

    /// <inheritdoc/>
    /// <exception cref="ArgumentOutOfRangeException"><see cref="TrainPortion"/> is outside (0, 1), or leaves a part empty.</exception>
    public SampleAllocation Allocate(long samples, Generator generator) =>
        SampleAllocation.Split(samples, TrainPortion, generator, MovesArchitecture ? Sampling : ArchitectureSampling.None);

    /// <inheritdoc/>
    public StepOutcome Step(StepContext step)
    {
        ArgumentNullException.ThrowIfNull(step);
        BatchOutcome weights = DrawsPerCell ? AlongOwnPaths(step) : AlongOnePath(step);
        return new StepOutcome(weights, MovesArchitecture ? step.UpdateArchitecture() : null);
    }

    private static BatchOutcome AlongOnePath(StepContext step)
    {
        Genotype path = step.Supernet.Space.RandomGenotype(step.Generator);
        return step.UpdateWeights(batch => step.Evaluate(batch, path));
    }

    private static BatchOutcome AlongOwnPaths(StepContext step) =>
        step.UpdateWeights(batch => step.Evaluate(batch, OwnPaths(step.Supernet, step.Generator)));

    /// <summary>A path for each copy of a cell.</summary>
    internal static IReadOnlyList<MixingWeights> OwnPaths(Supernet supernet, Generator generator) =>
        [.. supernet.Cells.Select(cell => cell.Placement.Cell).Select(cell => MixingWeights.OneHot(
            cell, WithoutIdleNodes(supernet.Space, cell, generator), supernet.Device, supernet.DataType))];

    /// <summary>A random cell, every node of which is drawn again while it has zero operations alone.</summary>
    private static CellGenotype WithoutIdleNodes(SearchSpace space, CellSpecification cell, Generator generator)
    {
        bool IsIdle(IReadOnlyList<Gene> genes) => genes.All(gene => cell.Operation(gene.Operation).IsZero);
        CellGenotype drawn = space.RandomGenotype(generator)[cell.Name];
        while (drawn.Nodes.Any(IsIdle))
        {
            CellGenotype again = space.RandomGenotype(generator)[cell.Name];
            drawn = new CellGenotype(drawn.Nodes.Zip(again.Nodes, (genes, others) => IsIdle(genes) ? others : genes), drawn.OutputNodes);
        }
        return drawn;
    }
}
