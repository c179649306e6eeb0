using SingleDarts.Core.Data;
using SingleDarts.Core.Genotypes;
using SingleDarts.Core.Optimizers;
using SingleDarts.Core.Runs;
using SingleDarts.Core.Runtime;
using SingleDarts.Core.Schemes;
using SingleDarts.Core.Search;
using SingleDarts.Core.Spaces;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace SingleDarts.Core.Tests.Schemes;

public class EnasTests
{
    private static EnasController Controller(int seed = 1)
    {
        using var generator = new Generator((ulong)seed);
        return new EnasController(SearchSpaces.NasBench201(), generator);
    }

    [Fact]
    public void The_controller_has_17253_parameters()
    {
        using EnasController controller = Controller();
        controller.parameters().Sum(p => p.numel()).Should().Be(17_253);
    }

    /// <summary>TorchSharp's own LSTM, embedding and linear layer with the controller's numbers give the same probabilities.</summary>
    [Fact]
    public void Log_probability_and_entropy_are_sums_of_six_categorical_terms_of_an_lstm()
    {
        using var scope = NewDisposeScope();
        using EnasController controller = Controller();
        using var generator = new Generator(3UL);
        var numbers = controller.named_parameters().ToDictionary(p => p.name, p => p.parameter);
        using LSTM lstm = nn.LSTM(32, 32, 2);
        using (no_grad())
            foreach (var (name, parameter) in lstm.named_parameters())
                parameter.copy_(numbers[$"lstm_{name}"]);
        for (int draw = 0; draw < 5; draw++)
        {
            ControllerSample sample = controller.Sample(generator);
            double logs = 0, entropy = 0;
            Tensor input = numbers["start"];
            (Tensor, Tensor)? state = null;
            foreach (Gene gene in sample.Genotype["cell"].Nodes.SelectMany(node => node))
            {
                var (output, h, c) = lstm.call(input.unsqueeze(0), state);
                state = (h, c);
                Tensor z = nn.functional.linear(output[0], numbers["weight"], numbers["bias"]).Over(5).tanh().Times(2.5);
                double[] p = [.. z.softmax(1).flatten().data<float>().Select(x => (double)x)];
                p.Should().OnlyContain(x => x > 0.0017 && x < 0.974, "|z| is at most 2.5");
                int choice = SearchSpaces.NasBench201().Cells[0].Column(gene.Operation);
                logs += Math.Log(p[choice]);
                entropy -= p.Sum(x => x * Math.Log(x));
                input = numbers["embedding"][choice].unsqueeze(0);
            }
            sample.LogProbability.item<float>().Should().BeApproximately((float)logs, 1e-5f);
            sample.Entropy.item<float>().Should().BeApproximately((float)entropy, 1e-5f).And.BeLessThan((float)(6 * Math.Log(5)));
            controller.Of(sample.Genotype).LogProbability.item<float>().Should().Be(sample.LogProbability.item<float>());
        }
    }

    [Fact]
    public void Genotypes_are_drawn_as_often_as_the_controller_says()
    {
        using var scope = NewDisposeScope();
        SearchSpace space = SearchSpace.Define("two").Input(4).Classes(2).Operations(NasBench201.Take(2)).Cell(nodes: 1)
            .Stem(_ => nn.Identity()).Head(_ => nn.Identity()).Build();
        using var generator = new Generator(5UL);
        using var controller = new EnasController(space, generator);
        using var _ = no_grad();
        const int draws = 4000;
        var drawn = Enumerable.Range(0, draws).Select(_ => controller.Sample(generator)).GroupBy(s => s.Genotype).ToArray();
        foreach (var same in drawn)
        {
            double p = Math.Exp(same.First().LogProbability.item<float>());
            ((double)same.Count() / draws).Should().BeApproximately(p, 4 * Math.Sqrt(p * (1 - p) / draws));
        }
        drawn.Sum(same => Math.Exp(same.First().LogProbability.item<float>())).Should().BeApproximately(1, 1e-5);
    }

    private static IEnumerable<Core.Operations.CandidateOperation> NasBench201 => Core.Operations.NasBench201Operations.All;

    [Fact]
    public async Task Weights_move_in_the_first_phase_and_the_controller_in_the_second()
    {
        using ClassificationDataset data = Small.Data();
        var scheme = new CapturedScheme<EnasRun>(new EnasScheme { ControllerUpdates = 3, SamplesPerUpdate = 2 });
        var phases = new Phases(scheme);
        SearchResult result = await Search(data).Using(scheme).ObservedBy(phases).RunAsync();
        // 20 of 40 samples in batches of 10, then 3 updates of the controller, in each of two epochs.
        phases.Moved.Should().Equal(
            [.. Enumerable.Repeat<(bool, bool)>((true, false), 2), .. Enumerable.Repeat<(bool, bool)>((false, true), 3),
            .. Enumerable.Repeat<(bool, bool)>((true, false), 2), .. Enumerable.Repeat<(bool, bool)>((false, true), 3)]);
        phases.AlphaHasMoved.Should().BeFalse();
        result.Epochs.Should().OnlyContain(e => e.WeightLoss > 0 && e.ArchitectureAccuracy >= 0 && e.ArchitectureAccuracy <= 1);
    }

