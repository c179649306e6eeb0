using SingleDarts.Core.Data;
using SingleDarts.Core.Genotypes;
using SingleDarts.Core.Runtime;
using SingleDarts.Core.Supernets;
using SingleDarts.Core.Optimizers;
using static TorchSharp.torch;

namespace SingleDarts.Core.Schemes;

/// <summary>
/// What a scheme works with in one step, and the moves that schemes are made of. It can be used in a loop of one's own: set the
/// batches, call <see cref="IOptimizationScheme.Step"/>.
/// </summary>
public sealed class StepContext
{
    private readonly IReadOnlyList<IPenalty> penalties;
    private readonly Func<Tensor, Tensor, Tensor> loss;

    /// <summary>Brings together what every step needs.</summary>
    /// <param name="supernet">The supernet.</param>
    /// <param name="weights">Moves w.</param>
    /// <param name="architecture">Moves α.</param>
    /// <param name="penalties">Penalties on α.</param>
    /// <param name="loss">Logits [N, classes] and labels [N] to a scalar; mean cross-entropy if <see langword="null"/>.</param>
    public StepContext(
        Supernet supernet, ScheduledOptimizer weights, ScheduledOptimizer architecture,
        IReadOnlyList<IPenalty>? penalties = null, Func<Tensor, Tensor, Tensor>? loss = null)
    {
        Supernet = supernet;
        WeightOptimizer = weights;
        ArchitectureOptimizer = architecture;
        this.penalties = penalties ?? [];
        this.loss = loss ?? ((logits, labels) => nn.functional.cross_entropy(logits, labels));
    }

    /// <summary>The supernet.</summary>
    public Supernet Supernet { get; }

    /// <summary>Moves w.</summary>
    public ScheduledOptimizer WeightOptimizer { get; }

    /// <summary>Moves α.</summary>
    public ScheduledOptimizer ArchitectureOptimizer { get; }

    /// <summary>Batch of the weights.</summary>
    public LabeledBatch WeightBatch { get; set; } = null!;

    /// <summary>Batch of α; the same object as <see cref="WeightBatch"/> where the scheme allots no samples to α alone.</summary>
    public LabeledBatch ArchitectureBatch { get; set; } = null!;

    /// <summary>Share of the search that is done, 0 to 1.</summary>
    public double Progress { get; set; }

    /// <summary>Forward pass: mean loss, with its gradient history, and number of correct samples.</summary>
    /// <param name="batch">The batch.</param>
    public BatchOutcome Evaluate(LabeledBatch batch) => Outcome(Supernet.call(batch.Inputs), batch);

    /// <summary>Forward pass with mixing weights that the caller gives.</summary>
    /// <param name="batch">The batch.</param>
    /// <param name="weights">Those of every kind of cell.</param>
    public BatchOutcome Evaluate(LabeledBatch batch, IReadOnlyDictionary<string, MixingWeights> weights) =>
        Outcome(Supernet.Forward(batch.Inputs, weights), batch);

    /// <summary>Forward pass with mixing weights that the caller gives for every copy of a cell.</summary>
    /// <param name="batch">The batch.</param>
    /// <param name="weights">Those of every searched cell, from the first to the last.</param>
    public BatchOutcome Evaluate(LabeledBatch batch, IReadOnlyList<MixingWeights> weights) =>
        Outcome(Supernet.Forward(batch.Inputs, weights), batch);

    /// <summary>Forward pass along the path of a genotype alone.</summary>
    /// <param name="batch">The batch.</param>
    /// <param name="genotype">A genotype of the space.</param>
    public BatchOutcome Evaluate(LabeledBatch batch, Genotype genotype) => Outcome(Supernet.Forward(batch.Inputs, genotype), batch);

    /// <summary>The loss with the penalties on α added.</summary>
    /// <param name="loss">Loss of α's batch.</param>
    public Tensor Regularize(Tensor loss) =>
        penalties.Aggregate(loss, (sum, r) => sum.Plus(r.Penalty(Supernet.Architecture, Progress)));

