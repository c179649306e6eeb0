using SingleDarts.Core.Data;
using SingleDarts.Core.Genotypes;
using SingleDarts.Core.Optimizers;
using SingleDarts.Core.Runtime;
using SingleDarts.Core.Schemes;
using SingleDarts.Core.Spaces;
using SingleDarts.Core.Supernets;
using static TorchSharp.torch;

namespace SingleDarts.Core.Tests.PyTorch;

/// <summary>
/// Supernets of published methods give logits and gradients of w, α and further parameters to 1e-10 in float64 as definitions written anew
/// for PyTorch, on the same weights and the same draws.
/// </summary>
[Trait("Category", "PyTorch")]
public class MethodStepTests
{
    private const double Temperature = 1.3;
    private static readonly EpochPosition Now = new(2, 0, 10);

    [Trait("Category", "Slow")]
    [PyTorchTheory]
    [InlineData("nasbench201", true, CellExecution.Merged)]
    [InlineData("nasbench201", false, CellExecution.Merged)]
    [InlineData("darts", true, CellExecution.PerEdge)]
    [InlineData("darts", false, CellExecution.Merged)]
    [InlineData("darts", false, CellExecution.PerEdge)]
    public void A_step_of_GDAS_is_that_of_PyTorch_in_both_forms_of_the_gradient(string name, bool counts, CellExecution execution)
    {
        SearchSpace space = name == "darts"
            ? SearchSpaces.Darts(classes: 3, channels: 4, layers: 3, height: 8, width: 8)
            : SearchSpaces.NasBench201(classes: 3, channels: 4, cellsPerStage: 2, height: 8, width: 8);
        foreach (int step in new[] { 4, 5 })
        {
            using var supernet = new Supernet(
                space, new GumbelRelaxation { Temperature = Schedule.Constant(Temperature), CountsUncomputed = counts },
                new SupernetOptions { Execution = execution, DataType = ScalarType.Float64, Seed = 8 });
            var relaxation = new { noise = Noise(supernet, step), temperature = Temperature, counts };
            object description = name == "darts"
                ? new { type = "darts_supernet", channels = 4, layers = 3, classes = 3, relaxation, track = false }
                : new { type = "nasbench201_supernet", channels = 4, cells = 2, classes = 3, relaxation };
            new Comparison(description, [4, 3, 8, 8], byOrder: true).Compare(supernet, x =>
            {
                supernet.MoveTo(Now, step);
                return [supernet.call(x)];
            }, ScalarType.Float64, fromPyTorch: false);
        }
    }

    [Trait("Category", "Slow")]
    [PyTorchTheory]
    [InlineData(4, "cifar")]
    [InlineData(2, "imagenet")]
    public void A_step_of_PC_DARTS_is_that_of_PyTorch(int k, string stem)
    {
        SearchSpace space = stem == "cifar"
            ? SearchSpaces.Darts(classes: 3, channels: 8, layers: 3, height: 8, width: 8)
            : SearchSpaces.DartsImageNet(classes: 3, channels: 4, layers: 3, size: 64);
        using var supernet = new Supernet(space, new EdgeNormalizedSoftmax(),
            new SupernetOptions { DataType = ScalarType.Float64, EdgeDecorators = [new PartialChannels(k)] });
        new Comparison(new
        {
            type = "darts_supernet", channels = stem == "cifar" ? 8 : 4, layers = 3, classes = 3, relaxation = "edge_normalized", stem,
            track = false, partial = k,
        }, [4, .. space.InputShape], byOrder: true).Compare(supernet, ScalarType.Float64, fromPyTorch: true);
    }

    [Trait("Category", "Slow")]
    [PyTorchTheory]
    [InlineData(3)]
    [InlineData(4)]
    public void A_step_of_RSPS_is_that_of_PyTorch_along_the_same_path(int seed)
    {
        SearchSpace space = SearchSpaces.NasBench201(classes: 3, channels: 4, cellsPerStage: 2, height: 8, width: 8);
        Genotype path = space.RandomGenotype(seed);
        using var supernet = new Supernet(space, Relaxations.Softmax, new SupernetOptions { DataType = ScalarType.Float64, Seed = seed });
        int[] columns = [.. path["cell"].Nodes.SelectMany(genes => genes)
            .Select(gene => NasBench201Genotypes.Operations.ToList().IndexOf(gene.Operation))];
        new Comparison(new
        {
            type = "nasbench201_supernet", channels = 4, cells = 2, classes = 3, relaxation = new { path = new { cell = columns } },
        }, [4, 3, 8, 8], byOrder: true).Compare(supernet, x => [supernet.Forward(x, path)], ScalarType.Float64, fromPyTorch: true);
    }

