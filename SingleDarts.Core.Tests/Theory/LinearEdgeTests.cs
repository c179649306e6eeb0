using SingleDarts.Core.Runtime;
using SingleDarts.Core.Theory;
using static TorchSharp.torch;

namespace SingleDarts.Core.Tests.Theory;

public class LinearEdgeTests
{
    private const double Eta = 0.3;

    [Theory]
    [InlineData(AlphaActivation.Softmax)]
    [InlineData(AlphaActivation.Sigmoid)]
    public void Equations_6_and_7_and_the_gradient_of_alpha_equal_autograd_and_finite_differences(AlphaActivation activation)
    {
        using var scope = NewDisposeScope();
        var (w, alpha, x, y) = Case(1);
        var edge = new LinearEdge(w, alpha, activation);
        Tensor delta = LinearEdge.CrossEntropyDelta(edge.Mixture(x), y);
        Tensor p = edge.Probabilities().detach().requires_grad_(), leaf = w.clone().requires_grad_(), a = alpha.clone().requires_grad_();
        Loss(leaf, p, x, y).backward();
        Distance(edge.ProbabilityGradient(x, delta), p.grad!).Should().BeLessThan(1e-13);
        Distance(edge.WeightGradient(x, delta), leaf.grad!).Should().BeLessThan(1e-13);
        Loss(w, activation == AlphaActivation.Softmax ? a.softmax(0) : a.sigmoid(), x, y).backward();
        Distance(edge.ArchitectureGradient(x, delta), a.grad!).Should().BeLessThan(1e-13);

        Tensor plainP = edge.Probabilities();
        Distance(edge.ProbabilityGradient(x, delta), Differences(plainP, v => Loss(w, v, x, y))).Should().BeLessThan(1e-8);
        Distance(edge.WeightGradient(x, delta), Differences(w, v => Loss(v, plainP, x, y))).Should().BeLessThan(1e-8);
        Distance(edge.ArchitectureGradient(x, delta), Differences(alpha, v =>
            Loss(w, activation == AlphaActivation.Softmax ? v.softmax(0) : v.sigmoid(), x, y))).Should().BeLessThan(1e-8);
    }

    [Fact]
    public void A_training_step_changes_the_gradient_of_p_by_exactly_the_training_term()
    {
        using var scope = NewDisposeScope();
        var (w, alpha, x, y) = Case(2);
        var (_, _, trainingX, trainingY) = Case(3);
        var before = new LinearEdge(w, alpha, learnable: [true, false, true]);
        Tensor trainingDelta = LinearEdge.CrossEntropyDelta(before.Mixture(trainingX), trainingY);
        LinearEdge after = before.TrainingStep(trainingX, trainingDelta, Eta);
        Tensor delta = LinearEdge.CrossEntropyDelta(after.Mixture(x), y), p = after.Probabilities().detach().requires_grad_();
        Loss(after.Weights, p, x, y).backward();
        Tensor term = before.TrainingTerm(x, delta, trainingX, trainingDelta, Eta);
        Distance(before.ProbabilityGradient(x, delta).Plus(term), p.grad!).Should().BeLessThan(1e-13);
        term[1].item<double>().Should().Be(0);
        (after.Weights[1] - w[1]).abs().max().item<double>().Should().Be(0);
        term[0].item<double>().Should().NotBe(0);
    }

    [Fact]
    public void The_training_term_of_a_batch_with_itself_is_never_positive()
    {
        for (int seed = 0; seed < 200; seed++)
        {
            using var scope = NewDisposeScope();
            var (w, alpha, x, y) = Case(seed);
            var edge = new LinearEdge(w, alpha);
            Tensor delta = LinearEdge.CrossEntropyDelta(edge.Mixture(x), y);
            edge.TrainingTerm(x, delta, x, delta, Eta).max().item<double>().Should().BeLessThanOrEqualTo(0);
        }
    }

