using SingleDarts.Core.Runtime;
using static TorchSharp.torch;

namespace SingleDarts.Core.Kernels;

/// <summary>
/// A <see cref="IMergedComputation"/> as one step of autograd with a backward pass of its own. What the computation keeps is freed node
/// by node while the backward pass goes; a second walk over a retained graph computes it again, and so does a walk after an optimiser's
/// step.
/// </summary>
internal sealed class MergedFunction : autograd.MultiTensorFunction<MergedFunction>
{
    /// <inheritdoc/>
    public override string Name => "merged";

    /// <summary>The outputs of a computation.</summary>
    /// <param name="computation">What to compute.</param>
    /// <param name="inputs">Input nodes, [N, C, H, W].</param>
    /// <param name="p">Operation weights, [edges, operations].</param>
    /// <param name="recompute">Whether the backward pass computes the convolutions again instead of keeping their outputs.</param>
    /// <param name="backward">Keeps what the backward pass throws.</param>
    public static IReadOnlyList<Tensor> Apply(
        IMergedComputation computation, Tensor[] inputs, Tensor p, bool recompute, BackwardState backward)
    {
        using var scope = NewDisposeScope();
        if (!is_grad_enabled())
            return [.. computation.Forward(inputs, p, [.. computation.Weights], isAgain: false).Outputs
                .Select(o => o.MoveToOuterDisposeScope())];
        List<Tensor> outputs = apply([new State(computation, inputs.Length, recompute, backward), .. inputs, p, .. computation.Weights]);
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
        var (outputs, kept) = state.Computation.Forward(inputs, p, weights, isAgain: false);
        state.Keep(kept, outputs, given);
        ctx.set_materialize_grads(false);
        ctx.save_data("", state);
        ctx.save_for_backward(given);
        return [.. outputs];
    }

    /// <inheritdoc/>
    public override List<Tensor> backward(autograd.AutogradContext ctx, List<Tensor> grad_outputs)
    {
        EngineGradients.Release();
        List<Tensor> handedOver;
        var state = (State)ctx.get_data("");
        try
        {
            handedOver = state.Backward.IsKept ? state.NotANumber() : Gradients(ctx, state, grad_outputs);
        }
        catch (Exception e)
        {
            // No exception may pass the native frames of the engine, and a gradient of zero would be a silent wrong number.
            state.Backward.Keep(e);
            handedOver = TryNotANumber(state);
        }
        EngineGradients.HandOver(handedOver);
        grad_outputs.ForEach(gradient => gradient.Dispose());
        return [null!, .. handedOver, .. Enumerable.Repeat<Tensor>(null!, state.Given - handedOver.Count)];
    }

    /// <summary>NaN; nothing if not even one number can be allocated, which the kept exception tells.</summary>
    private static List<Tensor> TryNotANumber(State state)
    {
        try
        {
            return state.NotANumber();
        }
        catch (Exception)
        {
            return [];
        }
    }

    /// <summary>Gradients in the inputs, p and the weights, out of every dispose scope: the engine takes them over after the backward
    /// pass.</summary>
    private static List<Tensor> Gradients(autograd.AutogradContext ctx, State state, List<Tensor> grad_outputs)
    {
        if (is_grad_enabled())
            throw new InvalidOperationException(
                "A gradient is to be differentiated again (create_graph), but merged cells have no second derivative. " +
                "Set the Execution of the network to CellExecution.PerEdge before the forward pass.");
        using var scope = NewDisposeScope();
        var (inputs, p, weights) = state.Split(ctx.get_saved_variables());
        Tensor[] gradients = [.. grad_outputs.Select((g, i) =>
            g.IsInvalid ? zeros(state.Shapes[i], inputs[0].dtype, inputs[0].device) : g)];
        Kept[] kept = state.Take() ?? state.Computation.Forward(inputs, p, weights, isAgain: true).Kept;
        var (dx, dp, dw) = state.Computation.Backward(
            gradients, inputs, p, weights, kept, state.Backward.Asks(state.Computation.Weights));
        List<Tensor> all = [.. dx, dp, .. dw];
        all.ForEach(tensor => tensor.DetachFromDisposeScope());
        return all;
    }

    /// <summary>What a step of autograd knows besides its tensors.</summary>
    private sealed class State(IMergedComputation computation, int inputs, bool recompute, BackwardState backward) : IDisposable
    {
        private Kept[]? kept;
        private (long[] Shape, ScalarType Type, Device Device)[] givenLike = [];

        public IMergedComputation Computation => computation;

        public BackwardState Backward => backward;

        /// <summary>Number of tensors that were given.</summary>
        public int Given => givenLike.Length;

        public long[][] Shapes { get; private set; } = [];

        public (Tensor[] Inputs, Tensor P, Tensor[] Weights) Split(List<Tensor> given) =>
            ([.. given.Take(inputs)], given[inputs], [.. given.Skip(inputs + 1)]);

        public void Keep(Kept[] parts, Tensor[] outputs, List<Tensor> given)
        {
            kept = parts;
            Shapes = [.. outputs.Select(output => output.shape)];
            givenLike = [.. given.Select(tensor => (tensor.shape, tensor.dtype, tensor.device))];
            foreach (Kept part in kept)
            {
                if (recompute)
                    part.Forget();
                part.Detach();
            }
            KeptForBackward.Add(this);
        }

        public void Dispose()
        {
            foreach (Kept part in Take() ?? [])
                part.Release();
        }

        /// <summary>NaN of the shape of everything given, which takes no memory to speak of.</summary>
        public List<Tensor> NotANumber()
        {
            using var scope = NewDisposeScope();
            return [.. givenLike.Select(like => TensorArithmetic.Filled([1], double.NaN, like.Type, like.Device)
                .expand(like.Shape).DetachFromDisposeScope())];
        }

        public Kept[]? Take()
        {
            Kept[]? parts = kept;
            kept = null;
            return parts;
        }
    }
}
