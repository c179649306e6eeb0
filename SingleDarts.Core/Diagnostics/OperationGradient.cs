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
        return [.. autograd.grad([loss], leaves, allow_unused: true).Zip(leaves, (gradient, leaf) => Numbers(gradient, leaf))];
    }

    private static double[,] Numbers(Tensor gradient, Tensor like)
    {
        var numbers = new double[like.shape[0], like.shape[1]];
        if (gradient is { IsInvalid: false })
            Buffer.BlockCopy(gradient.cpu().to(ScalarType.Float64).contiguous().data<double>().ToArray(), 0, numbers, 0, numbers.Length * sizeof(double));
        return numbers;
    }
}
