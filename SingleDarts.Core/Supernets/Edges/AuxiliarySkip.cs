using SingleDarts.Core.Operations;
using SingleDarts.Core.Optimizers;
using SingleDarts.Core.Runtime;
using SingleDarts.Core.Spaces;
using static TorchSharp.torch;

namespace SingleDarts.Core.Supernets;

/// <summary>
/// The auxiliary skip connection of DARTS- (Chu et al., ICLR 2021): every edge gives its mixture + β · aux(x), where aux is the identity
/// or, at stride 2, a <see cref="FactorizedReduce"/> with weights of its own. It keeps gradients flowing while β decays, so that the skip
/// connection among the candidates competes on its merit alone. Genotypes leave it out.
/// </summary>
/// <remarks><c>Meituan-AutoML/DARTS-</c> adb81a8, <c>model_search.py</c>. One β for all edges and cells. Its switches <c>T_start</c>,
/// <c>T_stop</c> and <c>T_max</c> are those of a <see cref="WindowedDecay"/>.</remarks>
public sealed record AuxiliarySkip : IEdgeDecorator
{
    /// <summary>β over the epochs. The published code has <see cref="Schedule.Linear"/>, <see cref="Schedule.Cosine"/>,
    /// <see cref="Schedule.QuarterCosine"/> (<c>slow_cosine</c>) and <see cref="Schedule.Constant"/>.</summary>
    /// <value>Linear from 1 to 0: 0.02 in the last of 50 epochs.</value>
    public Schedule Weight { get; init; } = Schedule.Linear(1, 0);

    /// <summary>Whether a 1×1 convolution without bias that starts as the identity, and that w's optimiser moves, stands for the
    /// identity.</summary>
    /// <value>False.</value>
    public bool IsLearnt { get; init; }

    /// <inheritdoc/>
    public string Name => IsLearnt ? "learnt auxiliary skip" : "auxiliary skip";

    /// <inheritdoc/>
    public IEnumerable<string> Faults(SearchSpace space) => Weight.Faults("weight β of the auxiliary skip connection");

    /// <inheritdoc/>
    public nn.Module<Tensor, Func<Tensor, Tensor>, Tensor> Around(OperationContext edge)
    {
        ArgumentNullException.ThrowIfNull(edge);
        return new Branch(Auxiliary(edge), Weight);
    }

    private nn.Module<Tensor, Tensor> Auxiliary(OperationContext edge)
    {
        if (!edge.IsShapePreserving)
            return new FactorizedReduce(edge with { Affine = false });
        if (!IsLearnt)
            return nn.Identity();
        var convolution = Layers.Conv2d(edge.InChannels, edge.OutChannels, 1, bias: false);
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        convolution.weight!.copy_(eye(edge.InChannels).reshape(convolution.weight.shape));
        return convolution;
    }

    private sealed class Branch : nn.Module<Tensor, Func<Tensor, Tensor>, Tensor>, IScheduledModule
    {
        private readonly nn.Module<Tensor, Tensor> auxiliary;
        private readonly Schedule weight;
        private double beta;

        public Branch(nn.Module<Tensor, Tensor> auxiliary, Schedule weight) : base(nameof(AuxiliarySkip))
        {
            this.auxiliary = auxiliary;
            this.weight = weight;
            RegisterComponents();
        }

        public void MoveTo(EpochPosition position) => beta = weight.At(position);

        public override Tensor forward(Tensor input, Func<Tensor, Tensor> mixture)
        {
            using var scope = NewDisposeScope();
            Tensor mixed = mixture(input);
            return (beta == 0 ? mixed : mixed.Plus(auxiliary.call(input), beta)).MoveToOuterDisposeScope();
        }
    }
}
