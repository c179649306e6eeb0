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
using static TorchSharp.torch;

namespace SingleDarts.Core.Tests.Search.Methods;

public class GoldNasTests
{
    private static readonly SearchSpace Small = SearchSpaces.GoldNas(3, channels: 4, layers: 3, height: 8, width: 8);

    private static IReadOnlyDictionary<string, CellSnapshot> Snapshot(SearchSpace space, Func<double> alpha) =>
        space.Cells.ToDictionary(cell => cell.Name, cell =>
        {
            var of = new double[14, 2];
            for (int i = 0; i < of.Length; i++)
                of[i / 2, i % 2] = alpha();
            return new CellSnapshot(of, of);
        });

    [Fact]
    public void There_are_392_sigmoids_of_14_cells_whose_shares_of_their_nodes_are_equal()
    {
        using var scope = NewDisposeScope();
        SearchMethod method = SearchMethods.GoldNas();
        SearchSpace space = method.Space(SearchSpaces.Darts(channels: 36));
        space.Cells.Select(cell => cell.Name).Should().Equal(Enumerable.Range(0, 14).Select(i => $"cell{i:00}"));
        space.CandidateCount.Should().Be(392);
        space.Layout.Layers.Index().Where(layer => layer.Item.Stride == 2).Select(layer => layer.Index).Should().Equal(4, 9);
        SearchOptions options = method.Options(space);
        using var alpha = new ArchitectureParameters(space.Cells, options.Relaxation, new RandomStreams(1), null, ScalarType.Float64);
        alpha.Named.Sum(named => named.Parameter.numel()).Should().Be(392);
        alpha.Named.Should().OnlyContain(named => named.Parameter.abs().max().item<double>() == 0);
        Tensor w = alpha["cell00"].sigmoid();
        double[] shares = [.. NodeShares.Of(space.Cells[0], w).cpu().data<double>()];
        shares.Should().Equal([.. new[] { 4, 6, 8, 10 }.SelectMany(n => Enumerable.Repeat(0.5 / (0.5 * n), n))]);
        new[] { shares[0], shares[4], shares[10], shares[18] }.Should().BeEquivalentTo([0.25, 1 / 6.0, 0.125, 0.1]);
        var untrained = alpha.Snapshot(new EpochPosition(0, 0, 1), new Generator(0, CPU));
        untrained["cell13"].OperationWeights.Cast<double>().Should().OnlyContain(p => p == 0.5);
        new PruningRounds(new SharePruning(), space, untrained).Left.CandidateCount.Should().Be(392, "nothing is trained");
    }

    [Fact]
    public void Settings_are_those_of_the_published_script()
    {
        SearchOptions options = SearchMethods.GoldNas().Options(SearchSpaces.Darts());
        options.BatchSize.Should().Be(96);
        options.Scheme.Should().Be(OptimizationSchemes.SingleLevel);
        options.WeightOptimizer.Optimizer.Should().Be(new SgdOptions(0.01, 0.9, 3e-4));
        options.WeightOptimizer.LearningRateAt(new EpochPosition(150, 0, 200)).Should().Be(0.01);
        options.WeightOptimizer.MaxGradientNorm.Should().Be(5);
        options.ArchitectureOptimizer.Optimizer.Should().Be(new SgdOptions(1, 0.9, 0));
        options.ArchitectureOptimizer.MaxGradientNorm.Should().BeNull();
        var rule = (SharePruning)options.EpochRules.Single();
        (rule.LeastShare, rule.LargestShare, rule.Rounds, rule.FirstStep, rule.Factor, rule.StableEpochs)
            .Should().Be((0.01, 0.05, 4, 1e-5, 2, 3));
        ((NodeSharePenalty)options.Penalties.Single()).CostFactor.Should().Be(0);
        options.Derivation.Should().Be(new SurvivingOperations());
    }

