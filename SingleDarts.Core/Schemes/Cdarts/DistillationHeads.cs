using SingleDarts.Core.Runtime;
using SingleDarts.Core.Spaces;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace SingleDarts.Core.Schemes;

/// <summary>
/// What the two networks of CDARTS share besides the stem: a <see cref="DistillationHead"/> behind every stage but the last, and a vector q
/// that weighs them and the network's own logits.
/// </summary>
internal sealed class DistillationHeads : nn.Module
{
    private readonly ModuleList<DistillationHead> heads;
    private readonly Parameter q;

    /// <summary>Builds the heads of a space; q begins at U(0, 1) divided by its length.</summary>
    /// <param name="space">The space of the search.</param>
    /// <param name="generator">CPU generator of q.</param>
    public DistillationHeads(SearchSpace space, Generator generator) : base(nameof(DistillationHeads))
    {
        using var kept = new BuildScope();
        NetworkLayout layout = space.Layout;
        heads = nn.ModuleList<DistillationHead>(
            [.. layout.StageEnds.Select(end => new DistillationHead(layout.Layers[end].OutChannels, layout.Classes))]);
        q = new Parameter(rand(heads.Count + 1, ScalarType.Float32, generator: generator).Over(heads.Count + 1));
        RegisterComponents();
    }

    /// <summary>
    /// The ensemble of a network: the logits of every head and its own, each times its softmax(q), one behind another along the batch.
    /// </summary>
    /// <param name="features">Features with which the stages end.</param>
    /// <param name="logits">Logits of the network, [N, classes].</param>
    /// <returns>[(heads + 1) N, classes].</returns>
    public Tensor Ensemble(IReadOnlyList<Tensor> features, Tensor logits)
    {
        using var scope = NewDisposeScope();
        Tensor shares = q.softmax(0);
        return cat([.. heads.Select((head, i) => head.call(features[i])).Append(logits).Select((of, i) => of * shares[i])], 0)
            .MoveToOuterDisposeScope();
    }

    /// <summary>Parameters that are moved, by name: q and, unless they are frozen, those of the heads.</summary>
    /// <param name="trainsHeads">Whether the heads are moved.</param>
    public IEnumerable<(string Name, Parameter Parameter)> Moved(bool trainsHeads) =>
        named_parameters().Where(p => trainsHeads || ReferenceEquals(p.parameter, q));
}
