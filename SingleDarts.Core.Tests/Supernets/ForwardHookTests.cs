using SingleDarts.Core.Optimizers;
using SingleDarts.Core.Runtime;
using SingleDarts.Core.Spaces;
using SingleDarts.Core.Supernets;
using static TorchSharp.torch;

namespace SingleDarts.Core.Tests.Supernets;

/// <summary>TorchSharp's forward hooks fire in every execution as they do in the definition.</summary>
public class ForwardHookTests
{
    private const double Tolerance = 1e-10;

    public static TheoryData<string> AllSpaces => ["nasbench201", "darts", "restricted"];

    [Trait("Category", "Slow")]
    [Theory]
    [MemberData(nameof(AllSpaces))]
    public void Every_module_is_called_as_often_and_with_the_same_result_as_per_edge(string space)
    {
        using var scope = NewDisposeScope();
        using Supernet supernet = Create(space);
        Tensor input = Batch();
        Dictionary<string, List<Tensor>> Calls(CellExecution execution)
        {
            var calls = new Dictionary<string, List<Tensor>>();
            var removers = new List<Action>();
            foreach (var (name, module) in supernet.named_modules())
            {
                void Record(Tensor output) => (calls.TryGetValue(name, out var list) ? list : calls[name] = [])
                    .Add(output.detach().clone().MoveToOtherDisposeScope(scope));
                if (module is nn.Module<Tensor, Tensor> plain)
                    removers.Add(plain.register_forward_hook((_, _, output) => { Record(output); return output; }).remove);
                if (module is MixedOp mixed)
                    removers.Add(mixed.register_forward_hook((_, _, _, output) => { Record(output); return output; }).remove);
                if (module is SupernetCell cell)
                    removers.Add(cell.register_forward_hook((_, _, _, _, output) => { Record(output); return output; }).remove);
            }
            supernet.Execution = execution;
            calls["logits"] = [supernet.call(input).detach()];
            removers.ForEach(remove => remove());
            return calls;
        }
        var expected = Calls(CellExecution.PerEdge);
        expected.Keys.Should().Contain(name => name.EndsWith("normalization")).And.Contain("layers.0").And.Contain("layers.0.edges.1");
        foreach (CellExecution execution in new[] { CellExecution.Merged, CellExecution.MergedWithRecomputation })
        {
            var actual = Calls(execution);
            actual.Keys.Should().BeEquivalentTo(expected.Keys);
            foreach (string name in expected.Keys)
            {
                actual[name].Should().HaveSameCount(expected[name], "of {0}", name);
                foreach (var (a, b) in actual[name].Zip(expected[name]))
                    Difference(a, b).Should().BeLessThan(Tolerance, "of {0}", name);
            }
        }
    }

    [Trait("Category", "Slow")]
    [Theory]
    [MemberData(nameof(AllSpaces))]
    public void A_hook_that_changes_an_output_gives_logits_and_gradients_of_the_definition(string space)
    {
        using var scope = NewDisposeScope();
        using Supernet supernet = Create(space);
        Tensor input = Batch();
        var (plain, _) = Result(supernet, CellExecution.Merged, input);
        var random = new Random(5);
        nn.Module<Tensor, Tensor>[] candidates = [..
            from cell in supernet.Cells
            from edge in cell.Placement.Cell.Topology.Edges
            from k in cell.Placement.Cell.Allowed(edge)
            where cell[edge.Index].Computes(k)
            from module in cell[edge.Index][k].modules().Prepend(cell[edge.Index][k]).OfType<nn.Module<Tensor, Tensor>>().Distinct()
            where module is not TorchSharp.Modules.Sequential
            select module];
        random.Shuffle(candidates);
        for (int i = 0; i < 12; i++)
        {
            int fired = 0;
            var hook = i % 2 == 0
                ? candidates[i].register_forward_hook((_, _, output) => { fired++; return output.sin(); })
                : candidates[i].register_forward_pre_hook((_, given) => { fired++; return given.sin(); });
            var expected = Result(supernet, CellExecution.PerEdge, input);
            var actual = Result(supernet, CellExecution.Merged, input);
            hook.remove();
            fired.Should().Be(2, "once in each execution, of {0}", candidates[i].GetName());
            Difference(expected.Logits, actual.Logits).Should().BeLessThan(Tolerance, "of {0}", candidates[i].GetName());
            Difference(expected.Alpha, actual.Alpha).Should().BeLessThan(Tolerance, "of {0}", candidates[i].GetName());
            Difference(plain, actual.Logits).Should().BeGreaterThan(1e-7, "otherwise the hook does nothing");
        }
    }

