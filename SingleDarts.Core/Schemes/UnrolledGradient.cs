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
        Parameter[] alphas = [.. step.ArchitectureOptimizer.Parameters.Select(p => p.Parameter)];
        double rate = step.WeightOptimizer.LearningRate;

        Tensor saved = step.WeightOptimizer.Values.clone();
        step.WeightOptimizer.ZeroGrad();
        StepContext.Backward(step.Evaluate(step.WeightBatch).Loss, step.WeightOptimizer);
        Tensor direction;
        Tensor[] gradient;
        BatchOutcome outcome;
        try
        {
            TakeVirtualStep(step.WeightOptimizer, rate);
            step.WeightOptimizer.ZeroGrad();
            step.ArchitectureOptimizer.ZeroGrad();
            outcome = step.Evaluate(step.ArchitectureBatch);
            StepContext.Backward(step.Regularize(outcome.Loss), step.WeightOptimizer, step.ArchitectureOptimizer);
            direction = step.WeightOptimizer.GatherGradients();
            gradient = [.. alphas.Select(a => a.grad?.clone() ?? zeros_like(a))];
        }
        finally
        {
            Assign(step.WeightOptimizer, saved);
        }

        Tensor[] mixed = exact
            ? ExactProduct(step, alphas, direction)
            : FiniteDifference(step, alphas, direction, saved, radius);
        using (no_grad())
            for (int i = 0; i < alphas.Length; i++)
                alphas[i].grad!.copy_(gradient[i] - mixed[i].Times(rate));
        step.WeightOptimizer.ZeroGrad();
        step.ArchitectureOptimizer.Step();
        return outcome.Detach();
    }

    private static void TakeVirtualStep(ScheduledOptimizer optimizer, double rate)
    {
        (double momentum, double decay) = optimizer.Settings.Optimizer is SgdOptions sgd ? (sgd.Momentum, sgd.WeightDecay) : (0, 0);
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        Tensor move = optimizer.Values.Times(decay).Plus_(optimizer.GatherGradients());
        if (optimizer.Momentum is { } buffer)
            move.Plus_(buffer, momentum);
        optimizer.Values.Plus_(move, -rate);
    }

    /// <summary>∇_α ⟨∇_w L_train(α, w), v⟩ by a second backward pass.</summary>
    private static Tensor[] ExactProduct(StepContext step, Parameter[] alphas, Tensor direction)
    {
        CellExecution execution = step.Supernet.Execution;
        Tensor[] gradients;
        try
        {
            step.Supernet.Execution = CellExecution.PerEdge;
            gradients = step.Supernet.Gradients(
                step.Evaluate(step.WeightBatch).Loss, [.. step.WeightOptimizer.Parameters.Select(p => p.Parameter)], createGraph: true);
        }
        finally
        {
            step.Supernet.Execution = execution;
        }
        step.ArchitectureOptimizer.ZeroGrad();
        StepContext.Backward(
            cat([.. gradients.Select(g => g.reshape(-1))]).mul(direction).sum(), step.ArchitectureOptimizer);
        return [.. alphas.Select(a => a.grad?.clone() ?? zeros_like(a))];
    }

    /// <summary>[∇_α L_train(α, w + R v) − ∇_α L_train(α, w − R v)] / 2R with R = radius / ‖v‖₂.</summary>
    private static Tensor[] FiniteDifference(StepContext step, Parameter[] alphas, Tensor direction, Tensor saved, double radius)
    {
        double norm = Math.Sqrt(Host.Doubles(direction.to(Host.SumType(direction.device)).Squared().sum()).Single());
        if (norm == 0)
            return [.. alphas.Select(a => zeros_like(a))];
        double r = radius / norm;
        Tensor[] At(double distance)
        {
            try
            {
                using (no_grad())
                    step.WeightOptimizer.Values.Plus_(direction, distance);
                step.ArchitectureOptimizer.ZeroGrad();
                StepContext.Backward(step.Evaluate(step.WeightBatch).Loss, step.ArchitectureOptimizer);
                return [.. alphas.Select(a => a.grad?.clone() ?? zeros_like(a))];
            }
            finally
            {
                Assign(step.WeightOptimizer, saved);
            }
        }
        Tensor[] plus = At(r), minus = At(-r);
        return [.. plus.Zip(minus, (p, m) => (p - m).Over(2 * r))];
    }

    private static void Assign(ScheduledOptimizer optimizer, Tensor values)
    {
        using var _ = no_grad();
        optimizer.Values.copy_(values);
    }
}
