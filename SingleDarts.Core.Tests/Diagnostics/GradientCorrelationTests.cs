using SingleDarts.Core.Data;
using SingleDarts.Core.Diagnostics;
using SingleDarts.Core.Operations;
using SingleDarts.Core.Runtime;
using SingleDarts.Core.Schemes;
using SingleDarts.Core.Search;
using SingleDarts.Core.Spaces;
using SingleDarts.Core.Supernets;
using SingleDarts.Core.Optimizers;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace SingleDarts.Core.Tests.Diagnostics;

public class GradientCorrelationTests
{
    private const int Features = 4, Classes = 3;

    /// <summary>One edge with two linear operations and the identity between the input and a linear classifier.</summary>
    private static SearchSpace LinearEdge { get; } = SearchSpace.Define("linear edge").Input(Features).Classes(Classes).Channels(Features)
        .Stem(_ => nn.Identity()).Cell(nodes: 1)
        .Operation("skip_connect", _ => nn.Identity(), isLearnable: false)
        .Operation("linear", c => nn.Linear(c.InChannels, c.OutChannels, hasBias: false))
        .Operation("other_linear", c => nn.Linear(c.InChannels, c.OutChannels, hasBias: false))
        .Head(c => nn.Linear(c.InChannels, c.OutChannels)).Build();

    [Fact]
    public void Every_pair_of_batches_is_the_double_sum_over_samples_of_equation_8()
    {
        using var scope = NewDisposeScope();
        using var net = new Net(LinearEdge);
        var watch = new GradientCorrelation { Interval = 4 };
        LabeledBatch independent = net.Batch(7), trained = net.Batch(5), alpha = net.Batch(6);
        SearchMoment At(int epoch, int step) => new(epoch, step, 4, net.Step) { DrawIndependentBatch = () => Copy(independent) };

        watch.OnStarted(At(0, 0));
        (net.Step.WeightBatch, net.Step.ArchitectureBatch) = (net.Batch(5), alpha);
        var alphaAtFirst = Samples(net, alpha);
        watch.OnStepStarting(At(0, 0));
        NodeCorrelation first = watch.Records[0].Nodes.Should().ContainSingle().Subject;
        Same(first.Paper, Pair(alphaAtFirst, Samples(net, net.Step.WeightBatch)));
        Same(first.Independent!.Value, Pair(alphaAtFirst, Samples(net, independent)));
        (first.Acting, first.Momentum, first.EpochApart).Should().Be(((Correlation?)null, (Correlation?)null, (Correlation?)null));

        net.Step.WeightBatch = trained;
        var trainedBefore = Samples(net, trained);
        watch.OnStepStarting(At(0, 3));
        watch.Records.Should().HaveCount(1);
        net.Step.UpdateWeights();
        (net.Step.WeightBatch, net.Step.ArchitectureBatch) = (net.Batch(5), net.Batch(6));
        watch.OnStepStarting(At(1, 0));
        NodeCorrelation second = watch.Records[1].Nodes[0];
        Same(second.Acting!.Value, Pair(Samples(net, net.Step.ArchitectureBatch), trainedBefore));
        Same(second.Momentum!.Value, Pair(Samples(net, net.Step.ArchitectureBatch), trainedBefore));
        Same(second.EpochApart!.Value, Pair(Samples(net, alpha), alphaAtFirst));
        second.EpochApart.Should().NotBe(second.Paper);
    }

