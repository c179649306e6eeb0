using SingleDarts.Core.Data;
using SingleDarts.Core.Genotypes;
using SingleDarts.Core.Optimizers;
using SingleDarts.Core.Runs;
using SingleDarts.Core.Runtime;
using SingleDarts.Core.Schemes;
using SingleDarts.Core.Search;
using SingleDarts.Core.Spaces;
using SingleDarts.Core.Supernets;
using SingleDarts.Core.Tests.Runs;
using static TorchSharp.torch;

namespace SingleDarts.Core.Tests.Schemes;

/// <summary>RSPS by its definition in NAS-Bench-201: <c>exps/algos/RANDOM-NAS.py</c> of AutoDL-Projects.</summary>
public class UniformPathTests
{
    private static ArchitectureSearch Search(ClassificationDataset data) => Small.Search(data, OptimizationSchemes.UniformPath)
        .Deriving(new DrawnSelection { Count = 7, CountPerEpoch = 3, BatchSize = 8 });

    [Fact]
    public void A_step_moves_the_weights_of_one_path_by_its_gradient_and_never_alpha()
    {
        using var scope = NewDisposeScope();
        using var search = new SmallSearch(OptimizerSettings.Default.Sgd(0.1, momentum: 0));
        SearchSpace space = search.Supernet.Space;
        // A path through the whole network, so that every cell has a gradient.
        ulong seed = Enumerable.Range(1, 99).Select(i => (ulong)i).First(i => IsConnected(space.RandomGenotype(new Generator(i))["cell"]));
        Genotype path = space.RandomGenotype(new Generator(seed));
        var oneHot = new Dictionary<string, MixingWeights> { ["cell"] = OneHot(space.Cells[0], path["cell"]) };
        nn.functional.cross_entropy(search.Supernet.Forward(search.Train.Inputs, oneHot), search.Train.Labels).backward();
        Tensor?[] expected = [.. search.Supernet.Weights.Select(w => w.Parameter.grad?.clone())];
        Tensor[] weights = search.CopyOfWeights();
        Tensor alpha = search.Alpha.detach().clone();
        search.Architecture.ZeroGrad();

        search.Step.Generator = new Generator(seed);
        StepOutcome outcome = OptimizationSchemes.UniformPath.Step(search.Step);

        outcome.Architecture.Should().BeNull();
        search.Alpha.equal(alpha).all().item<bool>().Should().BeTrue();
        search.Alpha.grad.Should().BeNull();
        for (int i = 0; i < weights.Length; i++)
        {
            Tensor moved = weights[i] - (expected[i]?.Times(0.1) ?? zeros_like(weights[i]));
            (search.Supernet.Weights[i].Parameter - moved).abs().max().item<double>().Should().BeLessThan(1e-14);
        }
        int checkedModules = 0, withGradient = 0;
        foreach (SupernetCell cell in search.Supernet.Cells)
            foreach (CellEdge edge in space.Cells[0].Topology.Edges)
                for (int k = 0; k < 5; k++)
                    foreach (var (_, parameter) in cell[edge.Index][k].named_parameters())
                    {
                        bool isOnPath = oneHot["cell"].Computes(edge.Index, k) && Reaches(path["cell"], edge);
                        if (!isOnPath)
                            parameter.grad.Should().BeNull();
                        withGradient += parameter.grad is null ? 0 : 1;
                        checkedModules++;
                    }
        checkedModules.Should().BeGreaterThan(20);
        withGradient.Should().BePositive();
    }

