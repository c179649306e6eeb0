using SingleDarts.Core.Runtime;
using SingleDarts.Core.Supernets;
using SingleDarts.Core.Optimizers;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace SingleDarts.Core.Schemes;

/// <summary>
/// The second-order gradient of DARTS: with w' = w − ξ (μ·buffer + ∇_w L_train + λ w), the gradient of L_val(α, w'(α)) is
/// ∇_α L_val(α, w') − ξ ∇²_{α,w} L_train(α, w) · v, where v = ∇_{w'} L_val(α, w').
/// </summary>
/// <remarks>
/// In DARTS's <c>architect.py</c>, <see cref="UpdateArchitecture"/> is <c>_backward_step_unrolled</c>, <see cref="TakeVirtualStep"/> is
/// <c>_compute_unrolled_model</c>, and <see cref="FiniteDifference"/> is <c>_hessian_vector_product</c>, with its <c>r</c> as the radius.
/// <see cref="ExactProduct"/> has no counterpart there.
/// </remarks>
internal static class UnrolledGradient
{
    internal static BatchOutcome UpdateArchitecture(StepContext step, bool exact, double radius)
    {
        using var scope = NewDisposeScope();
        Parameter[] weights = [.. step.WeightOptimizer.Parameters.Select(p => p.Parameter)];
        Parameter[] alphas = [.. step.ArchitectureOptimizer.Parameters.Select(p => p.Parameter)];
        double rate = step.WeightOptimizer.LearningRate;

        Tensor[] saved = [.. weights.Select(w => w.detach().clone())];
        step.WeightOptimizer.ZeroGrad();
        StepContext.Backward(step.Evaluate(step.WeightBatch).Loss, step.WeightOptimizer);
        Tensor[] direction, gradient;
        BatchOutcome outcome;
        try
        {
            TakeVirtualStep(step, weights, rate);
            step.WeightOptimizer.ZeroGrad();
            step.ArchitectureOptimizer.ZeroGrad();
            outcome = step.Evaluate(step.ArchitectureBatch);
            StepContext.Backward(step.Regularize(outcome.Loss), step.WeightOptimizer, step.ArchitectureOptimizer);
            direction = [.. weights.Select(w => w.grad?.clone() ?? zeros_like(w))];
            gradient = [.. alphas.Select(a => a.grad?.clone() ?? zeros_like(a))];
        }
        finally
        {
            Assign(weights, saved);
        }

        Tensor[] mixed = exact
            ? ExactProduct(step, weights, alphas, direction)
            : FiniteDifference(step, weights, alphas, direction, saved, radius);
        using (no_grad())
            for (int i = 0; i < alphas.Length; i++)
                alphas[i].grad!.copy_(gradient[i] - mixed[i].Times(rate));
        step.WeightOptimizer.ZeroGrad();
        step.ArchitectureOptimizer.Step();
        return outcome.Detach();
    }

    private static void TakeVirtualStep(StepContext step, Parameter[] weights, double rate)
    {
        (double momentum, double decay) = step.WeightOptimizer.Settings.Optimizer is SgdOptions sgd
            ? (sgd.Momentum, sgd.WeightDecay) : (0, 0);
        using var _ = no_grad();
        for (int i = 0; i < weights.Length; i++)
        {
            using var scope = NewDisposeScope();
            Tensor move = weights[i].Times(decay);
            if (weights[i].grad is { } gradient)
                move.Plus_(gradient);
            if (step.WeightOptimizer.MomentumBuffer(i) is { } buffer)
                move.Plus_(buffer, momentum);
            weights[i].Plus_(move, -rate);
        }
    }

    /// <summary>∇_α ⟨∇_w L_train(α, w), v⟩ by a second backward pass.</summary>
    private static Tensor[] ExactProduct(StepContext step, Parameter[] weights, Parameter[] alphas, Tensor[] direction)
    {
        CellExecution execution = step.Supernet.Execution;
        Tensor[] gradients;
        try
        {
            step.Supernet.Execution = CellExecution.PerEdge;
            gradients = step.Supernet.Gradients(step.Evaluate(step.WeightBatch).Loss, [.. weights], createGraph: true);
        }
        finally
        {
            step.Supernet.Execution = execution;
        }
        Tensor? product = null;
        for (int i = 0; i < weights.Length; i++)
        {
            Tensor term = gradients[i].mul(direction[i]).sum();
            product = product is null ? term : product.Plus(term);
        }
        step.ArchitectureOptimizer.ZeroGrad();
        StepContext.Backward(product!, step.ArchitectureOptimizer);
        return [.. alphas.Select(a => a.grad?.clone() ?? zeros_like(a))];
    }

    /// <summary>[∇_α L_train(α, w + R v) − ∇_α L_train(α, w − R v)] / 2R with R = radius / ‖v‖₂.</summary>
    private static Tensor[] FiniteDifference(
        StepContext step, Parameter[] weights, Parameter[] alphas, Tensor[] direction, Tensor[] saved, double radius)
    {
        double norm = Norm(direction);
        if (norm == 0)
            return [.. alphas.Select(a => zeros_like(a))];
        double r = radius / norm;
        Tensor[] At(double distance)
        {
            try
            {
                using (no_grad())
                    for (int i = 0; i < weights.Length; i++)
                        weights[i].Plus_(direction[i], distance);
                step.ArchitectureOptimizer.ZeroGrad();
                StepContext.Backward(step.Evaluate(step.WeightBatch).Loss, step.ArchitectureOptimizer);
                return [.. alphas.Select(a => a.grad?.clone() ?? zeros_like(a))];
            }
            finally
            {
                Assign(weights, saved);
            }
        }
        Tensor[] plus = At(r), minus = At(-r);
        return [.. plus.Zip(minus, (p, m) => (p - m).Over(2 * r))];
    }

    /// <summary>‖v‖₂ over all tensors. Reads the device once, not once for each.</summary>
    private static double Norm(Tensor[] vectors)
    {
        using var scope = NewDisposeScope();
        ScalarType type = Host.SumType(vectors[0].device);
        return Math.Sqrt(Host.Doubles(stack([.. vectors.Select(v => v.to(type).Squared().sum())])).Sum());
    }

    private static void Assign(Parameter[] parameters, Tensor[] values)
    {
        using var _ = no_grad();
        for (int i = 0; i < parameters.Length; i++)
            parameters[i].copy_(values[i]);
    }
}
