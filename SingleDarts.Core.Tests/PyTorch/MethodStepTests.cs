using SingleDarts.Core.Genotypes;
using SingleDarts.Core.Optimizers;
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
