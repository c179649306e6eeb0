using SingleDarts.Core.Data;
using SingleDarts.Core.Runtime;
using SingleDarts.Core.Schemes;
using SingleDarts.Core.Supernets;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace SingleDarts.Core.Search;

/// <summary>
/// The Hessian of a batch's loss in α, all kinds of cells one after another, as a linear map on float64 vectors on the CPU. Penalties on α
/// are not part of the loss.
/// </summary>
internal sealed class ArchitectureHessian(StepContext step, LabeledBatch batch, HessianProduct product, Action rewind) : IDisposable
{
    private readonly Parameter[] alphas = [.. step.Supernet.Architecture.Named.Select(alpha => alpha.Parameter)];
    private Tensor? gradient;

    public long Size => alphas.Sum(alpha => alpha.numel());

    /// <summary>H v, [Size].</summary>
    /// <param name="v">[Size], of length 1 if differences are finite.</param>
    public Tensor Times(Tensor v)
    {
        using var _ = NewDisposeScope();
        Tensor direction = v.to(alphas[0].dtype).to(alphas[0].device);
        Tensor result = product == HessianProduct.Exact ? SecondBackward(direction) : Difference(direction);
        return Host.ToFloat64(result).MoveToOuterDisposeScope();
    }

    public void Dispose() => gradient?.Dispose();

    private Tensor SecondBackward(Tensor direction)
    {
        if (gradient is null)
        {
            step.Supernet.Execution = CellExecution.PerEdge;
            gradient = Gradient(createGraph: true).DetachFromDisposeScope();
        }
        return gradient.requires_grad
            ? Flat(step.Supernet.Gradients(gradient.dot(direction), [.. alphas], retainGraph: true))
            : zeros_like(direction);
    }

    private Tensor Difference(Tensor direction)
    {
        double radius = direction.dtype == ScalarType.Float64 ? 1e-6 : 1e-2;
        Tensor[] saved = [.. alphas.Select(alpha => alpha.detach().clone())];
        try
        {
            Move(saved, direction, radius);
            Tensor plus = Gradient(createGraph: false);
            Move(saved, direction, -radius);
            return (plus - Gradient(createGraph: false)).Over(2 * radius);
        }
        finally
        {
            Move(saved, direction, 0);
        }
    }

    private void Move(Tensor[] from, Tensor direction, double distance)
    {
        using var _ = no_grad();
        long start = 0;
        for (int i = 0; i < alphas.Length; start += alphas[i++].numel())
        {
            alphas[i].copy_(from[i]);
            if (distance != 0)
                alphas[i].Plus_(direction.narrow(0, start, alphas[i].numel()).view_as(alphas[i]), distance);
        }
    }

    private Tensor Gradient(bool createGraph)
    {
        rewind();
        return Flat(step.Supernet.Gradients(step.Evaluate(batch).Loss, [.. alphas], createGraph: createGraph));
    }

    private static Tensor Flat(Tensor[] parts) => cat([.. parts.Select(part => part.reshape(-1))]);
}