    [Fact]
    public void Paths_of_each_cell_by_itself_leave_no_node_without_input_and_are_uniform_otherwise()
    {
        using var scope = NewDisposeScope();
        using var supernet = new Supernet(Small.Space, Relaxations.Softmax);
        using var generator = new Generator(3);
        const int draws = 1000;
        var counts = new int[6, 5];
        int different = 0;
        for (int i = 0; i < draws; i++)
        {
            MixingWeights[] paths = [.. UniformPathScheme.OwnPaths(supernet, generator)];
            paths.Should().HaveCount(3);
            int[][] columns = [.. paths.Select(path => Enumerable.Range(0, 6)
                .Select(edge => Enumerable.Range(0, 5).Single(k => path.Computes(edge, k))).ToArray())];
            different += columns[0].SequenceEqual(columns[1]) ? 0 : 1;
            foreach (int[] path in columns)
            {
                path[0].Should().NotBe(0);
                path[1..3].Should().Contain(k => k != 0);
                path[3..].Should().Contain(k => k != 0);
                for (int edge = 0; edge < 6; edge++)
                    counts[edge, path[edge]]++;
            }
        }
        different.Should().BeGreaterThan(draws * 9 / 10);
        // Of a node with n edges 'none' stands on one with (1/5 − 5⁻ⁿ) / (1 − 5⁻ⁿ), every other operation with a quarter of the rest.
        for (int edge = 0; edge < 6; edge++)
        {
            double all = Math.Pow(5, -new[] { 1, 2, 2, 3, 3, 3 }[edge]), none = (0.2 - all) / (1 - all);
            for (int k = 0; k < 5; k++)
            {
                double p = k == 0 ? none : (1 - none) / 4;
                (counts[edge, k] / (3.0 * draws)).Should().BeApproximately(p, 5 * Math.Sqrt(p * (1 - p) / (3 * draws)) + 1e-12);
            }
        }
    }

    /// <summary>SETN: w along a path, then α by the plain gradient of the mixture at the new w.</summary>
    [Fact]
    public void If_alpha_moves_it_moves_behind_w_with_the_mixture_of_its_own_batch()
    {
        using var scope = NewDisposeScope();
        using var alone = new SmallSearch(OptimizerSettings.Default.Sgd(0.1, momentum: 0), relaxation: Relaxations.Softmax);
        using var search = new SmallSearch(OptimizerSettings.Default.Sgd(0.1, momentum: 0), relaxation: Relaxations.Softmax);
        OptimizationSchemes.UniformPath.Step(alone.Step);
        Tensor before = alone.Alpha.detach().clone();
        Tensor gradient = alone.Gradients(alone.Validation).Alpha;
        StepOutcome outcome = new UniformPathScheme { MovesArchitecture = true }.Step(search.Step);
        search.Supernet.Weights.Zip(alone.Supernet.Weights)
            .Should().OnlyContain(pair => Small.Same(pair.First.Parameter, pair.Second.Parameter));
        (search.Alpha - (before - gradient)).abs().max().item<double>().Should().BeLessThan(1e-14);
        gradient.abs().max().item<double>().Should().BePositive();
        outcome.Architecture!.Loss.item<double>().Should().BeApproximately(alone.Loss(alone.Validation), 1e-12);
        using var generator = new Generator(1);
        new UniformPathScheme { MovesArchitecture = true }.Allocate(10, generator).Sampling
            .Should().Be(ArchitectureSampling.WithReplacement);
    }

    [Fact]
    public void What_a_scheme_of_paths_cannot_do_is_named()
    {
        var scheme = new UniformPathScheme { MovesArchitecture = true, Sampling = ArchitectureSampling.None, DrawsPerCell = true };
        scheme.Faults(Small.Space.Allow("cell", 0, "none")).Should().HaveCount(2).And.ContainMatch("*sampling is None*")
            .And.ContainMatch("*zero operations alone*");
        scheme.Faults(Small.Space).Should().ContainSingle();
        new UniformPathScheme().Faults(Small.Space.Allow("cell", 0, "none")).Should().BeEmpty();
    }

    [Fact]
    public void Every_candidate_of_an_edge_is_drawn_equally_often()
    {
        using var generator = new Generator(3);
        var counts = new int[6, 5];
        const int draws = 2000;
        for (int i = 0; i < draws; i++)
            foreach (var (gene, edge) in Small.Space.RandomGenotype(generator)["cell"].Nodes.SelectMany(genes => genes)
                .Select((gene, edge) => (gene, edge)))
                counts[edge, NasBench201Genotypes.Operations.ToList().IndexOf(gene.Operation)]++;
        // 5 standard deviations of a binomial of 1/5.
        counts.Cast<int>().Should().OnlyContain(n => Math.Abs(n - (draws / 5.0)) < 5 * Math.Sqrt(draws * 0.16));
    }

