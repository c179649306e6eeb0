using static TorchSharp.torch;

namespace SingleDarts.Core.Supernets;

/// <summary>
/// A <see cref="FanOut"/> as one step of autograd with a backward pass of its own. It keeps x and the convolutions' outputs alone; relu(x)
/// and poolings are computed again.
/// </summary>
internal sealed class FanOutFunction : autograd.MultiTensorFunction<FanOutFunction>
{
    [ThreadStatic] private static List<Tensor>? handedOver;

    /// <inheritdoc/>
    public override string Name => nameof(FanOut);

    /// <summary>c_j for every target.</summary>
    /// <param name="fanOut">What to compute.</param>
    /// <param name="x">The node.</param>
    /// <param name="p">Operation weights, [edges, operations].</param>
    /// <param name="recompute">Whether the backward pass computes the convolutions again instead of keeping their outputs.</param>
    public static IReadOnlyList<Tensor> Apply(FanOut fanOut, Tensor x, Tensor p, bool recompute)
    {
        using var scope = NewDisposeScope();
        List<Tensor> outputs = apply([fanOut, recompute, x, p, .. fanOut.Weights]);
        foreach (Tensor output in outputs)
            output.MoveToOuterDisposeScope();
        return outputs;
    }

    /// <inheritdoc/>
    public override List<Tensor> forward(autograd.AutogradContext ctx, params object[] vars)
    {
        var (fanOut, recompute) = ((FanOut)vars[0], (bool)vars[1]);
        var (x, p) = ((Tensor)vars[2], (Tensor)vars[3]);
        Tensor[] weights = [.. vars.Skip(4).Cast<Tensor>()];
        NormalizedBranches[] branches = fanOut.Convolve(x, weights);
        Tensor[] outputs = fanOut.Mix(x, p, branches);
        ctx.set_materialize_grads(false);
        ctx.save_data(nameof(FanOut), fanOut);
        ctx.save_data("shapes", outputs.Select(output => output.shape).ToArray());
        ctx.save_for_backward([x, p, .. weights, .. recompute ? [] : branches.SelectMany(b => b.Tensors)]);
        return [.. outputs];
    }

    /// <inheritdoc/>
    public override List<Tensor> backward(autograd.AutogradContext ctx, List<Tensor> grad_outputs)
    {
        handedOver?.ForEach(tensor => tensor.Dispose());
        using var scope = NewDisposeScope();
        var fanOut = (FanOut)ctx.get_data(nameof(FanOut));
        List<Tensor> saved = ctx.get_saved_variables();
        Tensor[] weights = [.. saved.Skip(2).Take(fanOut.Weights.Count)];
        Tensor[] kept = [.. saved.Skip(2 + weights.Length)];
        var shapes = (long[][])ctx.get_data("shapes");
        Tensor[] gradients = [.. grad_outputs.Select((g, i) => g.IsInvalid ? zeros(shapes[i], saved[0].dtype, saved[0].device) : g)];
        var (dx, dp, dw) = fanOut.Backward(gradients, saved[0], saved[1], weights, kept.Length > 0 ? fanOut.BranchesOf(kept) : null);
        // The engine takes the results over after this method has returned.
        handedOver = [dx, dp, .. dw];
        handedOver.ForEach(tensor => tensor.DetachFromDisposeScope());
        grad_outputs.ForEach(gradient => gradient.Dispose());
        return [null!, null!, .. handedOver];
    }
}
