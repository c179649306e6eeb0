using SingleDarts.Core.Data;
using SingleDarts.Core.Optimizers;
using SingleDarts.Core.Runtime;
using SingleDarts.Core.Schemes;
using SingleDarts.Core.Search;
using SingleDarts.Core.Spaces;
using SingleDarts.Core.Supernets;
using static TorchSharp.torch;

namespace SingleDarts.Core.Tests.PyTorch;

/// <summary>
/// As <see cref="MethodStepTests"/>, for methods of the DARTS space: outputs and gradients are to 1e-10 in float64 those of definitions
/// written anew for PyTorch.
/// </summary>
[Trait("Category", "PyTorch")]
[Trait("Category", "Slow")]
public class DartsMethodStepTests
{
    private const int Step = 4;
    private static readonly SearchSpace Space = SearchSpaces.Darts(classes: 3, channels: 4, layers: 3, height: 8, width: 8);
    private static readonly EpochPosition Now = new(2, 0, 10);

    [PyTorchFact]
    public void FairDARTS_has_the_sigmoid_mixture_and_the_zero_one_loss()
    {
        using Supernet supernet = New(Space, new SigmoidRelaxation(0.5));
        Compare(supernet, "sigmoid", x => [supernet.call(x), new ZeroOneLoss(10).Penalty(supernet.Architecture, Now)],
            ("zero_one", 10));
    }

    [PyTorchTheory]
    [InlineData(CellExecution.PerEdge)]
    [InlineData(CellExecution.Merged)]
    public void DropNAS_has_the_softmax_over_what_is_kept_and_gives_it_its_share_again(CellExecution execution)
    {
        using Supernet supernet = New(Space, new GroupDropSoftmax(0.1), execution);
        var random = new Random(3);
        Dictionary<string, double[][]> move = Space.Cells.ToDictionary(cell => cell.Name, _ => Gauss.Vector(random, 14 * 8)
            .Select(number => 0.3 * number).Chunk(8).ToArray());
        supernet.MoveTo(Now, Step);
        var mask = supernet.Relax().ToDictionary(kind => kind.Key, kind => kind.Value.Computed!.Cast<bool>().Chunk(8));
        mask.Values.SelectMany(rows => rows).Count(row => row.Contains(false)).Should().BeGreaterThan(10);
        Compare(supernet, new { mask }, x =>
        {
            supernet.MoveTo(Now, Step);
            IReadOnlyDictionary<string, MixingWeights> weights = supernet.Relax();
            Tensor[] moved = Moved(supernet.Architecture, weights, move);
            return [supernet.Forward(x, weights), .. moved];
        }, ("move", move));
    }

    /// <summary>α as a step and <see cref="KeptMass"/> leave it, which then goes back.</summary>
    private static Tensor[] Moved(
        ArchitectureParameters architecture, IReadOnlyDictionary<string, MixingWeights> weights, Dictionary<string, double[][]> move)
    {
        using var _ = no_grad();
        string[] kinds = [.. Space.Cells.Select(cell => cell.Name)];
        Tensor[] before = [.. kinds.Select(kind => architecture[kind].detach().clone())];
        var mass = new KeptMass(architecture, weights);
        foreach (string kind in kinds)
            architecture[kind].Plus_(tensor([.. move[kind].SelectMany(row => row)], [14, 8]));
        mass.Restore();
        Tensor[] after = [.. kinds.Select(kind => architecture[kind].detach().clone())];
        foreach (var (kind, value) in kinds.Zip(before))
            architecture[kind].copy_(value);
        return after;
    }

    /// <summary>With the same noise; the adversary climbs by itself on both sides.</summary>
    [PyTorchTheory]
    [InlineData(0)]
    [InlineData(3)]
    public void SDARTS_perturbs_p_at_random_or_along_the_gradient(int steps)
    {
        const double radius = 0.05;
        using var search = new SmallSearch(relaxation: Relaxations.Softmax, space: Space);
        MixturePerturbation perturbation = steps == 0 ? new RandomPerturbation() : new AdversarialPerturbation { Steps = steps };
        perturbation = perturbation with { Radius = Schedule.Constant(radius) };
        using var generator = new Generator(7UL);
        var noise = Space.Cells.ToDictionary(cell => cell.Name, _ =>
        {
            using Tensor uniform = rand([14, 8], ScalarType.Float64, generator: generator);
            return Host.Doubles(uniform).Select(u => 2 * radius * (u - 0.5)).Chunk(8).ToArray();
        });
        Compare(search.Supernet, new { perturbation = noise, radius, steps }, x =>
        {
            using var _ = enable_grad();
            search.Step.Generator.manual_seed(7);
            var batch = new LabeledBatch(x, TensorArithmetic.Range(x.shape[0]).remainder(tensor(3L)));
            IReadOnlyDictionary<string, MixingWeights> weights = perturbation.Apply(search.Step, batch);
            return [search.Supernet.Forward(x, weights), .. Space.Cells.Select(cell => weights[cell.Name].P)];
        });
    }

