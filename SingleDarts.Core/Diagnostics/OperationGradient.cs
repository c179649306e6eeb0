using SingleDarts.Core.Data;
using SingleDarts.Core.Search;
using SingleDarts.Core.Supernets;
using static TorchSharp.torch;

namespace SingleDarts.Core.Diagnostics;

/// <summary>∂L/∂p with operation weights p as leaves: one forward pass and one backward pass for p alone.</summary>
internal static class OperationGradient
{
    /// <summary>∂L/∂p of every cell by itself, [edges, operations] each; p is shared, so its gradient is the sum over a kind's cells.</summary>
    public static double[][,] Of(SearchMoment moment, LabeledBatch batch)
    {
        using var measurement = new Measurement(moment);
        Supernet supernet = moment.Context.Supernet;
        var p = supernet.OperationWeights();
        Tensor[] leaves = [.. supernet.Cells.Select(cell => p[cell.Placement.Cell.Name].detach().clone().requires_grad_())];
        Tensor loss = moment.Context.Evaluate(batch, leaves).Loss;
        return [.. supernet.Gradients(loss, leaves).Select(Numbers)];
    }

    private static double[,] Numbers(Tensor gradient)
    {
        var numbers = new double[gradient.shape[0], gradient.shape[1]];
        Buffer.BlockCopy(gradient.cpu().to(ScalarType.Float64).contiguous().data<double>().ToArray(), 0, numbers, 0, numbers.Length * sizeof(double));
        return numbers;
    }
}