    [Theory]
    [InlineData(AlphaActivation.Softmax)]
    [InlineData(AlphaActivation.Sigmoid)]
    public void Equation_16_descends_from_the_previous_values(AlphaActivation activation)
    {
        using var scope = NewDisposeScope();
        var (w, alpha, x, y) = Case(4);
        Tensor a = alpha.clone().requires_grad_(), leaf = w.clone().requires_grad_();
        Loss(leaf, activation == AlphaActivation.Softmax ? a.softmax(0) : a.sigmoid(), x, y).backward();
        LinearEdge after = new LinearEdge(w, alpha, activation).SingleLevelStep(x, y, Eta);
        Distance(after.Alpha, alpha - a.grad!.Times(Eta)).Should().BeLessThan(1e-13);
        Distance(after.Weights, w - leaf.grad!.Times(Eta)).Should().BeLessThan(1e-13);
        Loss(after.Weights, after.Probabilities(), x, y).item<double>()
            .Should().BeLessThan(Loss(w, new LinearEdge(w, alpha, activation).Probabilities(), x, y).item<double>());
    }

    [Fact]
    public void Under_a_sigmoid_another_alpha_changes_nothing_and_under_a_softmax_it_does()
    {
        double[] g = [0.7, -1.2, 0.4], alpha = [0.1, -0.3, 0.5], moved = [0.1, -0.3, 1.5];
        double Sigmoid(double[] a) => AlphaGradient.Sigmoid([.. a.Select(v => 1 / (1 + Math.Exp(-v)))], g)[0];
        double Softmax(double[] a) => AlphaGradient.Softmax(Gauss.Softmax(a), g)[0];
        Sigmoid(moved).Should().Be(Sigmoid(alpha));
        double[] p = Gauss.Softmax(moved);
        Softmax(moved).Should().BeApproximately(p[0] * (g[0] - p.Zip(g, (u, v) => u * v).Sum()), 1e-15).And.NotBe(Softmax(alpha));
        AlphaGradient.Softmax(p, g).Sum().Should().BeApproximately(0, 1e-15);
    }

    [Fact]
    public void Bad_shapes_labels_and_rates_are_refused()
    {
        using var scope = NewDisposeScope();
        var (w, alpha, x, y) = Case(5);
        var edge = new LinearEdge(w, alpha);
        Tensor delta = LinearEdge.CrossEntropyDelta(edge.Mixture(x), y);
        Refused(() => _ = new LinearEdge(w, zeros(2, dtype: ScalarType.Float64)), "[operations, outputs, inputs]");
        Refused(() => _ = new LinearEdge(w, alpha, learnable: [true]), "expected 3");
        Refused(() => edge.Mixture(x.t()), "expected Float64 [samples, 5]");
        Refused(() => edge.ProbabilityGradient(x, delta[..3]), "delta is");
        Refused(() => LinearEdge.CrossEntropyDelta(delta, y.Plus(9L)), "Labels reach");
        Refused(() => edge.SingleLevelStep(x, y, 0), "above 0");
        Refused(() => AlphaGradient.Softmax(alpha, alpha[..2]), "one shape");
    }

    private static void Refused(Action act, string message) => act.Should().Throw<ArgumentException>().WithMessage($"*{message}*");

    private static (Tensor W, Tensor Alpha, Tensor X, Tensor Y) Case(int seed)
    {
        var random = new Random(seed);
        Tensor Make(params int[] shape) =>
            tensor(Gauss.Vector(random, shape.Aggregate(1, (a, b) => a * b))).reshape([.. shape.Select(s => (long)s)]);
        return (Make(3, 4, 5), Make(3), Make(7, 5), tensor([.. Enumerable.Range(0, 7).Select(_ => random.NextInt64(4))]));
    }

    /// <summary>The mean cross-entropy, written without the library.</summary>
    private static Tensor Loss(Tensor w, Tensor p, Tensor x, Tensor y)
    {
        Tensor mixture = x.mm((p.view(-1, 1, 1) * w).sum([0]).t());
        return nn.functional.cross_entropy(mixture, y);
    }

    private static Tensor Differences(Tensor at, Func<Tensor, Tensor> loss)
    {
        const double Step = 1e-5;
        Tensor result = zeros_like(at).flatten(), unit = eye(at.numel(), dtype: ScalarType.Float64);
        for (long k = 0; k < at.numel(); k++)
        {
            Tensor by = unit[k].view(at.shape).Times(Step);
            result[k] = (loss(at.Plus(by)) - loss(at - by)).Over(2 * Step);
        }
        return result.view(at.shape);
    }

    private static double Distance(Tensor a, Tensor b) => (a - b).abs().max().item<double>();
}
