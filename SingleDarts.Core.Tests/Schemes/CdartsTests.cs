using SingleDarts.Core.Data;
using SingleDarts.Core.Genotypes;
using SingleDarts.Core.Optimizers;
using SingleDarts.Core.Runs;
using SingleDarts.Core.Runtime;
using SingleDarts.Core.Schemes;
using SingleDarts.Core.Search;
using SingleDarts.Core.Spaces;
using SingleDarts.Core.Supernets;
using SingleDarts.Core.Training;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace SingleDarts.Core.Tests.Schemes;

public class CdartsTests
{
    private const double Epsilon = 1e-6;

    private static readonly SearchSpace Darts = SearchSpaces.Darts(3, channels: 4, layers: 3, height: 16, width: 16);

    private static CdartsRun Begin(SmallSearch search, CdartsScheme? scheme = null) =>
        (CdartsRun)(scheme ?? new CdartsScheme()).Begin(search.Step);

    /// <summary>α, a weight of the shared stem, one of the evaluation network, and q: L is moved by both networks at once, and nothing is
    /// detached.</summary>
    [Theory]
    [InlineData(DistillationDistance.SmoothL1)]
    [InlineData(DistillationDistance.KullbackLeibler)]
    public void The_gradient_of_the_joint_loss_is_that_of_finite_differences(DistillationDistance distance)
    {
        using var scope = NewDisposeScope();
        using var search = new SmallSearch(relaxation: new SoftmaxRelaxation(1));
        // The heads are drawn from the global generator. A kink of a ReLU within the step would be a difference.
        random.manual_seed(1);
        using CdartsRun run = Begin(search, new CdartsScheme { Distance = distance, DistillationWeight = 0.7, Temperature = 3 });
        run.Pool.Begin(search.Supernet.Space.RandomGenotype(3));
        (string, Tensor)[] moved =
        [
            ("α", search.Alpha), ("stem", search.Supernet.Stem.parameters().First()), ("evaluation", run.Pool.Parameters.First().Parameter),
            ("classifier", run.Pool.Supernet.Head.parameters().Last()), ("q", run.Heads.Moved(false).Single().Parameter),
            ("head", run.Heads.Moved(true).Skip(1).First().Parameter),
        ];
        run.JointLoss(search.Step, search.Validation).Loss.backward();
        double Loss()
        {
            using var inner = NewDisposeScope();
            using var _ = no_grad();
            return run.JointLoss(search.Step, search.Validation).Loss.item<double>();
        }
        foreach (var (name, parameter) in moved)
        {
            Tensor gradient = parameter.grad!.clone();
            gradient.abs().max().item<double>().Should().BePositive(name);
            Tensor direction = gradient.Over(gradient.norm().item<double>());
            double Along(double step)
            {
                using var _ = no_grad();
                parameter.Plus_(direction, step);
                double loss = Loss();
                parameter.Plus_(direction, -step);
                return loss;
            }
            ((Along(Epsilon) - Along(-Epsilon)) / (2 * Epsilon)).Should().BeApproximately(
                gradient.norm().item<double>(), 1e-5 * Math.Max(1, gradient.norm().item<double>()), name);
        }
    }

    [Fact]
    public void Distances_are_their_closed_forms()
    {
        using var scope = NewDisposeScope();
        double[] s = [0.3, -2, 4, 0.1, 1, -1], e = [0.1, 1, 0.5, 0.1, 1.9, -0.2];
        Tensor search = tensor(s, [2, 3]), evaluation = tensor(e, [2, 3]);
        DistillationLoss.Of(DistillationDistance.SmoothL1, search, evaluation, 2).item<double>().Should().BeApproximately(
            s.Zip(e, (a, b) => Math.Abs(a - b)).Average(d => d < 1 ? d * d / 2 : d - 0.5), 1e-14);
        double[] Softmax(double[] logits) => [.. logits.Chunk(3).SelectMany(row =>
            row.Select(x => Math.Exp(x / 2) / row.Sum(y => Math.Exp(y / 2))))];
        double[] p = Softmax(e), q = Softmax(s);
        DistillationLoss.Of(DistillationDistance.KullbackLeibler, search, evaluation, 2).item<double>().Should().BeApproximately(
            p.Zip(q, (a, b) => a * Math.Log(a / b)).Average(), 1e-14);
    }