    [Fact]
    public async Task The_result_is_the_first_best_of_candidates_that_are_scored_anew_at_the_end()
    {
        using ClassificationDataset data = Small.Data();
        var scores = new Scores(data);
        SearchResult result = await Search(data).ObservedBy(scores).RunAsync();
        scores.Accuracies.Distinct().Should().HaveCountGreaterThan(1);
        int best = scores.Accuracies.IndexOf(scores.Accuracies.Max());
        best.Should().BeGreaterThan(0, "the first candidate would also win if nothing were scored");
        result.Genotype.Should().Be(scores.Candidates[best]);
        result.Architecture["cell"].Alpha.Cast<double>().Distinct().Should().ContainSingle("α stands still");
        result.Epochs[^1].Genotype.Should().NotBe(result.Genotype);
    }

    /// <summary>Twenty samples in batches of 8, 8 and 4, each counted once, and the same batches for every genotype.</summary>
    [Fact]
    public async Task The_second_score_of_a_finalist_is_its_accuracy_on_all_samples_of_alpha()
    {
        using ClassificationDataset data = Small.Data();
        var whole = new Whole();
        var recomputed = new WholeScores(data);
        await Small.Search(data, OptimizationSchemes.UniformPath).Deriving(whole).ObservedBy(recomputed).RunAsync();
        recomputed.Accuracies.Should().HaveCount(2).And.OnlyHaveUniqueItems();
        whole.Accuracies.TakeLast(2).Should().Equal(recomputed.Accuracies, (a, b) => Math.Abs(a - b) < 1e-12);
        recomputed.Accuracies.Should().OnlyContain(accuracy => Math.Abs((20 * accuracy) - Math.Round(20 * accuracy)) < 1e-9);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(4)]
    public async Task A_resume_repeats_the_search_bit_for_bit(int stepsBeforeInterruption)
    {
        using var folder = new TemporaryFolder();
        using ClassificationDataset data = Small.Data();
        SearchResult whole = await Search(data).SavingTo(folder["whole"]).RunAsync();
        await ResumablePartsTests.Cancelled(stepsBeforeInterruption, (bar, stop) =>
            Search(data).SavingTo(folder["cut"]).ReportingTo(bar).RunAsync(stop));
        SearchResult resumed = await Search(data).ResumingFrom(folder["cut"]).RunAsync();
        resumed.Genotype.Should().Be(whole.Genotype);
        resumed.Epochs.Select(e => (e.Genotype, e.WeightLoss)).Should().Equal(whole.Epochs.Select(e => (e.Genotype, e.WeightLoss)));
        ResumablePartsTests.SameCheckpoints(folder["whole"], folder["cut"]);
    }

    [Fact]
    public async Task No_tensor_is_left_by_steps_and_selections()
    {
        using ClassificationDataset data = Small.Data();
        var live = new Live();
        // Merged cells make a plan for each path, and leave the tensors of the plan before to the garbage collector.
        await Search(data).For(4, 10).ComputingCells(CellExecution.PerEdge).ObservedBy(live).RunAsync();
        live.Epochs.Skip(1).Distinct().Should().ContainSingle();
    }

    [Fact]
    public void One_shot_accuracy_leaves_the_mode_and_the_gradients_alone()
    {
        using var scope = NewDisposeScope();
        using var search = new SmallSearch();
        Genotype path = search.Supernet.Space.RandomGenotype(8);
        double accuracy = search.Step.Accuracy(path, search.Train);
        search.Supernet.training.Should().BeTrue();
        search.Supernet.eval();
        Tensor logits = search.Supernet.Forward(search.Train.Inputs, path);
        accuracy.Should().Be(logits.argmax(1).eq(search.Train.Labels).to(float64).mean().item<double>());
        search.Step.Accuracy(path, search.Train).Should().Be(accuracy);
        search.Supernet.training.Should().BeFalse();
        search.Step.Invoking(step => step.EvaluationBatch(0)).Should().Throw<InvalidOperationException>()
            .WithMessage("*EvaluationBatches*");
    }

    private static bool IsConnected(CellGenotype cell) => Enumerable.Range(1, 3).Any(node => cell.Nodes[node - 1].Any(gene =>
        gene.Source == 0 && gene.Operation != "none" && Reaches(cell, new CellEdge(0, 0, node))));

    /// <summary>Whether what the edge gives reaches the output of the cell.</summary>
    private static bool Reaches(CellGenotype cell, CellEdge edge) => edge.Target == 3 || Enumerable.Range(edge.Target + 1, 3 - edge.Target)
        .Any(later => cell.Nodes[later - 1].Any(gene => gene.Source == edge.Target && gene.Operation != "none" &&
            Reaches(cell, new CellEdge(0, edge.Target, later))));