    /// <summary>The update is recomputed from the rewards: −mean of (r − b) ∇log P, with the baseline of the sheet.</summary>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void An_update_follows_reinforce_and_the_baseline_is_frozen_within_an_epoch(bool detaches)
    {
        using var scope = NewDisposeScope();
        using var search = new SmallSearch();
        var settings = new EnasScheme
        {
            ControllerUpdates = 1, SamplesPerUpdate = 4, EntropyWeight = 0.1, DetachesReward = detaches,
            Controller = OptimizerSettings.Default.Sgd(1, momentum: 0),
        };
        search.Step.EvaluationBatches = (n, _, _) => n % 2 == 0 ? search.Train : search.Validation;
        (search.Step.StepsPerEpoch, search.Step.WeightSteps) = (2, 1);
        using var run = (EnasRun)((IOptimizationScheme)settings).Begin(search.Step);
        (search.Step.Step, search.Step.WeightBatch, search.Step.ArchitectureBatch) = (1, null!, null!);
        double frozen = double.NaN;
        for (int epoch = 0; epoch < 3; epoch++)
        {
            search.Step.Position = new EpochPosition(epoch, 0.5, 3);
            search.Step.Generator.manual_seed(epoch);
            Parameter[] parameters = [.. run.Controller.parameters()];
            Tensor[] before = [.. parameters.Select(p => p.detach().clone())];
            foreach (Parameter parameter in parameters)
                parameter.grad = null;
            Tensor? loss = null;
            double last = 0;
            for (int i = 0; i < 4; i++)
            {
                ControllerSample sample = run.Controller.Sample(search.Step.Generator);
                double accuracy = search.Step.Accuracy(sample.Genotype, search.Step.EvaluationBatch((epoch * 4) + i));
                Tensor reward = sample.Entropy.Times(0.1).Plus(accuracy);
                reward = detaches ? reward.detach() : reward;
                Tensor baseline = epoch == 0 ? reward.Times(0).Plus(accuracy) : reward.Plus(-frozen).Times(0.01).Plus(frozen);
                last = baseline.item<float>();
                Tensor term = sample.LogProbability * (reward - baseline);
                loss = loss is null ? term : loss.Plus(term);
            }
            loss!.Over(-4).backward();
            Tensor[] gradients = [.. parameters.Select(p => p.grad?.clone() ?? zeros_like(p))];
            foreach (Parameter parameter in parameters)
                parameter.grad = null;
            search.Step.Generator.manual_seed(epoch);
            run.Step(search.Step);
            run.EndEpoch(search.Step);
            frozen = last;
            for (int i = 0; i < parameters.Length; i++)
                (before[i] - gradients[i] - parameters[i]).abs().max().item<float>().Should().BeLessThan(1e-6f);
            gradients.Max(g => g.abs().max().item<float>()).Should().BePositive();
        }
    }

    [Fact]
    public async Task The_result_is_the_best_of_the_candidates_that_the_controller_draws_at_the_end()
    {
        using ClassificationDataset data = Small.Data();
        SearchResult result = await Search(data).Deriving(new DrawnSelection { Count = 20, CountPerEpoch = 2, BatchSize = 10 }).RunAsync();
        result.Epochs.Should().HaveCount(2);
        result.Genotype["cell"].Nodes.Sum(node => node.Count).Should().Be(6);
    }

    [Fact]
    public void Settings_that_cannot_be_are_named_before_any_work()
    {
        using ClassificationDataset data = Small.Data();
        FluentActions.Invoking(() => Search(data).Using(new EnasScheme { SamplesPerUpdate = 0, BaselineDecay = 1 }).Build())
            .Should().Throw<InvalidRunException>().WithMessage("*50 updates of 0 genotypes*").WithMessage("*decays by 1*");
    }

    private static ArchitectureSearch Search(ClassificationDataset data) => ArchitectureSearch
        .In(Small.Space, SearchMethods.Enas(candidates: 4, candidatesPerEpoch: 2)).On(data).For(2, 10).WithSeed(3)
        .Using(new EnasScheme { ControllerUpdates = 3, SamplesPerUpdate = 2 });

    private sealed class Phases(CapturedScheme<EnasRun> scheme) : ISearchObserver
    {
        private double[]? weights, controller, alpha;

        public List<(bool Weights, bool Controller)> Moved { get; } = [];

        public bool AlphaHasMoved { get; private set; }

        public void OnStepStarting(SearchMoment moment) => (weights, controller, alpha) = Numbers(moment);

        public void OnStep(SearchMoment moment, StepOutcome outcome)
        {
            var (w, c, a) = Numbers(moment);
            Moved.Add((!w.SequenceEqual(weights!), !c.SequenceEqual(controller!)));
            AlphaHasMoved |= !a.SequenceEqual(alpha!);
        }

        private (double[] Weights, double[] Controller, double[] Alpha) Numbers(SearchMoment moment)
        {
            using var scope = NewDisposeScope();
            double[] Of(IEnumerable<Tensor> tensors) => [.. tensors.Select(t => t.to(ScalarType.Float64).sum().item<double>())];
            var state = moment.Context.Supernet.state_dict().Where(e => !e.Key.StartsWith("alpha", StringComparison.Ordinal));
            return (Of(state.Select(e => e.Value)), Of(scheme.Run!.Controller.parameters()),
                Of(moment.Context.Supernet.Architecture.Named.Select(n => n.Parameter)));
        }
    }
}
