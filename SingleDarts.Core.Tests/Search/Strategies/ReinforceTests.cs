using SingleDarts.Core.Search;
using SingleDarts.Core.Runtime;
using SingleDarts.Core.Spaces;
using static TorchSharp.torch;

namespace SingleDarts.Core.Tests.Search.Strategies;

public class ReinforceTests
{
    private static readonly SearchSpace Space = SearchSpaces.NasBench201();

    [Theory]
    [InlineData(0.01)]
    [InlineData(0.5)]
    public void The_policy_is_that_of_autograd_and_Adam_over_the_trace(double learningRate)
    {
        using var scope = NewDisposeScope();
        EvaluatedGenotype[] trace = Trace(15);
        var strategy = new Reinforce { LearningRate = learningRate };
        var logits = nn.Parameter(Logits(strategy, []));
        using optim.Optimizer adam = Adam(logits, learningRate);
        double numerator = 0, denominator = 0;
        foreach (EvaluatedGenotype evaluated in trace)
        {
            double reward = 100 * evaluated.Accuracy;
            numerator = (0.9 * numerator) + (0.1 * reward);
            denominator = (0.9 * denominator) + 0.1;
            Tensor taken = tensor([.. evaluated.Genotype["cell"].Nodes.SelectMany(genes => genes)
                .Select(gene => (long)NasBench201Genotypes.Operations.ToList().IndexOf(gene.Operation))]).unsqueeze(1);
            Tensor logProbability = logits.log_softmax(-1).gather(1, taken).sum();
            adam.zero_grad();
            logProbability.Times((numerator / denominator) - reward).backward();
            adam.step();
        }
        (Logits(strategy, trace) - logits).abs().max().item<double>().Should().BeLessThan(1e-10);
    }

    /// <summary>In the space of DARTS the genes of a node have exp of the sum of their logits, divided by the sum over all sets.</summary>
    [Fact]
    public void Where_edges_are_left_out_the_policy_is_that_of_autograd_over_all_genotypes_of_a_node()
    {
        using var scope = NewDisposeScope();
        SearchSpace space = SearchSpaces.Darts();
        EvaluatedGenotype[] trace = Trace(6, space);
        double[][] At(int steps) => new Reinforce { LearningRate = 0.1 }
            .Logits(new StrategyContext(space, trace[..steps], new Random(9)) { Seed = 3 });
        // The last computed node of the reduction cell: 5 edges of 7 operations.
        var logits = nn.Parameter(tensor(At(0)[^1]));
        using optim.Optimizer adam = Adam(logits, 0.1);
        double numerator = 0, denominator = 0;
        foreach (EvaluatedGenotype evaluated in trace)
        {
            double reward = 100 * evaluated.Accuracy;
            numerator = (0.9 * numerator) + (0.1 * reward);
            denominator = (0.9 * denominator) + 0.1;
            long[] taken = [.. evaluated.Genotype["reduction"].Nodes[3].Select(gene => (7L * gene.Source) +
                space.Cells[1].Operations.Where(o => !o.IsZero).Select(o => o.Name).ToList().IndexOf(gene.Operation))];
            long[][] sets = [.. from i in Enumerable.Range(0, 35) from j in Enumerable.Range(0, 35) where i / 7 < j / 7
                select new[] { (long)i, j }];
            Tensor all = logits[tensor(sets.SelectMany(set => set).ToArray()).reshape(-1, 2)].sum(1).logsumexp(0);
            Tensor logProbability = logits[tensor(taken)].sum() - all;
            adam.zero_grad();
            logProbability.Times((numerator / denominator) - reward).backward();
            adam.step();
        }
        (tensor(At(6)[^1]) - logits).abs().max().item<double>().Should().BeLessThan(1e-9);
        (tensor(At(6)[^1]) - tensor(At(0)[^1])).abs().max().item<double>().Should().BeGreaterThan(0.1);
    }

    [Fact]
    public void The_first_advantage_is_zero_and_the_second_is_not()
    {
        using var scope = NewDisposeScope();
        EvaluatedGenotype[] trace = Trace(2);
        Tensor start = Logits(new(), []);
        Logits(new(), trace[..1]).equal(start).all().item<bool>().Should().BeTrue();
        // Adam's second step after a first gradient of 0: its mean is 0.1 g / 0.19 and its square 0.001 g² / 0.001999.
        double step = 0.01 * (0.1 / 0.19) / Math.Sqrt(0.001 / 0.001999);
        (Logits(new(), trace) - start).abs().max().item<double>().Should().BeApproximately(step, 1e-6);
        start.std().item<double>().Should().BeInRange(0.5e-3, 1.6e-3);
        Logits(new(), [], seed: 4).equal(start).all().item<bool>().Should().BeFalse();
    }

    [Fact]
    public void It_learns_the_operation_that_is_rewarded()
    {
        var search = new StrategySearch
        {
            Space = Space, Strategy = new Reinforce { LearningRate = 0.5 }, Evaluator = new Convolutions(), Evaluations = 300, Seed = 1,
        };
        StrategyResult result = search.Run();
        result.Trace.Take(5).Average(e => e.Genotype.Count("nor_conv_3x3")).Should().BeLessThan(3);
        result.Trace.TakeLast(20).Average(e => e.Genotype.Count("nor_conv_3x3")).Should().BeGreaterThan(4.5);
        search.Run(result.Trace.Take(7).ToArray()).Trace.Should().Equal(result.Trace);
    }

    [Fact]
    public void Invalid_settings_are_named()
    {
        new Reinforce { LearningRate = 0, BaselineDecay = 1 }.Faults(Space).Should().HaveCount(2)
            .And.ContainMatch("*learning rate*0*").And.ContainMatch("*decays by 1*");
        new Reinforce().Faults(Space).Should().BeEmpty();
    }

    private static EvaluatedGenotype[] Trace(int count, SearchSpace? space = null) => [.. Enumerable.Range(0, count)
        .Select(i => new EvaluatedGenotype(
            (space ?? Space).RandomGenotype((long)i), EvaluationBudget.Full, new Evaluation(new Random(i).NextDouble(), 1)))];

    private static optim.Optimizer Adam(TorchSharp.Modules.Parameter logits, double learningRate) => optim.Adam([logits], learningRate);

    private static Tensor Logits(Reinforce strategy, IReadOnlyList<EvaluatedGenotype> trace, int seed = 3) => tensor(strategy
        .Logits(new StrategyContext(Space, trace, new Random(9)) { Seed = seed }).SelectMany(node => node).ToArray()).reshape(6, 5);
}