    [Fact]
    public void Node_of_convolutions_sums_the_per_sample_gradients_of_its_learnable_candidates()
    {
        using var scope = NewDisposeScope();
        SearchSpace space = SearchSpace.Define("convolutions").Input(2, 4, 4).Classes(Classes).Channels(2).Cell(nodes: 3).Stages(1, 2)
            .Stem(_ => nn.Identity())
            .Operation(NasBench201Operations.None)
            .Operation("conv_3x3", c => nn.Conv2d(c.InChannels, c.OutChannels, 3, padding: 1))
            .Operation("deep", c => nn.Sequential(nn.Conv2d(c.InChannels, 3, 1), nn.Tanh(), nn.Conv2d(3, c.OutChannels, 1)))
            .Head(c => nn.Sequential(nn.Flatten(), nn.Linear(16 * c.InChannels, c.OutChannels))).Build();
        using var net = new Net(space);
        using (no_grad())
            net.Supernet.Architecture["cell"].copy_(randn([6, 3], ScalarType.Float64, generator: net.Generator));
        (net.Step.WeightBatch, net.Step.ArchitectureBatch) = (net.Batch(3), net.Batch(4));
        var watch = new GradientCorrelation { Cells = [2], Nodes = [3] };
        var moment = new SearchMoment(0, 0, 4, net.Step);
        watch.OnStarted(moment);
        watch.OnStepStarting(moment);

        double[] p = [.. net.Supernet.Architecture["cell"].sigmoid().data<double>()];
        SupernetCell cell = net.Supernet.Cells.ElementAt(1);
        (Parameter Weight, double P)[] weights = [..
            from edge in new[] { 3, 4, 5 }
            from k in new[] { 1, 2 }
            from weight in cell[edge][k].parameters()
            where weight.dim() == 4
            select (weight, p[edge * 3 + k])];
        weights.Should().HaveCount(9);
        double sum = 0;
        for (int i = 0; i < 4; i++)
            for (int j = 0; j < 3; j++)
                foreach (var (weight, share) in weights)
                    sum += (PerSample(net, net.Step.ArchitectureBatch, i, weight) * PerSample(net, net.Step.WeightBatch, j, weight))
                        .sum().item<double>() / (share * share);
        NodeCorrelation node = watch.Records[0].Nodes.Should().ContainSingle().Subject;
        (node.Cell, node.Node).Should().Be((2, 3));
        node.Paper.Value.Should().BeApproximately(sum / 12, 1e-10 * Math.Abs(sum));
    }

    [Fact]
    public async Task Single_level_pairs_a_batch_with_itself_and_bi_level_does_not()
    {
        using ClassificationDataset data = Small.Data();
        GradientCorrelation single = new() { Interval = 3 }, two = new() { Interval = 3 };
        await Small.Search(data).ObservedBy(single).RunAsync();
        await Small.Search(data, OptimizationSchemes.BiLevel).ObservedBy(two).RunAsync();
        single.Records.Select(r => (r.Epoch, r.Step)).Should().Equal((1, 1), (1, 4), (2, 1), (2, 4), (3, 1), (3, 4));
        single.Records[0].Nodes.Select(n => (n.Cell, n.Node)).Should()
            .Equal((1, 1), (1, 2), (1, 3), (2, 1), (2, 2), (2, 3), (3, 1), (3, 2), (3, 3));
        NodeCorrelation[] alone = [.. single.Records.SelectMany(r => r.Nodes)], pairs = [.. two.Records.SelectMany(r => r.Nodes)];
        alone.Should().OnlyContain(n => n.Paper.Value > 0 && Math.Abs(n.Paper.Cosine - 1) < 1e-9);
        alone.Should().OnlyContain(n => Math.Abs(n.Independent!.Value.Cosine) < 0.999);
        pairs.Should().OnlyContain(n => Math.Abs(n.Paper.Cosine) < 0.999);
        single.Records.Where(r => r is not { Epoch: 1, Step: 1 }).SelectMany(r => r.Nodes)
            .Should().OnlyContain(n => n.Acting != null && n.Momentum != null);
        single.Records.Should().OnlyContain(r => r.Nodes.All(n => n.EpochApart != null == (r.Epoch > 1 && r.Step == 1)));
    }

    private static void Same(Correlation found, Correlation expected)
    {
        found.Value.Should().BeApproximately(expected.Value, 1e-12);
        found.Cosine.Should().BeApproximately(expected.Cosine, 1e-10);
    }