    [Fact]
    public void Hooks_of_a_cell_leave_it_merged_and_can_change_what_goes_in_and_out()
    {
        using var scope = NewDisposeScope();
        using Supernet supernet = Create("nasbench201");
        Tensor input = Batch();
        SupernetCell cell = supernet.Cells.First();
        int before = 0, after = 0, any = 0;
        cell.register_forward_pre_hook((_, x, y, weights) =>
            { before++; return (x, y.Times(2L), weights with { P = weights.P.Times(3L) }); });
        cell.register_forward_hook((_, _, _, _, output) => { after++; return output.Plus(1L); });
        cell.register_forward_hook(_ => any++);
        var expected = Result(supernet, CellExecution.PerEdge, input);
        var actual = Result(supernet, CellExecution.Merged, input);
        (before, after, any).Should().Be((2, 2, 2));
        Difference(expected.Logits, actual.Logits).Should().BeLessThan(Tolerance);
        Difference(expected.Alpha, actual.Alpha).Should().BeLessThan(Tolerance);
        FluentActions.Invoking(() => SecondDerivative(supernet, input)).Should().Throw<InvalidOperationException>("the cells are merged");
    }

    [Fact]
    public void An_edge_with_a_hook_is_computed_by_itself_until_the_hook_is_removed()
    {
        using var scope = NewDisposeScope();
        using Supernet supernet = Create("nasbench201");
        supernet.Execution = CellExecution.Merged;
        Tensor input = Batch();
        FluentActions.Invoking(() => SecondDerivative(supernet, input)).Should().Throw<InvalidOperationException>("everything is merged");

        // Merged cells have no second derivative, so that there is one only while no edge is merged.
        int fired = 0;
        var hooks = supernet.Cells.SelectMany(cell => Enumerable.Range(0, 6).Select(edge =>
            cell[edge].register_forward_hook(_ => fired++))).ToList();
        SecondDerivative(supernet, input).abs().max().item<double>().Should().BePositive();
        fired.Should().Be(6 * supernet.Cells.Count());

        hooks[0].remove();
        FluentActions.Invoking(() => SecondDerivative(supernet, input)).Should()
            .Throw<InvalidOperationException>("one edge is merged again");
        hooks.ForEach(hook => hook.remove());
        supernet.call(input);
        fired.Should().Be(6 * supernet.Cells.Count() * 2 - 1);
    }

    [Fact]
    public void What_a_hook_of_an_edge_keeps_stays_as_it_was_given()
    {
        foreach (CellExecution execution in Enum.GetValues<CellExecution>())
        {
            using var scope = NewDisposeScope();
            using Supernet supernet = Create("nasbench201");
            supernet.Execution = execution;
            var kept = new List<(Tensor Given, Tensor Copy)>();
            foreach (SupernetCell cell in supernet.Cells)
                for (int edge = 0; edge < 6; edge++)
                    cell[edge].register_forward_hook((_, _, _, output) =>
                    {
                        kept.Add((output.alias().MoveToOtherDisposeScope(scope), output.detach().clone().MoveToOtherDisposeScope(scope)));
                        return output;
                    });
            supernet.call(Batch());
            kept.Should().HaveCount(18);
            kept.Should().OnlyContain(pair => Difference(pair.Given.detach(), pair.Copy) == 0, "of {0}", execution);
        }
    }

