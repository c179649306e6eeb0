using SingleDarts.Core.Optimizers;
using SingleDarts.Core.Runtime;
using SingleDarts.Core.Spaces;
using static TorchSharp.torch;

namespace SingleDarts.Core.Supernets;

/// <summary>
/// GDAS (Dong and Yang, CVPR 2019): every forward pass draws one operation for each edge, argmax of p = softmax((α + g) / τ) with Gumbel
/// noise g. That operation alone is computed, with weight h = onehot − stop(p) + p: 1 in value, with the gradient of p. Copies of a kind
/// of cell share the draw.
/// </summary>
/// <remarks>
/// With ∂L/∂h = d, ∂L/∂α_m = p_m (d_m − Σ_i p_i d_i) / τ. d of the drawn operation is the inner product of its output and the gradient of
/// the edge; d of the others is 0, or as <see cref="CountsUncomputed"/> says. <c>D-X-Y/AutoDL-Projects</c> f46486e,
/// <c>search_model_gdas.py</c>, takes log_softmax(α) for α, which changes nothing.
/// </remarks>
public sealed record GumbelRelaxation : IRelaxation
{
    private const int MostDraws = 100;

    /// <summary>Temperature τ, positive. The published scripts end at 0.1; whether the paper's own runs did is not verified.</summary>
    /// <value>Linear from 10 to 0.1, which the last epoch has.</value>
    public Schedule Temperature { get; init; } = Schedule.Linear(10, 0.1, reachesEnd: true);

    /// <summary>
    /// Whether an operation that is not drawn counts as if its output were all ones, so that its d is the sum over the gradient of the
    /// edge (<see cref="MixingWeights.CountsUncomputed"/>): the published code in NAS-Bench-201.
    /// </summary>
    /// <value>False, as the published code in the space of DARTS.</value>
    public bool CountsUncomputed { get; init; }

    /// <summary>Whether all operations are computed and mixed by p itself (SNAS; Xie et al., ICLR 2019), instead of the one that is
    /// drawn.</summary>
    /// <value>False.</value>
    public bool IsSoft { get; init; }

    /// <summary>Mean of the normal distribution that α starts from; only a weight decay of α makes a difference of it.</summary>
    /// <value>0.</value>
    public double InitialMean { get; init; }

    /// <summary>Standard deviation of the normal distribution that α starts from.</summary>
    /// <value>1e-3.</value>
    public double InitialDeviation { get; init; } = 1e-3;

    /// <inheritdoc/>
    public string Name => "gumbel";

    /// <inheritdoc/>
    public IEnumerable<string> Faults(SearchSpace space)
    {
        foreach (string fault in Temperature.Faults("temperature of the Gumbel softmax"))
            yield return fault;
        foreach (EpochPosition end in new EpochPosition[] { new(0, 0, 2), new(1, 0, 2) })
            if (!(Temperature.At(end) is > 0 and < double.PositiveInfinity))
                yield return $"The temperature of the Gumbel softmax is {Temperature.At(end)} in epoch {end.Epoch + 1} of {end.Epochs}; " +
                    "expected a positive number, for example Schedule.Linear(10, 0.1, reachesEnd: true).";
    }

    /// <inheritdoc/>
    public Tensor Initialize(long edges, long operations, Generator generator) =>
        new SoftmaxRelaxation(InitialDeviation).Initialize(edges, operations, generator).Plus_(InitialMean);

    /// <inheritdoc/>
    public MixingWeights Relax(Tensor alpha, RelaxationContext context)
    {
        ArgumentNullException.ThrowIfNull(alpha);
        ArgumentNullException.ThrowIfNull(context);
        using var scope = NewDisposeScope();
        Tensor p = Soft(alpha, Temperature.At(context.Position), () => Noise(alpha.shape, context.Generator));
        if (IsSoft)
            return p.MoveToOuterDisposeScope();
        MixingWeights hard = MixingWeights.StraightThrough(p);
        hard.P.MoveToOuterDisposeScope();
        return hard with { CountsUncomputed = CountsUncomputed };
    }

    /// <summary>softmax(α): the probability with which each operation is drawn.</summary>
    /// <inheritdoc/>
    public Tensor Expectation(Tensor alpha, RelaxationContext context) => Given.NotNull(alpha).softmax(-1);

    /// <summary>softmax((α + g) / τ) with a noise g that leaves it finite.</summary>
    internal static Tensor Soft(Tensor alpha, double temperature, Func<Tensor> draw)
    {
        Tensor noise, p;
        int draws = 0;
        do
        {
            noise = draw();
            p = alpha.Plus(noise.to(alpha.dtype, alpha.device)).Over(temperature).softmax(-1);
        }
        // α that is no longer finite does not get better by another draw; the search says so.
        while (++draws < MostDraws && !(IsFinite(noise) && IsFinite(p)));
        return p;
    }

    /// <summary>−ln(−ln U) with U uniform, of float64 whatever α is, so that searches of every type draw the same.</summary>
    private static Tensor Noise(long[] shape, Generator generator) =>
        rand(shape, ScalarType.Float64, generator: generator).log().negative().log().negative();

    private static bool IsFinite(Tensor numbers) => Host.Number<bool>(numbers.isfinite().all());
}