    [Fact]
    public void An_ensemble_lies_along_the_batch_and_is_weighed_by_softmax_of_q()
    {
        using var scope = NewDisposeScope();
        using var search = new SmallSearch();
        using CdartsRun run = Begin(search);
        Parameter q = run.Heads.Moved(false).Single().Parameter;
        q.data<double>().Should().HaveCount(3).And.OnlyContain(x => x >= 0 && x < 1.0 / 3);
        var (logits, features) = search.Supernet.ForwardStages(search.Supernet.ForwardStem(search.Train.Inputs), search.Supernet.Relax());
        features.Select(feature => string.Join('×', feature.shape)).Should().Equal("6×4×4×4", "6×8×2×2");
        Small.Same(logits, search.Supernet.call(search.Train.Inputs)).Should().BeTrue();
        Tensor ensemble = run.Heads.Ensemble(features, logits);
        ensemble.shape.Should().Equal(18, 3);
        double share = Math.Exp(q[2].item<double>()) / q.data<double>().ToArray().Sum(Math.Exp);
        Largest(ensemble.narrow(0, 12, 6) - logits.Times(share)).Should().BeLessThan(1e-14);
    }

    /// <summary>An independent network of the same genotype, with the weights of the pool.</summary>
    [Theory]
    [InlineData(false, 1)]
    [InlineData(false, 2)]
    [InlineData(true, 1)]
    public void The_evaluation_network_is_the_network_of_the_genotype(bool isDarts, int seed)
    {
        using var scope = NewDisposeScope();
        using var search = new SmallSearch(space: isDarts ? Darts : null);
        using CdartsRun run = Begin(search, new CdartsScheme { EvaluationLayers = isDarts ? 5 : null });
        Genotype genotype = BySource(search.Supernet.Space.RandomGenotype(seed));
        run.Pool.Begin(genotype);
        SearchSpace space = isDarts ? Darts.WithStages(SearchSpaces.DartsStages(5)) : search.Supernet.Space;
        using var network = new EvaluationNetwork(space, genotype);
        nn.Module plain = network.to(ScalarType.Float64);
        Parameter[] own = [.. plain.named_parameters().Where(p => !p.name.StartsWith("stem", StringComparison.Ordinal))
            .Select(p => p.parameter)];
        Parameter[] pool = [.. run.Pool.Parameters.Select(p => p.Parameter)];
        own.Select(p => string.Join('×', p.shape)).Should().Equal(pool.Select(p => string.Join('×', p.shape)));
        using (no_grad())
        {
            foreach (var (to, from) in own.Zip(pool))
                to.copy_(from);
            foreach (var (to, from) in network.Parts.First().Module.parameters().Zip(search.Supernet.Stem.parameters()))
                to.copy_(from);
        }
        Tensor input = isDarts ? randn(4, 3, 16, 16, dtype: ScalarType.Float64) : search.Train.Inputs;
        Largest(run.Pool.Forward(search.Supernet.ForwardStem(input)).Logits - network.Classify(input).Logits).Should().BeLessThan(1e-10);
    }

