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
        var p = supernet.OperationWeights();
        Tensor[] leaves = [.. supernet.Cells.Select(cell => p[cell.Placement.Cell.Name].detach().clone().requires_grad_())];
        Tensor loss = moment.Context.Evaluate(batch, leaves).Loss;
        return [.. supernet.Gradients(loss, leaves).Select(Host.Matrix)];
    }
}