    [PyTorchTheory]
    [InlineData("darts", CellExecution.PerEdge)]
    [InlineData("sharp", CellExecution.PerEdge)]
    [InlineData("sharp", CellExecution.Merged)]
    public void SharpDARTS_has_the_weight_1_for_the_strongest(string family, CellExecution execution)
    {
        SearchSpace space = family == "darts" ? Space : SearchSpaces.SharpDarts(classes: 3, channels: 4, layers: 3, height: 8, width: 8);
        using Supernet supernet = New(space, new MaxWeightRelaxation(), execution);
        Compare(supernet, "max_w", x => [supernet.call(x)], ("family", family));
    }

    [PyTorchTheory]
    [InlineData(1)]
    [InlineData(2)]
    public void StacNAS_has_one_candidate_of_each_group_and_then_one_group(int stage)
    {
        SearchSpace space = SearchMethods.StacNas(layers: [3, 3]).Space(Space);
        string[][] groups =
        [
            ["max_pool_3x3", "avg_pool_3x3"], ["skip_connect", "skip_connect_2"], ["sep_conv_3x3", "sep_conv_5x5"],
            ["dil_conv_3x3", "dil_conv_5x5"],
        ];
        if (stage == 2)
        {
            space = Space.WithCopy("skip_connect", "skip_connect_2");
            foreach (CellSpecification cell in space.Cells)
                for (int edge = 0; edge < 14; edge++)
                    space = space.Allow(cell.Name, edge, ["none", .. groups[(edge + (cell.Name == "normal" ? 0 : 1)) % 4]]);
        }
        var allowed = space.Cells.ToDictionary(cell => cell.Name, cell => cell.Topology.Edges
            .Select(edge => Enumerable.Range(0, 9).Select(k => cell.IsAllowed(edge, k)).ToArray()).ToArray());
        allowed.Values.SelectMany(rows => rows).Should().OnlyContain(row => row.Count(isAllowed => isAllowed) == (stage == 1 ? 5 : 3));
        using Supernet supernet = New(space, Relaxations.Softmax);
        Compare(supernet, new { mask = allowed }, x => [supernet.call(x)], ("allowed", allowed),
            ("operations", space.Cells[0].Operations.Select(operation => operation.Name)));
    }

    [PyTorchTheory]
    [InlineData(CellExecution.PerEdge)]
    [InlineData(CellExecution.Merged)]
    public void ProxylessNAS_has_the_gates_and_the_gradient_of_its_code(CellExecution execution)
    {
        using Supernet supernet = New(Space, new BinaryGateRelaxation(), execution);
        supernet.MoveTo(Now, Step);
        using var same = new Generator(0UL);
        same.set_state(supernet.RelaxationGenerator.get_state());
        var uniform = Space.Cells.ToDictionary(cell => cell.Name, cell => cell.Topology.Edges
            .Select(_ => Enumerable.Range(0, 3).Select(_ => same.Uniform()).ToArray()).ToArray());
        Compare(supernet, new { uniform }, x =>
        {
            supernet.MoveTo(Now, Step);
            return [supernet.call(x)];
        });
    }

    [PyTorchFact]
    public void SNAS_mixes_all_candidates_by_the_softmax_with_noise()
    {
        const double temperature = 0.7;
        using Supernet supernet = New(Space, new GumbelRelaxation { IsSoft = true, Temperature = Schedule.Constant(temperature) });
        supernet.MoveTo(Now, Step);
        using var same = new Generator(0UL);
        same.set_state(supernet.RelaxationGenerator.get_state());
        var noise = Space.Cells.ToDictionary(cell => cell.Name, _ =>
        {
            using Tensor uniform = rand([14, 8], ScalarType.Float64, generator: same);
            return Host.Doubles(uniform).Select(u => -Math.Log(-Math.Log(u))).Chunk(8).ToArray();
        });
        Compare(supernet, new { noise, temperature, soft = true }, x =>
        {
            supernet.MoveTo(Now, Step);
            return [supernet.call(x)];
        });
    }

    private static Supernet New(SearchSpace space, IRelaxation relaxation, CellExecution execution = CellExecution.Merged) =>
        new(space, relaxation, new SupernetOptions { Seed = 8, DataType = ScalarType.Float64, Execution = execution });

    private static void Compare(
        Supernet supernet, object relaxation, Func<Tensor, Tensor[]> forward, params (string Name, object Value)[] more)
    {
        var description = new Dictionary<string, object>
        {
            ["type"] = "darts_supernet", ["channels"] = 4, ["layers"] = 3, ["classes"] = 3, ["track"] = false, ["relaxation"] = relaxation,
        };
        foreach (var (name, value) in more)
            description[name] = value;
        new Comparison(description, [4, 3, 8, 8], byOrder: true).Compare(supernet, forward, ScalarType.Float64, fromPyTorch: true);
    }
}