    [Fact]
    public void Weights_survive_a_change_of_genotype_and_back_but_for_scales_and_shifts()
    {
        using var scope = NewDisposeScope();
        using var search = new SmallSearch();
        using CdartsRun run = Begin(search);
        SearchSpace space = search.Supernet.Space;
        Genotype first = Genotype.Parse("|nor_conv_3x3~0|+|nor_conv_1x1~0|skip_connect~1|+|nor_conv_3x3~0|none~1|nor_conv_3x3~2|");
        Genotype other = Genotype.Parse("|nor_conv_1x1~0|+|nor_conv_3x3~0|skip_connect~1|+|nor_conv_1x1~0|none~1|nor_conv_1x1~2|");
        Dictionary<string, Tensor> Moved(Genotype genotype)
        {
            using var _ = no_grad();
            run.Pool.Begin(genotype);
            foreach (var (_, parameter) in run.Pool.Parameters)
                parameter.normal_();
            return run.Pool.Parameters.ToDictionary(p => p.Name, p => p.Parameter.clone());
        }
        Dictionary<string, Tensor> before = Moved(first), elsewhere = Moved(other);
        before.Keys.Intersect(elsewhere.Keys).Should().OnlyContain(name => !name.Contains(".edges.", StringComparison.Ordinal));
        run.Pool.Begin(first);
        var after = run.Pool.Parameters.ToDictionary(p => p.Name, p => p.Parameter);
        after.Keys.Should().BeEquivalentTo(before.Keys);
        string[] operations = [.. after.Keys.Where(name => name.Contains(".edges.", StringComparison.Ordinal))];
        operations.Should().HaveCount(3 * 4 * 3, "four convolutions in each of three cells");
        foreach (string name in operations)
            if (after[name].dim() == 4)
                Small.Same(after[name], before[name]).Should().BeTrue(name);
            else
                after[name].data<double>().ToArray().Should().AllBeEquivalentTo(
                    name.EndsWith("weight", StringComparison.Ordinal) ? 1.0 : 0.0, name);
        foreach (string name in after.Keys.Except(operations))
            Small.Same(after[name], elsewhere[name]).Should().BeTrue("blocks and head belong to every genotype");
    }

    /// <summary>'s' is the search network behind the stem, 'S' the stem, 'e' the evaluation network, 'q' what weighs the heads, 'h' the
    /// heads.</summary>
    [Theory]
    [InlineData(true, 1, "SsSsSeSeαSseqhαSseqhSeSeαSseqhαSseqh")]
    [InlineData(false, 0, "SsSsαSseqαSseqαSseqαSseq")]
    public async Task Every_step_moves_what_it_should(bool trainsHeads, int warmUp, string expected)
    {
        using ClassificationDataset data = Small.Data();
        var scheme = new CapturedScheme<CdartsRun>(new CdartsScheme
        {
            TrainsHeads = trainsHeads, WarmUpEpochs = warmUp,
            Evaluation = OptimizerSettings.Default.Sgd(0.1, momentum: 0),
        });
        var moves = new Moves(scheme);
        await ArchitectureSearch.In(Small.Space, SearchMethods.Cdarts()).On(data).For(3, 10).WithSeed(2).Using(scheme)
            .UpdatingWeights(o => o.Sgd(0.1, momentum: 0)).UpdatingArchitecture(o => o.FreezeFor(1, of: 3)).ObservedBy(moves).RunAsync();
        string.Concat(moves.Moved).Should().Be(expected, string.Join(' ', moves.Moved));
        moves.Optimizers.Should().Equal([2, 2], "α's optimiser has the steps of one cycle");
    }

    /// <summary>20 samples of each half in batches of 10: cycles of two warm-up steps and two of both networks, behind one epoch of
    /// pre-training.</summary>
    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    [InlineData(5)]
    [InlineData(6)]
    [InlineData(7)]
    [InlineData(8)]
    [InlineData(9)]
    public async Task A_search_resumes_bit_for_bit_at_every_place_of_a_cycle(int steps)
    {
        using var folder = new TemporaryFolder();
        using ClassificationDataset data = Small.Data();
        ArchitectureSearch Search() => ArchitectureSearch.In(Small.Space, SearchMethods.Cdarts()).On(data).For(3, 10).WithSeed(5)
            .UpdatingArchitecture(o => o.Adam(0.05, 0.5, 0.999).FreezeFor(1, of: 3));
        SearchResult whole = await Search().SavingTo(folder["whole"]).RunAsync();
        using var stop = new CancellationTokenSource();
        await FluentActions.Awaiting(() => Search().SavingTo(folder["cut"]).ReportingTo(Immediately.At(steps, stop.Cancel))
            .RunAsync(stop.Token)).Should().ThrowAsync<OperationCanceledException>();
        SearchResult resumed = await Search().ResumingFrom(folder["cut"]).RunAsync();
        resumed.Genotype.Should().Be(whole.Genotype);
        TrainingSetup.SameTensors(folder["whole/checkpoint/latest.safetensors"], folder["cut/checkpoint/latest.safetensors"]);
    }

