using SingleDarts.Core.Data;
using SingleDarts.Core.Schemes;
using SingleDarts.Core.Search;
using SingleDarts.Core.Supernets;
using static TorchSharp.torch;

namespace SingleDarts.Core.Diagnostics;

/// <summary>The whole Hessian of a batch's loss in α; for small α, as the check on <see cref="HessianEigenvalue"/>.</summary>
internal static class ExactHessian
{
    /// <summary>∇²_α L, row by row: one forward pass and as many backward passes as α has numbers. Penalties are not part of L.</summary>
    /// <param name="step">Supernet and loss; its running statistics advance, its random generators are left where they are.</param>
    /// <param name="batch">The batch.</param>
    /// <returns>[n, n] of float64 on the CPU; n counts the numbers of α, kinds of cells one after another, row by row.</returns>
    public static Tensor Of(StepContext step, LabeledBatch batch)
    {
        using var scope = NewDisposeScope();
        CellExecution execution = step.Supernet.Execution;
        try
        {
            using var hessian = new ArchitectureHessian(step, batch, HessianProduct.Exact, () => { });
            Tensor unit = eye(hessian.Size, dtype: ScalarType.Float64);
            return stack([.. Enumerable.Range(0, (int)hessian.Size).Select(i => hessian.Times(unit[i]))]).MoveToOuterDisposeScope();
        }
        finally
        {
            step.Supernet.Execution = execution;
        }
    }
}