    /// <summary>x and ∂L/∂x̄ of every sample, by the closed form of a softmax classifier of x̄ = p₀ x + p₁ W₁ x + p₂ W₂ x.</summary>
    private static (double[] X, double[] Delta)[] Samples(Net net, LabeledBatch batch)
    {
        using var _ = no_grad();
        var w = net.Supernet.named_parameters().ToDictionary(n => n.name, n => n.parameter);
        Tensor head = w.Single(n => n.Key.StartsWith("head", StringComparison.Ordinal) && n.Value.dim() == 2).Value;
        Tensor bias = w.Single(n => n.Key.StartsWith("head", StringComparison.Ordinal) && n.Value.dim() == 1).Value;
        Tensor[] linear = [.. w.Where(n => !n.Key.StartsWith("head", StringComparison.Ordinal)).Select(n => n.Value)];
        Tensor mixed = batch.Inputs.Plus(linear.Select(l => batch.Inputs.matmul(l.t())).Aggregate((a, b) => a.Plus(b))).Times(0.125);
        Tensor residual = mixed.matmul(head.t()).Plus(bias).softmax(1) - nn.functional.one_hot(batch.Labels, Classes);
        Tensor delta = residual.matmul(head);
        return [.. Enumerable.Range(0, (int)batch.Size)
            .Select(j => (batch.Inputs[j].data<double>().ToArray(), delta[j].data<double>().ToArray()))];
    }

    /// <summary>Mean over pairs of (δ·δ')(x·x'), for both linear operations.</summary>
    private static Correlation Pair((double[] X, double[] Delta)[] a, (double[] X, double[] Delta)[] b)
    {
        double Sum((double[] X, double[] Delta)[] l, (double[] X, double[] Delta)[] r) => 2 * l.Average(j => r.Average(k =>
            j.Delta.Zip(k.Delta, (u, v) => u * v).Sum() * j.X.Zip(k.X, (u, v) => u * v).Sum()));
        return new Correlation(Sum(a, b), Sum(a, b) / Math.Sqrt(Sum(a, a) * Sum(b, b)));
    }

    private static Tensor PerSample(Net net, LabeledBatch batch, int sample, Tensor weight)
    {
        Tensor logits = net.Supernet.call(batch.Inputs[TensorIndex.Slice(sample, sample + 1)]);
        Tensor loss = nn.functional.cross_entropy(logits, batch.Labels[TensorIndex.Slice(sample, sample + 1)]);
        return autograd.grad([loss], [weight])[0];
    }

    private static LabeledBatch Copy(LabeledBatch batch) => new(batch.Inputs.clone(), batch.Labels.clone());

    private sealed class Net : IDisposable
    {
        public Net(SearchSpace space)
        {
            Supernet = new Supernet(space, null, new SupernetOptions { Seed = 1, DataType = ScalarType.Float64 });
            Supernet.train();
            var weights = new ScheduledOptimizer(OptimizerSettings.Default.Sgd(0.5, momentum: 0.9), Supernet.Weights);
            var architecture = new ScheduledOptimizer(OptimizerSettings.Default.Sgd(1, momentum: 0), Supernet.Architecture.Named);
            weights.MoveTo(new EpochPosition(0, 0, 1), 0);
            Step = new StepContext(Supernet, weights, architecture);
        }

        public Generator Generator { get; } = new(3UL);
        public Supernet Supernet { get; }
        public StepContext Step { get; }

        public LabeledBatch Batch(int size) => new(
            randn([size, .. Supernet.Space.InputShape], dtype: ScalarType.Float64, generator: Generator),
            randint(0, Classes, [size], dtype: ScalarType.Int64, generator: Generator));

        public void Dispose()
        {
            Step.WeightOptimizer.Dispose();
            Step.ArchitectureOptimizer.Dispose();
            Supernet.Dispose();
            Generator.Dispose();
        }
    }
}
