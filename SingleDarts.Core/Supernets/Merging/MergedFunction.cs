using static TorchSharp.torch;

namespace SingleDarts.Core.Supernets;

/// <summary>
/// A <see cref="IMergedComputation"/> as one step of autograd with a backward pass of its own. What the computation keeps is freed node
/// by node while the backward pass goes; a second walk over a retained graph computes it again.
/// </summary>
internal sealed class MergedFunction : autograd.MultiTensorFunction<MergedFunction>
{
    [ThreadStatic] private static List<Tensor>? handedOver;

    /// <inheritdoc/>
    public override string Name => "merged";

    /// <summary>The outputs of a computation.</summary>
    /// <param name="computation">What to compute.</param>
    /// <param name="inputs">Input nodes, [N, C, H, W].</param>
    /// <param name="p">Operation weights, [edges, operations].</param>
    /// <param name="recompute">Whether the backward pass computes the convolutions again instead of keeping their outputs.</param>
    public static IReadOnlyList<Tensor> Apply(IMergedComputation computation, Tensor[] inputs, Tensor p, bool recompute)
    {
        using var scope = NewDisposeScope();
        if (!is_grad_enabled())
            return [.. computation.Forward(inputs, p, [.. computation.Weights]).Outputs.Select(o => o.MoveToOuterDisposeScope())];
        List<Tensor> outputs = apply([new State(computation, inputs.Length, recompute), .. inputs, p, .. computation.Weights]);
        foreach (Tensor output in outputs)
            output.MoveToOuterDisposeScope();
        return outputs;
    }

    /// <inheritdoc/>
    public override List<Tensor> forward(autograd.AutogradContext ctx, params object[] vars)
    {
        var state = (State)vars[0];
        List<Tensor> given = [.. vars.Skip(1).Cast<Tensor>()];
        var (inputs, p, weights) = state.Split(given);
        var (outputs, kept) = state.Computation.Forward(inputs, p, weights);
        state.Keep(kept, [.. outputs.Select(output => output.shape)]);
        ctx.set_materialize_grads(false);
        ctx.save_data("", state);
        ctx.save_for_backward(given);
        return [.. outputs];
    }

    /// <inheritdoc/>
    public override List<Tensor> backward(autograd.AutogradContext ctx, List<Tensor> grad_outputs)
    {
        if (is_grad_enabled())
            throw new InvalidOperationException(
                "A gradient is to be differentiated again (create_graph), but merged cells have no second derivative. " +
                "Set supernet.Execution = CellExecution.PerEdge before the forward pass.");
        handedOver?.ForEach(tensor => tensor.Dispose());
        using var scope = NewDisposeScope();
        var state = (State)ctx.get_data("");
        var (inputs, p, weights) = state.Split(ctx.get_saved_variables());
        Tensor[] gradients = [.. grad_outputs.Select((g, i) => g.IsInvalid ? zeros(state.Shapes[i], inputs[0].dtype, inputs[0].device) : g)];
        KeptNode[] kept = state.Take() ?? state.Computation.Forward(inputs, p, weights).Kept;
        var (dx, dp, dw) = state.Computation.Backward(gradients, inputs, p, weights, kept);
        // The engine takes the results over after this method has returned.
        handedOver = [.. dx, dp, .. dw];
        handedOver.ForEach(tensor => tensor.DetachFromDisposeScope());
        grad_outputs.ForEach(gradient => gradient.Dispose());
        return [null!, .. handedOver];
    }

    /// <summary>What a step of autograd knows besides its tensors.</summary>
    private sealed class State(IMergedComputation computation, int inputs, bool recompute)
    {
        private KeptNode[]? kept;

        public IMergedComputation Computation => computation;

        public long[][] Shapes { get; private set; } = [];

        public (Tensor[] Inputs, Tensor P, Tensor[] Weights) Split(List<Tensor> given) =>
            ([.. given.Take(inputs)], given[inputs], [.. given.Skip(inputs + 1)]);

        public void Keep(KeptNode[] nodes, long[][] shapes)
        {
            kept = recompute ? [.. nodes.Select(node => node.WithoutBranches())] : nodes;
            Shapes = shapes;
            foreach (KeptNode node in kept)
                node.Detach();
        }

        public KeptNode[]? Take()
        {
            KeptNode[]? nodes = kept;
            kept = null;
            return nodes;
        }
    }
}