    [Fact]
    public void Costs_are_those_of_the_published_script_and_the_limit_is_240_million()
    {
        SearchSpace space = SearchSpaces.GoldNas();
        OperationCosts costs = CostMetric.MultiplyAdds.Of(space);
        // C² HW and 9 HW C / ratio at 36 channels and 32² pixels; a skip connection costs where the size is halved.
        double all = 0;
        for (int cell = 0; cell < 14; cell++)
        {
            int ratio = cell < 4 ? 1 : cell < 9 ? 2 : 4;
            double separable = 2 * ((36.0 * 36 * 1024) + (9.0 * 1024 * 36 / ratio));
            double[,] of = costs.Of($"cell{cell:00}");
            for (int edge = 0; edge < 14; edge++)
            {
                bool isReduced = cell is 4 or 9 && space.Cells[cell].Topology.Edges[edge].Source < 2;
                of[edge, 1].Should().Be(separable);
                of[edge, 0].Should().Be(isReduced ? 36.0 * 36 * 1024 : 0);
                all += of[edge, 0] + of[edge, 1];
            }
        }
        (costs.All - costs.FixedParts).Should().BeApproximately(all, 1);
        // The script has a constant for the fixed parts, 1.5% above what they have here.
        const double ofScript = 166.01862399999789;
        (costs.FixedParts / 1e6).Should().BeInRange(0.98 * ofScript, ofScript);
        (ofScript + (new SharePruning().LimitShare * all / 1e6)).Should().BeApproximately(240, 0.1);
    }

    [Fact]
    public void The_penalty_is_28_ln_2_of_each_cell_at_the_start_and_counts_active_candidates_alone()
    {
        using var scope = NewDisposeScope();
        using var alpha = new ArchitectureParameters(Small.Cells, new NodeShareSigmoid(), new RandomStreams(1), null, ScalarType.Float64);
        var penalty = new NodeSharePenalty { Weight = Schedule.Feedback(0.5) };
        double At(double? feedback) => penalty.Penalty(alpha, new EpochPosition(0, 0, 1) { Feedback = feedback }).item<double>();
        At(null).Should().BeApproximately(0.5 * 3 * 28 * Math.Log(2), 1e-12);
        At(2).Should().BeApproximately(2 * 3 * 28 * Math.Log(2), 1e-12);
        using (no_grad())
            alpha["cell00"][1, 1].Plus_(-9.0);
        using var generator = new Generator(0, CPU);
        Tensor p = alpha.Relax("cell00", new EpochPosition(0, 0, 1), generator).P;
        p[1, 1].item<double>().Should().Be(0);
        p[1, 0].item<double>().Should().Be(0.5);
        double inactive = 1 / (1 + Math.Exp(9)), sum = 1.5 + inactive;
        double node = 3 * Math.Log(1 + (3 * 0.5 / sum));
        At(2).Should().BeApproximately(2 * (((3 * 28) - 4) * Math.Log(2)) + (2 * node), 1e-12);
    }

    [Fact]
    public void Gradients_of_penalty_and_relaxation_are_those_of_finite_differences()
    {
        using var scope = NewDisposeScope();
        SearchSpace space = Small.Without("cell01", 3, "skip_connect")
            .Without("cell02", 0, "skip_connect").Without("cell02", 0, "sep_conv_3x3");
        using var alpha = new ArchitectureParameters(space.Cells, new NodeShareSigmoid(), new RandomStreams(1), null, ScalarType.Float64);
        using var generator = new Generator(3, CPU);
        using (no_grad())
            foreach (var (_, parameter) in alpha.Named)
                parameter.copy_(randn(parameter.shape, ScalarType.Float64, generator: generator));
        var position = new EpochPosition(0, 0, 1) { Feedback = 0.3 };
        IPenalty penalty = new NodeSharePenalty { CostFactor = 200 }.For(space);
        Tensor Value() => alpha.Cells.Select(cell => alpha.Relax(cell.Name, position, generator).P.Squared().sum())
            .Aggregate(penalty.Penalty(alpha, position), (sum, term) => sum.Plus(term));
        Value().backward();
        foreach (var (name, parameter) in alpha.Named)
            for (int i = 0; i < 28; i++)
            {
                const double step = 1e-6;
                double[] values = [.. new[] { step, -step }.Select(change =>
                {
                    using var _ = no_grad();
                    Tensor entry = parameter.view(-1)[i];
                    entry.Plus_(change);
                    double value = Value().item<double>();
                    entry.Plus_(-change);
                    return value;
                })];
                parameter.grad!.view(-1)[i].item<double>().Should()
                    .BeApproximately((values[0] - values[1]) / (2 * step), 1e-7, $"{name} {i}");
            }
        alpha["cell02"].grad![0].abs().sum().item<double>().Should().Be(0, "the edge is absent");
        penalty.Penalty(alpha, position).item<double>().Should().BeGreaterThan(
            new NodeSharePenalty().Penalty(alpha, position).item<double>(), "costs count");
        FluentActions.Invoking(() => new NodeSharePenalty { CostFactor = 1 }.Penalty(alpha, position)).Should()
            .Throw<InvalidOperationException>().WithMessage("*For(space)*");
    }