    /// <summary>Moves w alone with the weights' batch: one forward, one backward that reaches only w, one step.</summary>
    public BatchOutcome UpdateWeights()
    {
        using var scope = NewDisposeScope();
        BatchOutcome outcome = Evaluate(WeightBatch);
        WeightOptimizer.ZeroGrad();
        Backward(outcome.Loss, WeightOptimizer);
        WeightOptimizer.Step();
        return outcome.Detach();
    }

    /// <summary>Moves α alone with its batch at the present w (first order): one forward, one backward that reaches only α, one
    /// step. While α's optimiser is not moving, the batch is only measured.</summary>
    public BatchOutcome UpdateArchitecture()
    {
        if (!ArchitectureOptimizer.IsMoving)
            return MeasureArchitecture();
        using var scope = NewDisposeScope();
        BatchOutcome outcome = Evaluate(ArchitectureBatch);
        ArchitectureOptimizer.ZeroGrad();
        Backward(Regularize(outcome.Loss), ArchitectureOptimizer);
        ArchitectureOptimizer.Step();
        return outcome.Detach();
    }

    /// <summary>
    /// Moves α alone with its batch at w' = w − ξ ∇_w L_train, the weights after one step of their optimiser (second order of DARTS); w
    /// stays as it is. ξ is the weights' learning rate; momentum and weight decay of SGD count, too. While α's optimiser is not moving,
    /// the batch is only measured.
    /// </summary>
    /// <param name="exact">
    /// Whether the mixed second derivative is exact, by a second backward pass through cells computed per edge, or a finite difference.
    /// </param>
    /// <param name="radius">Length of the finite difference's step, as <see cref="BiLevelScheme.Radius"/>.</param>
    public BatchOutcome UpdateArchitectureUnrolled(bool exact = false, double radius = 0.01) =>
        ArchitectureOptimizer.IsMoving ? UnrolledGradient.UpdateArchitecture(this, exact, radius) : MeasureArchitecture();

    /// <summary>Moves w with <see cref="UpdateWeights"/> and α as given, in turn. While α's optimiser is not moving, α's pass is left out
    /// and the outcome of the weights stands for both.</summary>
    /// <param name="order">Which is moved first.</param>
    /// <param name="updateArchitecture">Moves α, for example <see cref="UpdateArchitecture"/>.</param>
    public StepOutcome Alternate(UpdateOrder order, Func<BatchOutcome> updateArchitecture)
    {
        if (!ArchitectureOptimizer.IsMoving)
        {
            BatchOutcome alone = UpdateWeights();
            return new StepOutcome(alone, alone);
        }
        BatchOutcome? early = order == UpdateOrder.ArchitectureFirst ? updateArchitecture() : null;
        BatchOutcome weights = UpdateWeights();
        return new StepOutcome(weights, early ?? updateArchitecture());
    }

    private BatchOutcome MeasureArchitecture()
    {
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        return Evaluate(ArchitectureBatch).Detach();
    }

    private BatchOutcome Outcome(Tensor logits, LabeledBatch batch) =>
        new(loss(logits, batch.Labels), logits.detach().argmax(1).eq(batch.Labels).sum(), batch.Size);

    /// <summary>Adds the gradients of a loss to the <c>grad</c> of the parameters of the given updaters and of no others.</summary>
    /// <param name="loss">A scalar.</param>
    /// <param name="updaters">Whose parameters.</param>
    public static void Backward(Tensor loss, params ScheduledOptimizer[] updaters)
    {
        try
        {
            autograd.backward([loss], inputs: [.. updaters.SelectMany(u => u.Parameters).Select(p => (Tensor)p.Parameter)]);
        }
        finally
        {
            // The first cause comes out instead of what followed from it.
            foreach (ScheduledOptimizer updater in updaters)
                updater.ThrowBackwardFault();
        }
    }
}