    private static MixingWeights OneHot(CellSpecification cell, CellGenotype genotype)
    {
        var p = zeros(6, 5, dtype: float64);
        int edge = 0;
        foreach (Gene gene in genotype.Nodes.SelectMany(genes => genes))
            p[edge++, cell.Operations.Select(o => o.Name).ToList().IndexOf(gene.Operation)] = 1;
        return MixingWeights.OnlyNonZero(p);
    }

    private sealed class Live : ISearchObserver
    {
        public List<long> Epochs { get; } = [];

        public void OnEpoch(SearchMoment moment, EpochReport report)
        {
            // The gradients of the last path, of which one has more than another.
            moment.Context.WeightOptimizer.ZeroGrad();
            Epochs.Add(MemoryUsage.Now().LiveTensors);
        }
    }

    /// <summary>Scores two genotypes on all samples.</summary>
    private sealed record Whole : IDerivation
    {
        public string Name => "whole";

        public List<double> Accuracies { get; } = [];

        public Genotype Derive(DerivationContext context)
        {
            for (long seed = 0; seed < 2; seed++)
                Accuracies.Add(context.WholeAccuracy(Small.Space.RandomGenotype(seed), batchSize: 8));
            return Small.Space.RandomGenotype(0L);
        }
    }

    /// <summary>Scores them once more at the end, from the samples on.</summary>
    private sealed class WholeScores(ClassificationDataset data) : IRunObserver
    {
        public List<double> Accuracies { get; } = [];

        public void OnCompleted(RunMoment moment)
        {
            using var scope = NewDisposeScope();
            using var _ = no_grad();
            Supernet supernet = ((SearchMoment)moment).Context.Supernet;
            supernet.eval();
            var streams = new RandomStreams(1);
            long[] samples = SampleOrder.Split(Small.Samples, 0.5, streams.CreateGenerator("allocation")).Second;
            using var source = new BatchSource(data, CPU, ScalarType.Float32, ImageAugmentation.NormalizeOnly(data.MeasureNormalization()));
            // The first pass of three batches behind the position at which the derivation begins.
            long[] order = SampleOrder.Shuffle(samples, streams.CreateGenerator("evaluation order", ((4L << 32) / 3) + 1));
            order.Should().BeEquivalentTo(samples);
            for (long seed = 0; seed < 2; seed++)
                Accuracies.Add(order.Chunk(8).Sum(chunk =>
                {
                    LabeledBatch batch = source.Get(chunk, new Generator(0));
                    return supernet.Forward(batch.Inputs, Small.Space.RandomGenotype(seed)).argmax(1).eq(batch.Labels).sum().item<long>();
                }) / 20.0);
            supernet.train();
        }
    }

    /// <summary>Scores the candidates of the end once more, from the samples on.</summary>
    private sealed class Scores(ClassificationDataset data) : IRunObserver
    {
        public List<Genotype> Candidates { get; } = [];

        public List<double> Accuracies { get; } = [];

        public void OnCompleted(RunMoment moment)
        {
            using var scope = NewDisposeScope();
            using var _ = no_grad();
            Supernet supernet = ((SearchMoment)moment).Context.Supernet;
            supernet.eval();
            var streams = new RandomStreams(1);
            long[] samples = SampleOrder.Split(Small.Samples, 0.5, streams.CreateGenerator("allocation")).Second;
            using var source = new BatchSource(data, CPU, ScalarType.Float32, ImageAugmentation.NormalizeOnly(data.MeasureNormalization()));
            Generator drawn = streams.CreateGenerator("derivation", 3);
            for (int i = 0; i < 7; i++)
            {
                // Twenty samples are three batches of at most eight.
                long n = (4L << 32) + i;
                long[] order = SampleOrder.Shuffle(samples, streams.CreateGenerator("evaluation order", n / 3));
                LabeledBatch batch = source.Get(order.Chunk(8).ElementAt((int)(n % 3)), new Generator(0));
                Candidates.Add(supernet.Space.RandomGenotype(drawn));
                Accuracies.Add(supernet.Forward(batch.Inputs, Candidates[^1]).argmax(1).eq(batch.Labels).to(float64).mean().item<double>());
            }
            supernet.train();
        }
    }
}
