using SingleDarts.Core.Optimizers;
using SingleDarts.Core.Runtime;
using SingleDarts.Core.Spaces;
using static TorchSharp.torch;

namespace SingleDarts.Core.Schemes;

/// <summary>
/// CDARTS (Yu et al., Cyclic Differentiable Architecture Search). A search network, the supernet, and an evaluation network of the present
/// genotype, which share a stem and classifiers behind their stages, teach each other. An epoch is a cycle: the genotype is derived and
/// makes a new evaluation network, which warms up on α's samples; then each step moves it and α with a batch of α's samples, and the search
/// network with one of the weights' samples.
/// </summary>
/// <remarks>
/// <para>With both networks on a batch of α's samples, the loss of the evaluation network and α is
/// L = (CE_search + CE_evaluation) / a + a T² D(E_search, E_evaluation) + the penalties of the search, a =
/// <see cref="DistillationWeight"/>, T = <see cref="Temperature"/>, D = <see cref="Distance"/>. The ensemble E of a network has the logits
/// of the classifiers and its own, each times its softmax(q), one behind another along the batch; q is learnt. No side is detached. The
/// weights of the search network do not move by L but by their own cross-entropy, except for the stem: both optimisers move it, each with
/// a momentum of its own. All optimisers start again with each cycle.</para>
/// <para>While α's optimiser is frozen, the search network learns alone (pre-training), and there is no evaluation network.</para>
/// <para>Weights of evaluation networks are kept: an operation that comes back into the genotype goes on with those that it had, apart from
/// the scales and shifts of its batch normalisations.</para>
/// <para>The published code clips the gradient over all parameters of both networks and α together, old gradients of those that do not
/// move included; here each optimiser clips its own. There weight decay alone also moves the classifiers and q with the search network's
/// optimiser; here only the optimiser of the evaluation network moves them.</para>
/// </remarks>
public sealed record CdartsScheme : IOptimizationScheme
{
    /// <summary>Share of the data that feeds the search network's weights, within (0, 1); the rest feeds α and the evaluation
    /// network.</summary>
    public double TrainPortion { get; init; } = 0.5;

    /// <summary>How α's batches are drawn from its part. The warm-up passes through it in a new order each time.</summary>
    public ArchitectureSampling Sampling { get; init; } = ArchitectureSampling.WithoutReplacement;

    /// <summary>Epochs of warm-up at the start of each cycle, each of as many steps as there are batches of the weights.</summary>
    public int WarmUpEpochs { get; init; } = 1;

    /// <summary>Cells of the evaluation network in a space with reduction cells, at least 3; null for as many as the search network
    /// has.</summary>
    public int? EvaluationLayers { get; init; }

    /// <summary>Optimiser of the evaluation network with the stem, the classifiers behind the stages and q.</summary>
    /// <value>SGD 0.08, constant, momentum 0.9, weight decay 3e-4, gradient norm at most 5.</value>
    public OptimizerSettings Evaluation { get; init; } =
        OptimizerSettings.Default.Sgd(0.08, 0.9, weightDecay: 3e-4).ClipGradientNorm(5);

    /// <summary>How the ensembles of the two networks are compared.</summary>
    public DistillationDistance Distance { get; init; } = DistillationDistance.SmoothL1;

    /// <summary>a: weight of the distance against the cross-entropies, positive.</summary>
    public double DistillationWeight { get; init; } = 1;

    /// <summary>T, positive. The distance is multiplied by T², also that of <see cref="DistillationDistance.SmoothL1"/>, which does not
    /// divide the logits by T.</summary>
    public double Temperature { get; init; } = 2;

    /// <summary>Whether the classifiers behind the stages learn; if not, they stay as they were drawn.</summary>
    public bool TrainsHeads { get; init; } = true;

    /// <inheritdoc/>
    public string Name => "cdarts";

    /// <inheritdoc/>
    public IEnumerable<string> Faults(SearchSpace space)
    {
        ArgumentNullException.ThrowIfNull(space);
        if (space.InputShape.Count != 3)
            yield return $"CDARTS classifies features of images, but the samples of '{space.Name}' are " +
                $"[{string.Join(", ", space.InputShape)}]; expected channels, height and width.";
        if (Sampling == ArchitectureSampling.None)
            yield return "CDARTS moves α, but its sampling is None; take WithoutReplacement or WithReplacement.";
        if (WarmUpEpochs < 0)
            yield return $"CDARTS warms the evaluation network up for {WarmUpEpochs} epochs; expected 0 or more, 1 as published.";
        if (EvaluationLayers is { } layers && (layers < 3 || space.Cells.Count < 2))
            yield return $"The evaluation network of CDARTS is to have {layers} layers in the space '{space.Name}'; expected at least 3 " +
                "in a space with reduction cells, and null in others.";
        if (!(DistillationWeight > 0 && Temperature > 0))
            yield return $"CDARTS weighs the distance of its networks by {DistillationWeight} at a temperature of {Temperature}; " +
                "expected positive numbers, 1 and 2 as published.";
        if (!Enum.IsDefined(Distance))
            yield return $"The distance of CDARTS is {Distance}; expected {string.Join(" or ", Enum.GetNames<DistillationDistance>())}.";
        foreach (string fault in Evaluation.Faults("evaluation network"))
            yield return fault;
    }

    /// <inheritdoc/>
    /// <exception cref="ArgumentOutOfRangeException"><see cref="TrainPortion"/> is outside (0, 1), or leaves a part empty.</exception>
    public SampleAllocation Allocate(long samples, Generator generator) =>
        SampleAllocation.Split(samples, TrainPortion, generator, Sampling);

    /// <inheritdoc/>
    public int PrecedingSteps(int weightSteps) => WarmUpEpochs * weightSteps;

    /// <inheritdoc/>
    public IOptimizationScheme Begin(StepContext step) => new CdartsRun(this, Given.NotNull(step));

    /// <summary>Not called: <see cref="Begin"/> gives the scheme of the run.</summary>
    /// <exception cref="InvalidOperationException">Always.</exception>
    public StepOutcome Step(StepContext step) =>
        throw new InvalidOperationException("CDARTS steps with two networks; call Begin(context) and step with what it returns.");

    /// <summary>The space of the evaluation network.</summary>
    internal SearchSpace EvaluationSpace(SearchSpace space) =>
        EvaluationLayers is { } layers ? space.WithStages(SearchSpaces.DartsStages(layers)) : space;
}