    [Fact]
    public void A_pruned_supernet_is_computed_merged_as_by_its_definition_also_without_an_edge_or_a_node()
    {
        using var scope = NewDisposeScope();
        using var supernet = new Supernet(Small, new NodeShareSigmoid(), new SupernetOptions { DataType = ScalarType.Float64, Seed = 2 });
        SearchSpace pruned = Small;
        void Prune(string cell, int edge, params string[] operations) => pruned = operations.Aggregate(
            pruned, (space, operation) => space.Without(cell, edge, operation));
        Prune("cell00", 3, "skip_connect", "sep_conv_3x3");
        Prune("cell00", 0, "sep_conv_3x3");
        foreach (int edge in new[] { 5, 6, 7, 8 })
            Prune("cell01", edge, "skip_connect", "sep_conv_3x3");
        Prune("cell02", 13, "sep_conv_3x3");
        supernet.Restrict(pruned);
        supernet.train();
        using var generator = new Generator(5, CPU);
        Tensor input = randn([4, 3, 8, 8], ScalarType.Float64, generator: generator);
        (Tensor Output, Tensor[] Gradients) Computed(CellExecution execution)
        {
            supernet.Execution = execution;
            Tensor[] parameters = [.. supernet.Architecture.Named.Concat(supernet.Weights).Select(named => (Tensor)named.Parameter)];
            Tensor output = supernet.call(input);
            return (output, supernet.Gradients(output.Squared().sum(), parameters));
        }
        var (expected, gradients) = Computed(CellExecution.PerEdge);
        foreach (CellExecution execution in new[] { CellExecution.Merged, CellExecution.MergedWithRecomputation })
        {
            var (output, own) = Computed(execution);
            (output - expected).abs().max().item<double>().Should().BeLessThan(1e-10);
            foreach (var (mine, its) in own.Zip(gradients))
                (mine - its).abs().max().item<double>().Should().BeLessThan(1e-8);
        }
        gradients[1][5].abs().sum().item<double>().Should().Be(0);
        gradients[0][1].abs().sum().item<double>().Should().BePositive();
    }

    [Fact]
    public async Task A_search_prunes_until_the_limit_and_what_is_left_is_the_genotype()
    {
        using var folder = new TemporaryFolder();
        using ClassificationDataset data = Fixtures.Small.Data();
        var notes = new List<string?>();
        var rule = new SharePruning { LargestShare = 0.3, LimitShare = 0.6, StableEpochs = 0, Rounds = 6 };
        ArchitectureSearch Search() => ArchitectureSearch
            .In(SearchSpaces.Darts(3, channels: 4, layers: 3, height: 8, width: 8), SearchMethods.GoldNas(layers: 3)).On(data)
            .With(o => o with { EpochRules = [rule] }).For(20, 10).WithSeed(1);
        SearchResult result = await Search().SavingTo(folder["run"]).ReportingTo(new Immediately(p => notes.Add(p.Note))).RunAsync();

        OperationCosts costs = CostMetric.MultiplyAdds.Of(Small);
        double limit = costs.FixedParts + (0.6 * (costs.All - costs.FixedParts));
        result.StopReason.Should().Match("*candidates left*multiply-adds, fewer than*");
        result.Epochs.Count.Should().BeInRange(3, 19);
        result.Epochs.Select(epoch => epoch.Candidates).Should().BeInDescendingOrder().And.StartWith(84);
        result.Epochs.Should().OnlyContain(epoch =>
            epoch.Candidates == epoch.Genotype.Cells.Values.Sum(cell => cell.Nodes.Sum(genes => genes.Count)));
        ((double)result.Cost.MultiplyAdds).Should().BeLessThan(limit);
        costs.Of(result.Epochs[^1].Genotype).Should().BeGreaterThanOrEqualTo(limit);
        result.Epochs[0].Feedback.Should().BeNull();
        notes[0].Should().BeNull();
        notes[^1].Should().Match($"{result.Epochs[^1].Candidates}/84 candidates, feedback *");

        // α of what is pruned stands still, whatever momentum it had.
        EpochReport second = result.Epochs[1], last = result.Epochs[^1];
        int still = 0;
        foreach (var (cell, of) in second.Architecture)
            for (int i = 0; i < 28; i++)
                if (of.OperationWeights[i / 2, i % 2] == 0)
                {
                    still++;
                    of.Alpha[i / 2, i % 2].Should().Be(result.Epochs[0].Architecture[cell].Alpha[i / 2, i % 2]);
                    last.Architecture[cell].Alpha[i / 2, i % 2].Should().Be(of.Alpha[i / 2, i % 2]);
                    last.Architecture[cell].OperationWeights[i / 2, i % 2].Should().Be(0);
                }
        still.Should().Be(84 - second.Candidates).And.BePositive();

        SearchResult again = await Search().ResumingFrom(folder["run"]).RunAsync();
        again.Genotype.Should().Be(result.Genotype);
        again.Cost.Should().Be(result.Cost);
        Genotype.Parse(result.Genotype.ToString()).Should().Be(result.Genotype);
    }