    [Trait("Category", "Slow")]
    [PyTorchTheory]
    [InlineData("nasbench201")]
    [InlineData("darts")]
    public void A_step_of_DARTS_minus_is_that_of_PyTorch(string name)
    {
        const double beta = 0.5;
        SearchSpace space = name == "darts"
            ? SearchSpaces.Darts(classes: 3, channels: 4, layers: 3, height: 8, width: 8)
            : SearchSpaces.NasBench201(classes: 3, channels: 4, cellsPerStage: 2, height: 8, width: 8);
        using var supernet = new Supernet(space, Relaxations.Softmax, new SupernetOptions
        {
            DataType = ScalarType.Float64, EdgeDecorators = [new AuxiliarySkip { Weight = Schedule.Linear(1, 0) }],
        });
        supernet.MoveTo(new EpochPosition(5, 0, 10), 0);
        object description = name == "darts"
            ? new
            {
                type = "darts_supernet", channels = 4, layers = 3, classes = 3, relaxation = "softmax", track = false, auxiliary = beta,
            }
            : new { type = "nasbench201_supernet", channels = 4, cells = 2, classes = 3, relaxation = "softmax", auxiliary = beta };
        new Comparison(description, [4, 3, 8, 8], byOrder: true).Compare(supernet, ScalarType.Float64, fromPyTorch: name == "darts");
    }

    /// <summary>The joint loss of both networks, and its gradients in α, q, the heads, the shared stem, and all weights of both.</summary>
    [Trait("Category", "Slow")]
    [PyTorchTheory]
    [InlineData("nasbench201", DistillationDistance.SmoothL1)]
    [InlineData("nasbench201", DistillationDistance.KullbackLeibler)]
    [InlineData("darts", DistillationDistance.SmoothL1)]
    public void A_step_of_CDARTS_is_that_of_PyTorch(string name, DistillationDistance distance)
    {
        bool isDarts = name == "darts";
        SearchSpace space = isDarts
            ? SearchSpaces.Darts(classes: 3, channels: 4, layers: 3, height: 16, width: 16)
            : SearchSpaces.NasBench201(classes: 3, channels: 4, cellsPerStage: 1, height: 16, width: 16);
        using var search = new SmallSearch(relaxation: isDarts ? new EdgeAveragedSoftmax() : Relaxations.Softmax, space: space);
        using var run = (CdartsRun)new CdartsScheme { Distance = distance, EvaluationLayers = isDarts ? 4 : null }.Begin(search.Step);
        run.Pool.Begin(space.RandomGenotype(5));
        object p = run.Pool.Path.ToDictionary(kind => kind.Key, kind => kind.Value.P.data<double>().Chunk((int)kind.Value.P.shape[1]));
        object Of(object relaxation, int layers, bool affine) => isDarts
            ? new { type = "darts_supernet", channels = 4, layers, classes = 3, relaxation, affine, track = false }
            : new { type = "nasbench201_supernet", channels = 4, cells = 1, classes = 3, relaxation, affine };
        using var both = new BothNetworks(run, search);
        new Comparison(new
        {
            type = "cdarts", search = Of(isDarts ? "edge_averaged" : "softmax", 3, false), evaluation = Of(new { p }, 4, true),
            classes = 3, size = 16, distance = distance == DistillationDistance.SmoothL1 ? "smooth_l1" : "kl",
        }, [4, 3, 16, 16], byOrder: true).Compare(both, ScalarType.Float64, fromPyTorch: true);
    }

    /// <summary>Search network, heads, q and evaluation network as one module; its output is their loss.</summary>
    private sealed class BothNetworks : nn.Module<Tensor, Tensor>
    {
        private readonly CdartsRun run;
        private readonly SmallSearch search;

        public BothNetworks(CdartsRun run, SmallSearch search) : base(nameof(BothNetworks))
        {
            this.run = run;
            this.search = search;
            register_module("search", search.Supernet);
            register_module("heads", run.Heads);
            register_module("evaluation", run.Pool.Supernet);
        }

        public override Tensor forward(Tensor input)
        {
            Tensor labels = TensorArithmetic.Range(input.shape[0]).remainder(tensor(3L));
            return run.JointLoss(search.Step, new LabeledBatch(input, labels)).Loss;
        }

        /// <summary>Parameters, then buffers, without the unused α of the pool.</summary>
        public override Dictionary<string, Tensor> state_dict(Dictionary<string, Tensor>? destination = null, string? prefix = null)
        {
            (string Prefix, nn.Module Module)[] parts =
                [("search", search.Supernet), ("heads", run.Heads), ("evaluation", run.Pool.Supernet)];
            var state = parts
                .SelectMany(part => part.Module.named_parameters().Select(p => ($"{part.Prefix}.{p.name}", (Tensor)p.parameter)))
                .Concat(parts.SelectMany(part => part.Module.named_buffers().Select(b => ($"{part.Prefix}.{b.name}", b.buffer))))
                .ToDictionary(entry => entry.Item1, entry => entry.Item2);
            foreach (var (name, alpha) in search.Supernet.Architecture.Named)
                state[$"alpha.{name}"] = alpha;
            return state;
        }
    }

    /// <summary>What the supernet will draw for each kind of cell, by its generator.</summary>
    private static Dictionary<string, double[][]> Noise(Supernet supernet, int step)
    {
        using var scope = NewDisposeScope();
        supernet.MoveTo(Now, step);
        using var same = new Generator(0UL);
        same.set_state(supernet.RelaxationGenerator.get_state());
        return supernet.Space.Cells.ToDictionary(cell => cell.Name, cell =>
        {
            double[] uniform = [.. rand([cell.Topology.Edges.Count, cell.Operations.Count], ScalarType.Float64, generator: same)
                .data<double>()];
            return uniform.Select(u => -Math.Log(-Math.Log(u))).Chunk(cell.Operations.Count).ToArray();
        });
    }
}
