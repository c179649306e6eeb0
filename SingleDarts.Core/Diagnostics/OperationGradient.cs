using SingleDarts.Core.Data;
using SingleDarts.Core.Runtime;
using SingleDarts.Core.Search;
using SingleDarts.Core.Supernets;
using static TorchSharp.torch;

namespace SingleDarts.Core.Diagnostics;

/// <summary>∂L/∂p with operation weights p as leaves: one forward pass and one backward pass for p alone.</summary>
internal static class OperationGradient
{
    /// <summary>∂L/∂p of every cell by itself, [edges, operations] each; p is shared, so its gradient is the sum over a kind's
    /// cells.</summary>
    public static double[][,] Of(SearchMoment moment, LabeledBatch batch)
    {
        using var measurement = new Measurement(moment);
        Supernet supernet = moment.Context.Supernet;
        MixingWeights[] mixing = [.. OfCells(supernet)];
        Tensor loss = moment.Context.Evaluate(batch, mixing).Loss;
        Tensor[] leaves = [.. mixing.Select(weights => weights.P)];
        return [.. supernet.Gradients(loss, leaves).Select(Host.Matrix)];
    }

    private static IEnumerable<MixingWeights> OfCells(Supernet supernet)
    {
        IReadOnlyDictionary<string, MixingWeights> mixing = supernet.Relax();
        foreach (SupernetCell cell in supernet.Cells)
        {
            MixingWeights weights = mixing[cell.Placement.Cell.Name].Detach();
            yield return weights with { P = weights.P.clone().requires_grad_() };
        }
    }
}