    [Fact]
    public void Settings_that_cannot_be_are_named_before_any_work()
    {
        using ClassificationDataset data = Small.Data();
        var scheme = new CdartsScheme
        {
            EvaluationLayers = 8, WarmUpEpochs = -1, Temperature = 0, Sampling = ArchitectureSampling.None,
            Distance = (DistillationDistance)7, Evaluation = OptimizerSettings.Default.Sgd(-1),
        };
        FluentActions.Invoking(() => ArchitectureSearch.In(Small.Space, SearchMethods.Cdarts()).On(data).Using(scheme).For(1, 10).Build())
            .Should().Throw<InvalidRunException>().WithMessage("*8 layers*").WithMessage("*-1 epochs*").WithMessage("*temperature of 0*")
            .WithMessage("*sampling is None*").WithMessage("*distance of CDARTS is 7*").WithMessage("*evaluation network*-1*");
        SearchSpace vectors = SearchSpace.Define("vectors").Input(4).Classes(2)
            .Operations(Core.Operations.NasBench201Operations.All.Take(2)).Cell(nodes: 1)
            .Stem(_ => nn.Identity()).Head(_ => nn.Identity()).Build();
        ((IOptimizationScheme)new CdartsScheme()).Faults(vectors).Should().ContainSingle().Which.Should().Contain("[4]");
    }

    /// <summary>The genotype with the genes of each node in the order of the edges.</summary>
    private static Genotype BySource(Genotype genotype) => new(genotype.Cells.ToDictionary(cell => cell.Key, cell => new CellGenotype(
        cell.Value.Nodes.Select(genes => (IReadOnlyList<Gene>)[.. genes.OrderBy(gene => gene.Source)]), cell.Value.OutputNodes)));

    private static double Largest(Tensor tensor) => tensor.abs().max().item<double>();

    private sealed class Moves(CapturedScheme<CdartsRun> scheme) : ISearchObserver
    {
        private Dictionary<char, double> before = [];

        public List<string> Moved { get; } = [];

        /// <summary>Steps that α's optimiser has counted at the end of an epoch in which it moves.</summary>
        public List<long> Optimizers { get; } = [];

        public void OnStepStarting(SearchMoment moment) => before = Numbers(moment);

        public void OnStep(SearchMoment moment, StepOutcome outcome)
        {
            var now = Numbers(moment);
            Moved.Add(string.Concat("αSseqh".Where(part => now[part] != before[part])));
        }

        public void OnEpoch(SearchMoment moment, EpochReport report)
        {
            using var scope = NewDisposeScope();
            if (moment.Context.ArchitectureOptimizer.IsMoving)
                Optimizers.Add(moment.Context.ArchitectureOptimizer.SaveState()["cell/step"].item<long>());
        }

        private Dictionary<char, double> Numbers(SearchMoment moment)
        {
            using var scope = NewDisposeScope();
            double Of(IEnumerable<Tensor> tensors) => tensors.Sum(t => t.detach().to(ScalarType.Float64).Squared().sum().item<double>());
            Supernet search = moment.Context.Supernet;
            Parameter q = scheme.Run!.Heads.Moved(false).Single().Parameter;
            return new()
            {
                ['α'] = Of([search.Architecture["cell"]]),
                ['S'] = Of(search.Stem.parameters()),
                ['s'] = Of(search.Layers.SelectMany(layer => layer.parameters())),
                ['e'] = Of(scheme.Run.Pool.Supernet.parameters()),
                ['q'] = Of([q]),
                ['h'] = Of(scheme.Run.Heads.Moved(true).Where(p => !ReferenceEquals(p.Parameter, q)).Select(p => p.Parameter)),
            };
        }
    }
}
