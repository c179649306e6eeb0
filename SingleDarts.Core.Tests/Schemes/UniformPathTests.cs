using SingleDarts.Core.Data;
using SingleDarts.Core.Genotypes;
using SingleDarts.Core.Optimizers;
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
}
