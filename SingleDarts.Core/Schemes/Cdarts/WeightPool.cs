using SingleDarts.Core.Genotypes;
using SingleDarts.Core.Operations;
using SingleDarts.Core.Runtime;
using SingleDarts.Core.Spaces;
using SingleDarts.Core.Supernets;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace SingleDarts.Core.Schemes;

/// <summary>
/// The weights of every evaluation network: a second supernet, whose batch normalisations learn a scale. The evaluation network of a
/// genotype is its path alone, so that an operation which comes back into the genotype goes on with the weights that it had. The stem of
/// the pool is not used.
/// </summary>
internal sealed class WeightPool : IDisposable
{
    private const string Alpha = "alpha.";
    private Dictionary<string, MixingWeights> path = [];

    /// <summary>Builds the pool.</summary>
    /// <param name="space">The space of the evaluation network.</param>
    /// <param name="like">The search network, for device and type.</param>
    /// <param name="seed">Seed of the first weights.</param>
    public WeightPool(SearchSpace space, Supernet like, long seed)
    {
        Supernet = new Supernet(space, Relaxations.Softmax, new SupernetOptions
        {
            Seed = seed, Device = like.Device, DataType = like.DataType, Affine = true, Execution = CellExecution.PerEdge,
        });
        Supernet.train();
    }

    /// <summary>All weights.</summary>
    public Supernet Supernet { get; }

    /// <summary>The path of the evaluation network, by kind of cell; empty before the first.</summary>
    public IReadOnlyDictionary<string, MixingWeights> Path => path;

    /// <summary>The evaluation network, from its cells to its head: what it does with the output of a stem.</summary>
    /// <param name="stem">[N, C, ...].</param>
    /// <returns>Logits [N, classes] and the features with which the stages end.</returns>
    public (Tensor Logits, IReadOnlyList<Tensor> Features) Forward(Tensor stem) => Supernet.ForwardStages(stem, path);

    /// <summary>Parameters of the evaluation network by name.</summary>
    public IEnumerable<(string Name, Parameter Parameter)> Parameters
    {
        get
        {
            HashSet<Parameter> present = [.. PresentModules.SelectMany(module => module.parameters())];
            return Supernet.named_parameters().Where(p => present.Contains(p.parameter));
        }
    }

    /// <summary>Begins the evaluation network of a genotype: all weights are those of the pool, but the scales and shifts of its
    /// operations and preprocessings begin at 1 and 0.</summary>
    /// <param name="genotype">A genotype of the space.</param>
    public void Begin(Genotype genotype)
    {
        SetPath(kind => MixingWeights.OneHot(kind, genotype[kind.Name], Supernet.Device, Supernet.DataType));
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        foreach (BatchNormalization normalization in CellModules.SelectMany(module => module.modules().Append(module))
            .OfType<BatchNormalization>().Where(module => module.weight is not null))
        {
            normalization.weight!.copy_(ones_like(normalization.weight));
            normalization.bias!.zero_();
        }
    }

    /// <summary>Weights, and p of the path.</summary>
    public IEnumerable<(string Name, Tensor Value)> SaveState() => Supernet.state_dict()
        .Where(entry => !entry.Key.StartsWith(Alpha, StringComparison.Ordinal)).Select(entry => ($"weights/{entry.Key}", entry.Value))
        .Concat(path.Select(entry => ($"path/{entry.Key}", entry.Value.P)));

    /// <summary>Puts weights and path back.</summary>
    /// <param name="saved">What <see cref="SaveState"/> gave.</param>
    /// <param name="hasPath">Whether there was an evaluation network.</param>
    public void LoadState(IReadOnlyDictionary<string, Tensor> saved, bool hasPath)
    {
        using var _ = no_grad();
        foreach (var (name, value) in Supernet.state_dict())
            if (!name.StartsWith(Alpha, StringComparison.Ordinal))
                value.copy_(saved.Find($"weights/{name}", value.shape));
        if (hasPath)
            SetPath(kind => MixingWeights.OnlyNonZero(saved.Find($"path/{kind.Name}", [kind.Topology.Edges.Count, kind.Operations.Count])
                .to(Supernet.DataType, Supernet.Device, copy: true)));
    }

    public void Dispose()
    {
        foreach (MixingWeights weights in path.Values)
            weights.P.Dispose();
        Supernet.Dispose();
    }

    private void SetPath(Func<CellSpecification, MixingWeights> of)
    {
        foreach (MixingWeights weights in path.Values)
            weights.P.Dispose();
        path = Supernet.Space.Cells.ToDictionary(kind => kind.Name, of);
        foreach (MixingWeights weights in path.Values)
            weights.P.DetachFromDisposeScope();
    }

    /// <summary>Modules of the evaluation network: those of its cells, blocks between stages, head.</summary>
    private IEnumerable<nn.Module> PresentModules =>
        CellModules.Concat(Supernet.Layers.Where(layer => layer is not SupernetCell)).Append(Supernet.Head);

    /// <summary>Operations on the path and preprocessings of all cells.</summary>
    private IEnumerable<nn.Module> CellModules => Supernet.Cells.SelectMany(cell => cell.Preprocessing.Concat<nn.Module>(
        from edge in cell.Placement.Cell.Topology.Edges
        from k in Enumerable.Range(0, cell.Placement.Cell.Operations.Count)
        where path[cell.Placement.Cell.Name].Computes(edge.Index, k)
        select cell[edge.Index][k]));
}