    [Fact]
    public void Its_genotypes_have_networks_with_a_cell_for_every_place_and_several_operations_on_an_edge()
    {
        using var scope = NewDisposeScope();
        SearchSpace pruned = Small.Without("cell00", 0, "skip_connect").Without("cell00", 1, "skip_connect")
            .Without("cell01", 5, "skip_connect").Without("cell01", 5, "sep_conv_3x3");
        Genotype genotype = pruned.Derive(new SurvivingOperations(), Snapshot(pruned, () => 0));
        genotype["cell00"].Nodes[0].Should().Equal(new Gene("sep_conv_3x3", 0), new Gene("sep_conv_3x3", 1));
        genotype["cell00"].Nodes[1].Should().HaveCount(6);
        genotype["cell01"].Nodes[2].Select(gene => gene.Source).Should().Equal(1, 1, 2, 2, 3, 3);
        using EvaluationNetwork network = DartsNetworks.Cifar(
            Genotype.Parse(genotype.ToString()), 3, channels: 4, size: 8, options: new() { AllowRepeatedEdges = true });
        network.Layout.LayerCount.Should().Be(3);
        network.MeasureCost().Should().Be(new CostModel(Small).Of(genotype));
        using var generator = new Generator(5, CPU);
        Tensor input = randn([4, 3, 8, 8], generator: generator);
        network.train();
        network.Execution = CellExecution.PerEdge;
        Tensor perEdge = network.call(input);
        network.Execution = CellExecution.Merged;
        (network.call(input) - perEdge).abs().max().item<float>().Should().BeLessThan(1e-4f);
    }

    [Fact]
    public void Faults_are_found_before_the_search()
    {
        using ClassificationDataset data = Fixtures.Small.Data();
        ArchitectureSearch search = ArchitectureSearch.In(Fixtures.Small.DartsSpace, SearchMethods.GoldNas(3, multiplyAdds: 10)).On(data)
            .For(2, 10);
        FluentActions.Invoking(() => search.With(o => o with
        {
            Relaxation = new NodeShareSigmoid(0.2),
            Penalties = [new NodeSharePenalty { CostFactor = -1, LeastShare = 1 }],
            EpochRules =
            [
                new SharePruning { LeastShare = 0.3, LargestShare = 0.2, Rounds = 0, Factor = 0.5, LimitShare = 1 }, .. o.EpochRules,
            ],
        }).Build()).Should().Throw<InvalidRunException>()
            .WithMessage("*has 10 candidates*share 1/10*least share 0.2*").WithMessage("*factor μ*-1*").WithMessage("*least share*is 1;*")
            .WithMessage("*shares up to 0.3, and the weakest up to 0.2*").WithMessage("*0 rounds*").WithMessage("*grow by 1E-05 times 0.5*")
            .WithMessage("*stops at the share 1*").WithMessage("*stops below 10 multiply-adds*more than*");
        void IsRejected(string cell, int edge, string message) => FluentActions.Invoking(() => Small.Without(cell, edge, "none"))
            .Should().Throw<ArgumentException>().WithMessage(message);
        IsRejected("cell00", 0, "*'none'*skip_connect*");
        IsRejected("cell03", 0, "*'cell03'*cell02*");
        IsRejected("cell00", 14, "*no edge 14*");
    }
}
