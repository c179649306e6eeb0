using SingleDarts.Core.Genotypes;
using SingleDarts.Core.Runtime;
using SingleDarts.Core.Spaces;
using static TorchSharp.torch;

namespace SingleDarts.Core.Supernets;

public sealed partial class Supernet
{
    /// <summary>Logits of a batch, with mixing weights from α.</summary>
    /// <param name="input">[N, ...] of <see cref="SearchSpace.InputShape"/>.</param>
    /// <returns>[N, classes].</returns>
    public override Tensor forward(Tensor input)
    {
        using var scope = NewDisposeScope();
        return Forward(input, Relax()).MoveToOuterDisposeScope();
    }

    /// <summary>Logits of a batch, with mixing weights that the caller gives: one-hot, perturbed, or watched for gradients.</summary>
    /// <param name="input">[N, ...] of <see cref="SearchSpace.InputShape"/>.</param>
    /// <param name="weights">Those of every kind of cell.</param>
    /// <returns>[N, classes].</returns>
    /// <exception cref="ArgumentException">The input has another shape than the space's, or p is not [edges, operations].</exception>
    public Tensor Forward(Tensor input, IReadOnlyDictionary<string, MixingWeights> weights) => Forward(input, OfCells(weights));

    /// <summary>Logits of a batch along the path of a genotype alone: only its operations are computed, whatever the relaxation.</summary>
    /// <param name="input">[N, ...] of <see cref="SearchSpace.InputShape"/>.</param>
    /// <param name="genotype">A genotype of the space.</param>
    /// <returns>[N, classes].</returns>
    /// <exception cref="ArgumentException">The input has another shape than the space's, or the genotype is of another space.</exception>
    public Tensor Forward(Tensor input, Genotype genotype)
    {
        ArgumentNullException.ThrowIfNull(genotype);
        using var scope = NewDisposeScope();
        return Forward(input, Space.Cells.ToDictionary(
            cell => cell.Name, cell => MixingWeights.OneHot(cell, genotype[cell.Name], Device, DataType))).MoveToOuterDisposeScope();
    }

    /// <summary>Logits of a batch, with mixing weights of every copy of a cell by itself.</summary>
    /// <param name="input">[N, ...] of <see cref="SearchSpace.InputShape"/>.</param>
    /// <param name="weights">Those of every cell in the order of <see cref="Cells"/>.</param>
    /// <returns>[N, classes].</returns>
    /// <exception cref="ArgumentException">
    /// The input has another shape than the space's, or there is not one p [edges, operations] for every cell.
    /// </exception>
    public Tensor Forward(Tensor input, IReadOnlyList<MixingWeights> weights)
    {
        ArgumentNullException.ThrowIfNull(input);
        ArgumentNullException.ThrowIfNull(weights);
        CheckShapes(weights);
        using var scope = NewDisposeScope();
        return ForwardStages(ForwardStem(input), weights).Logits.MoveToOuterDisposeScope();
    }

    /// <summary>Output of the stem alone, which another network can share (CDARTS).</summary>
    /// <param name="input">[N, ...] of <see cref="SearchSpace.InputShape"/>.</param>
    /// <returns>[N, C, ...].</returns>
    /// <exception cref="ArgumentException">The input has another shape or type than the supernet's.</exception>
    public Tensor ForwardStem(Tensor input)
    {
        ArgumentNullException.ThrowIfNull(input);
        backward.Throw();
        if (input.dtype != DataType)
            throw new ArgumentException(
                $"The batch is of {input.dtype}; the supernet of '{Space.Name}' is of {DataType}. Convert it with " +
                "to(), or set the type of the supernet's options.", nameof(input));
        using var scope = NewDisposeScope();
        return stack.ForwardStem(input).MoveToOuterDisposeScope();
    }

    /// <summary>
    /// Logits of a batch from the output of a stem, which may be another network's, and the features with which stages end: the outputs
    /// of the layers that halve the size, from the first to the last, without a second stem.
    /// </summary>
    /// <param name="stem">[N, C, ...], as <see cref="ForwardStem"/> gives it.</param>
    /// <param name="weights">Those of every kind of cell.</param>
    /// <returns>[N, classes], and features [N, C', ...].</returns>
    /// <exception cref="ArgumentException">There are no mixing weights of a kind of cell, or p is not [edges, operations].</exception>
    public (Tensor Logits, IReadOnlyList<Tensor> Features) ForwardStages(
        Tensor stem, IReadOnlyDictionary<string, MixingWeights> weights) => ForwardStages(stem, OfCells(weights));

    private (Tensor Logits, IReadOnlyList<Tensor> Features) ForwardStages(Tensor stem, IReadOnlyList<MixingWeights> weights)
    {
        ArgumentNullException.ThrowIfNull(stem);
        backward.Throw();
        CheckShapes(weights);
        using var scope = NewDisposeScope();
        var features = new List<Tensor>();
        int[] ends = [.. Space.Layout.StageEnds];
        int copy = 0;
        Tensor logits = stack.ForwardBehindStem(
            stem, (cell, before, previous) => cell.call(before, previous, weights[copy++]), (layer, output) =>
            {
                if (ends.Contains(layer))
                    features.Add(output);
            });
        return (logits.MoveToOuterDisposeScope(), [.. features.Select(feature => feature.MoveToOuterDisposeScope())]);
    }

    private MixingWeights[] OfCells(IReadOnlyDictionary<string, MixingWeights> weights) =>
        [.. Cells.Select(cell => Given.NotNull(weights).GetValueOrDefault(cell.Placement.Cell.Name)
            ?? throw new ArgumentException($"No mixing weights of cell '{cell.Placement.Cell.Name}' are given; expected those of " +
                $"{string.Join(", ", Space.Cells.Select(kind => $"'{kind.Name}'"))}.", nameof(weights)))];

    private void CheckShapes(IReadOnlyList<MixingWeights> weights)
    {
        CellSpecification[] kinds = [.. Cells.Select(cell => cell.Placement.Cell)];
        if (weights.Count != kinds.Length)
            throw new ArgumentException(
                $"Mixing weights of {weights.Count} cells are given; the supernet has {kinds.Length} cells.", nameof(weights));
        foreach (var (kind, of) in kinds.Zip(weights))
            if (!of.P.shape.SequenceEqual([kind.Topology.Edges.Count, kind.Operations.Count]))
                throw new ArgumentException(
                    $"The operation weights of cell '{kind.Name}' are [{string.Join(", ", of.P.shape)}]; expected " +
                    $"[{kind.Topology.Edges.Count}, {kind.Operations.Count}] (edges, operations).", nameof(weights));
    }
}