    [Fact]
    public void A_hard_relaxation_calls_the_candidates_that_it_chose_and_no_others()
    {
        foreach (CellExecution execution in Enum.GetValues<CellExecution>())
        {
            using var scope = NewDisposeScope();
            using var supernet = new Supernet(
                SearchSpaces.Darts(channels: 4, layers: 3, height: 8, width: 8), new Gumbel(),
                new SupernetOptions { Execution = execution });
            var called = new HashSet<(string Kind, int Edge, int Operation)>();
            foreach (SupernetCell cell in supernet.Cells)
                for (int edge = 0; edge < 14; edge++)
                    for (int k = 0; k < 8; k++)
                    {
                        var place = (cell.Placement.Cell.Name, edge, k);
                        cell[edge][k].register_forward_hook((nn.Module _) => called.Add(place));
                    }
            for (int step = 0; step < 3; step++)
            {
                supernet.MoveTo(new EpochPosition(0, 0, 2), step);
                called.Clear();
                supernet.call(randn(4, 3, 8, 8));
                var chosen = ((Gumbel)supernet.Architecture.Relaxation).Chosen;
                called.Should().BeEquivalentTo(
                    from kind in new[] { "normal", "reduction" }.Select((name, i) => (name, choice: chosen[i - 2 + chosen.Count]))
                    from edge in Enumerable.Range(0, 14)
                    where !supernet.Space.Cells[0].Operations[kind.choice[edge]].IsZero
                    select (kind.name, edge, kind.choice[edge]));
            }
        }
    }

    private static Supernet Create(string space) => new(
        space switch
        {
            "darts" => SearchSpaces.Darts(channels: 4, layers: 3, height: 8, width: 8),
            "restricted" => Restricted.AtRandom(SearchSpaces.Darts(channels: 4, layers: 3, height: 8, width: 8), 3),
            _ => SearchSpaces.NasBench201(channels: 4, cellsPerStage: 1, height: 8, width: 8),
        },
        new SoftmaxRelaxation(1), new SupernetOptions { Seed = 2, DataType = ScalarType.Float64 });

    private static Tensor Batch()
    {
        using var generator = new Generator(4UL);
        return randn([4, 3, 8, 8], ScalarType.Float64, generator: generator);
    }

    private static (Tensor Logits, Tensor Alpha) Result(Supernet supernet, CellExecution execution, Tensor input)
    {
        supernet.Execution = execution;
        Tensor logits = supernet.call(input);
        Tensor[] alphas = [.. supernet.Architecture.Named.Select(alpha => (Tensor)alpha.Parameter)];
        return (logits.detach(), cat([.. supernet.Gradients(logits.sin().sum(), alphas).Select(gradient => gradient.flatten())]));
    }

    private static Tensor SecondDerivative(Supernet supernet, Tensor input)
    {
        Tensor alpha = supernet.Architecture[supernet.Space.Cells[0].Name];
        Tensor first = supernet.Gradients(supernet.call(input).sin().sum(), [alpha], createGraph: true)[0];
        return supernet.Gradients(first.sum(), [alpha])[0];
    }

    private static double Difference(Tensor a, Tensor b) => (a - b).abs().max().item<double>();

    /// <summary>One operation of each edge by the largest of α and noise, with the gradient of the softmax (GDAS).</summary>
    private sealed class Gumbel : IRelaxation
    {
        public List<int[]> Chosen { get; } = [];

        public string Name => "gumbel";

        public Tensor Initialize(long edges, long operations, Generator generator) =>
            randn([edges, operations], ScalarType.Float64, generator: generator);

        public MixingWeights Relax(Tensor alpha, RelaxationContext context)
        {
            Tensor noise = rand(alpha.shape, generator: context.Generator).log().negative().log();
            Tensor soft = (alpha - noise).softmax(-1), choice = soft.argmax(-1, keepdim: true);
            Chosen.Add([.. choice.flatten().data<long>().Select(k => (int)k)]);
            return MixingWeights.StraightThrough(soft);
        }
    }
}
