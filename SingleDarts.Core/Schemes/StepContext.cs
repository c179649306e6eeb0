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
        Supernet = Given.NotNull(supernet);
        WeightOptimizer = Given.NotNull(weights);
        ArchitectureOptimizer = Given.NotNull(architecture);
        this.penalties = [.. (penalties ?? []).Select(penalty => UserPart.Result(penalty, () => $"For of the penalty '{penalty.Name}'",
            "a penalty, by default itself", () => penalty.For(supernet.Space)))];
        this.loss = loss is null ? (logits, labels) => nn.functional.cross_entropy(logits, labels)
            : (logits, labels) => UserPart.Result(loss, () => $"The loss, given logits [{string.Join(", ", logits.shape)}],",
                "a scalar", () => loss(logits, labels));
    }

    /// <summary>The supernet.</summary>
    public Supernet Supernet { get; }

    /// <summary>Moves w.</summary>
    public ScheduledOptimizer WeightOptimizer { get; }

    /// <summary>Moves α.</summary>
    public ScheduledOptimizer ArchitectureOptimizer { get; }

    /// <summary>Batch of the weights; <see langword="null"/> unless <see cref="HasBatches"/>.</summary>
    public LabeledBatch WeightBatch { get; set; } = null!;

    /// <summary>Batch of α; the same object as <see cref="WeightBatch"/> if the scheme assigns no samples to α alone;
    /// <see langword="null"/> unless <see cref="HasBatches"/>.</summary>
    public LabeledBatch ArchitectureBatch { get; set; } = null!;

    /// <summary>Whether the step has batches: false in preceding and further steps (<see cref="IOptimizationScheme.PrecedingSteps"/>,
    /// <see cref="IOptimizationScheme.FurtherSteps"/>), in <see cref="IOptimizationScheme.Begin"/> and
    /// <see cref="IOptimizationScheme.EndEpoch"/>.</summary>
    public bool HasBatches => WeightBatch is not null;

    /// <summary>The moment of the search.</summary>
    public EpochPosition Position { get; set; } = new(0, 0, 1);

    /// <summary>Share of the search that is done, 0 to 1.</summary>
    public double Progress => Position.Progress;

    /// <summary>Step within the epoch, counted from 0, preceding and further ones included.</summary>
    public int Step { get; set; }

    /// <summary>Steps of one epoch, preceding and further ones included.</summary>
    public int StepsPerEpoch { get; set; } = 1;

    /// <summary>Steps of one epoch before those over the weights' batches.</summary>
    public int PrecedingSteps { get; set; }

    /// <summary>Steps of one epoch over the weights' batches.</summary>
    public int WeightSteps { get; set; } = 1;

    /// <summary>
    /// A generator on the CPU for what a scheme draws. A search seeds it from its seed, epoch and step; in a loop of one's own it begins
    /// at seed 0.
    /// </summary>
    public Generator Generator
    {
        get => field ??= new Generator(0, CPU);
        set;
    }

    /// <summary>What <see cref="EvaluationBatch"/> returns; <see langword="null"/> in a loop of one's own that sets none.</summary>
    public Func<long, int?, bool, LabeledBatch>? EvaluationBatches { get; set; }

    /// <summary>Forward pass: mean loss, with its gradient history, and number of correct samples.</summary>
    /// <param name="batch">The batch.</param>
    public BatchOutcome Evaluate(LabeledBatch batch) =>
        Measure(Supernet.call(WithBatches(batch).Inputs), batch);

    /// <summary>Forward pass with mixing weights that the caller gives.</summary>
    /// <param name="batch">The batch.</param>
    /// <param name="weights">Those of every kind of cell.</param>
    public BatchOutcome Evaluate(LabeledBatch batch, IReadOnlyDictionary<string, MixingWeights> weights) =>
        Measure(Supernet.Forward(WithBatches(batch).Inputs, weights), batch);

    /// <summary>Forward pass with mixing weights that the caller gives for every copy of a cell.</summary>
    /// <param name="batch">The batch.</param>
    /// <param name="weights">Those of every searched cell, from the first to the last.</param>
    public BatchOutcome Evaluate(LabeledBatch batch, IReadOnlyList<MixingWeights> weights) =>
        Measure(Supernet.Forward(WithBatches(batch).Inputs, weights), batch);

    /// <summary>Forward pass along the path of a genotype alone.</summary>
    /// <param name="batch">The batch.</param>
    /// <param name="genotype">A genotype of the space.</param>
    public BatchOutcome Evaluate(LabeledBatch batch, Genotype genotype) =>
        Measure(Supernet.Forward(WithBatches(batch).Inputs, genotype), batch);

    /// <summary>The mean loss of logits, with their gradient history, and the number of correct samples.</summary>
    /// <param name="logits">[N, classes], of any network.</param>
    /// <param name="batch">The batch, of N samples.</param>
    public BatchOutcome Measure(Tensor logits, LabeledBatch batch) =>
        new(loss(Given.NotNull(logits), WithBatches(batch).Labels), logits.detach().argmax(1).eq(batch.Labels).sum(), batch.Size);

    /// <summary>
    /// The n-th batch of an endless sequence of passes through α's samples, each in an order of its own; the weights' samples if the
    /// scheme assigns none to α. It depends on the seed, n and the size alone. In the current dispose scope.
    /// </summary>
    /// <param name="n">Position in the sequence, counted from 0. Derivations take positions from 2³² on.</param>
    /// <param name="size">At least 2 samples; the last batch of a pass may have fewer. Those of the search's batches if
    /// <see langword="null"/>.</param>
    /// <param name="augments">Whether the samples are augmented as the search's batches are, to train on them.</param>
    /// <exception cref="InvalidOperationException">A loop of one's own has set no <see cref="EvaluationBatches"/>.</exception>
    public LabeledBatch EvaluationBatch(long n, int? size = null, bool augments = false) => EvaluationBatches is { } batches
        ? batches(n, size, augments)
        : throw new InvalidOperationException("There are no batches to evaluate on; set EvaluationBatches in a loop of your own.");

    /// <summary>
    /// One-shot accuracy of a genotype, 0 to 1: of its path alone, in evaluation mode and without gradients. Waits for the device. The
    /// supernet is put back into the mode that it was in.
    /// </summary>
    /// <param name="genotype">A genotype of the space.</param>
    /// <param name="batch">For example an <see cref="EvaluationBatch"/>.</param>
    public double Accuracy(Genotype genotype, LabeledBatch batch)
    {
        ArgumentNullException.ThrowIfNull(genotype);
        ArgumentNullException.ThrowIfNull(batch);
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        bool isTraining = Supernet.training;
        try
        {
            Supernet.eval();
            return (double)Host.Number<long>(Evaluate(batch, genotype).Correct) / batch.Size;
        }
        finally
        {
            Supernet.train(isTraining);
        }
    }

    /// <summary>The loss with the penalties on α added.</summary>
    /// <param name="loss">Loss of α's batch.</param>
    public Tensor Regularize(Tensor loss) =>
        penalties.Aggregate(loss, (sum, penalty) => sum.Plus(UserPart.Result(penalty, () => $"The penalty '{penalty.Name}'", "a scalar",
            () => penalty.Penalty(Supernet.Architecture, Position))));

    /// <summary>Moves w alone with the weights' batch: one forward, one backward that reaches only w, one step.</summary>
    public BatchOutcome UpdateWeights() => UpdateWeights(Evaluate);

    /// <summary>Moves w alone with the weights' batch by an evaluation of your own, for example along a path.</summary>
    /// <param name="evaluate">The outcome of a batch, with a loss that has a gradient path to w.</param>
    /// <exception cref="InvalidOperationException">The step has no batches.</exception>
    public BatchOutcome UpdateWeights(Func<LabeledBatch, BatchOutcome> evaluate)
    {
        ArgumentNullException.ThrowIfNull(evaluate);
        using var scope = NewDisposeScope();
        BatchOutcome outcome = evaluate(WithBatches(WeightBatch)) ?? throw new ArgumentException(
            "The evaluation returned null; expected the outcome of the batch, for example what Measure gives.", nameof(evaluate));
        WeightOptimizer.ZeroGrad();
        Backward(outcome.Loss, WeightOptimizer);
        WeightOptimizer.Step();
        return outcome.Detach();
    }

    /// <summary>
    /// Moves w and α with the weights' batch: one forward, one backward with the penalties on α, both optimisers step from the same
    /// gradients, which stay in the parameters' <c>grad</c>. While α's optimiser is not moving, w moves alone.
    /// </summary>
    /// <param name="evaluate">The outcome of the batch, for example with given mixing weights; <see cref="Evaluate(LabeledBatch)"/> if
    /// <see langword="null"/>.</param>
    public BatchOutcome UpdateTogether(Func<LabeledBatch, BatchOutcome>? evaluate = null)
    {
        evaluate ??= Evaluate;
        if (!ArchitectureOptimizer.IsMoving)
            return UpdateWeights(evaluate);
        using var scope = NewDisposeScope();
        BatchOutcome outcome = evaluate(WithBatches(WeightBatch));
        WeightOptimizer.ZeroGrad();
        ArchitectureOptimizer.ZeroGrad();
        Regularize(outcome.Loss).backward();
        WeightOptimizer.Step();
        ArchitectureOptimizer.Step();
        return outcome.Detach();
    }

    /// <summary>Moves α alone with its batch at the present w (first order): one forward, one backward that reaches only α, one
    /// step. While α's optimiser is not moving, the batch is only measured.</summary>
    public BatchOutcome UpdateArchitecture() => UpdateArchitecture(Evaluate);

    /// <summary>Moves α alone with its batch by an evaluation of your own, for example with given mixing weights.</summary>
    /// <param name="evaluate">The outcome of a batch, with a loss that has a gradient path to α.</param>
    public BatchOutcome UpdateArchitecture(Func<LabeledBatch, BatchOutcome> evaluate)
    {
        ArgumentNullException.ThrowIfNull(evaluate);
        if (!ArchitectureOptimizer.IsMoving)
            return MeasureArchitecture();
        using var scope = NewDisposeScope();
        BatchOutcome outcome = evaluate(WithBatches(ArchitectureBatch));
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

    /// <summary>Moves w and α, in turn. While α's optimiser is not moving, α's pass is left out and the outcome of the weights stands for
    /// both.</summary>
    /// <param name="order">Which is moved first.</param>
    /// <param name="updateArchitecture">Moves α, for example <see cref="UpdateArchitecture()"/>.</param>
    /// <param name="updateWeights">Moves w; <see cref="UpdateWeights()"/> if <see langword="null"/>.</param>
    public StepOutcome Alternate(UpdateOrder order, Func<BatchOutcome> updateArchitecture, Func<BatchOutcome>? updateWeights = null)
    {
        ArgumentNullException.ThrowIfNull(updateArchitecture);
        updateWeights ??= UpdateWeights;
        if (!ArchitectureOptimizer.IsMoving)
        {
            BatchOutcome alone = updateWeights();
            return new StepOutcome(alone, alone);
        }
        BatchOutcome? early = order == UpdateOrder.ArchitectureFirst ? updateArchitecture() : null;
        BatchOutcome weights = updateWeights();
        return new StepOutcome(weights, early ?? updateArchitecture());
    }

    private BatchOutcome MeasureArchitecture()
    {
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        return Evaluate(ArchitectureBatch).Detach();
    }

    private LabeledBatch WithBatches(LabeledBatch? batch) => batch ?? throw new InvalidOperationException(
        $"Step {Step} of {StepsPerEpoch} has no batches; set WeightBatch and ArchitectureBatch in a loop of your own, and in a further " +
        "step take an EvaluationBatch.");

    /// <summary>Adds the gradients of a loss to the <c>grad</c> of the parameters of the given updaters and of no others.</summary>
    /// <param name="loss">A scalar.</param>
    /// <param name="updaters">Whose parameters.</param>
    public static void Backward(Tensor loss, params ScheduledOptimizer[] updaters)
    {
        ArgumentNullException.ThrowIfNull(loss);
        ArgumentNullException.ThrowIfNull(updaters);
        ScheduledOptimizer.Backward(loss, updaters);
    }
}
