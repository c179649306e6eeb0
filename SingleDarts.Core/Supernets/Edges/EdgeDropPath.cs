using SingleDarts.Core.Operations;
using SingleDarts.Core.Optimizers;
using SingleDarts.Core.Spaces;
using static TorchSharp.torch;

namespace SingleDarts.Core.Supernets;

/// <summary>
/// Drop-path on every edge of a supernet, while training: each sample loses the whole mixture of an edge with a probability p, and what is
/// left is divided by 1 − p. R-DARTS (Zela et al., ICLR 2020) regularises w with it.
/// </summary>
/// <param name="Rate">p over the epochs; in R-DARTS it rises from 0 in the first epoch to its largest value in the last.</param>
public sealed record EdgeDropPath(Schedule Rate) : IEdgeDecorator
{
    /// <summary>p rises in equal steps from 0 in the first epoch to a number in the last.</summary>
    /// <param name="rate">The number.</param>
    public EdgeDropPath(double rate = 0.2) : this(Schedule.Linear(0, rate, reachesEnd: true))
    {
    }

    /// <inheritdoc/>
    public string Name => "edge drop-path";

    /// <inheritdoc/>
    public IEnumerable<string> Faults(SearchSpace space)
    {
        foreach (string fault in Rate.Faults("drop-path of edges"))
            yield return fault;
        if (Rate.RangeFault("drop-path of edges", 50, 0, Math.BitDecrement(1)) is { } outside)
            yield return outside;
    }

    /// <inheritdoc/>
    public nn.Module<Tensor, Func<Tensor, Tensor>, Tensor> Around(OperationContext edge) => new Dropped(Rate);

    private sealed class Dropped(Schedule rate) : nn.Module<Tensor, Func<Tensor, Tensor>, Tensor>(nameof(EdgeDropPath)), IScheduledModule
    {
        private double present;

        public void MoveTo(EpochPosition position) => present = rate.At(position);

        public override Tensor forward(Tensor input, Func<Tensor, Tensor> mixture)
        {
            using var scope = NewDisposeScope();
            Tensor mixed = mixture(input);
            return (training && present > 0 ? DropPath.Apply(mixed, present) : mixed).MoveToOuterDisposeScope();
        }
    }
}
