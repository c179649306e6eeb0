using SingleDarts.Core.Data;
using SingleDarts.Core.Schemes;
using SingleDarts.Core.Spaces;
using SingleDarts.Core.Supernets;
using SingleDarts.Core.Optimizers;
using static TorchSharp.torch;

namespace Benchmarks;

/// <summary>A few steps of every scheme on the device, merged, against the same steps on the CPU per edge.</summary>
internal static class SchemeChecks
{
    private const int Steps = 3;

    public static IReadOnlyList<DeviceCheck> All { get; } =
    [
        .. new IOptimizationScheme[]
        {
            OptimizationSchemes.SingleLevel, OptimizationSchemes.BiLevel, OptimizationSchemes.BiLevelSecondOrder,
            new BiLevelScheme { Gradient = ArchitectureGradient.Exact }, OptimizationSchemes.SameSubset,
        }.Select(scheme => new DeviceCheck($"{Steps} steps of {scheme.Name}", d => Compare(d, scheme))),
    ];

    private static string Compare(CheckedDevice d, IOptimizationScheme scheme)
    {
        using var scope = NewDisposeScope();
        var expected = Run(scheme, CPU, CellExecution.PerEdge, d.Exact);
        var found = Run(scheme, d.Device, CellExecution.Merged, d.Exact);
        // A finite difference divides rounding by its small step.
        double tolerance = d.Tolerance * 100;
        return string.Join(", ", d.Same("loss", found.Loss, expected.Loss, tolerance), d.Same("α", found.Alpha, expected.Alpha, tolerance),
            d.Same("w", found.Weights, expected.Weights, tolerance));
    }

    private static (Tensor Loss, Tensor Alpha, Tensor Weights) Run(
        IOptimizationScheme scheme, Device device, CellExecution execution, ScalarType type)
    {
        using var scope = NewDisposeScope();
        using var supernet = new Supernet(SearchSpaces.NasBench201(4, 4, 1, 3, 16, 16), Relaxations.Sigmoid,
            new SupernetOptions { Seed = 1, Device = device, DataType = type, Execution = execution });
        supernet.train();
        using var weights = new ScheduledOptimizer(
            OptimizerSettings.Default.Sgd(0.025, 0.9, 3e-4).Cosine().ClipGradientNorm(5), supernet.Weights);
        using var architecture = new ScheduledOptimizer(OptimizerSettings.Default.Adam(3e-3, 0.5, 0.999), supernet.Architecture.Named);
        using var generator = new Generator(3UL);
        var losses = new List<Tensor>();
        var step = new StepContext(supernet, weights, architecture, [new ZeroOneLoss(0.1)]);
        for (int i = 0; i < Steps; i++)
        {
            LabeledBatch one = Batch(), two = Batch();
            (step.WeightBatch, step.ArchitectureBatch) = (one, scheme is SingleLevelScheme ? one : two);
            losses.Add(scheme.Step(step).Weights!.Loss);
        }
        return (Kept(losses), Kept(supernet.Architecture.Named.Select(a => (Tensor)a.Parameter)),
            Kept(supernet.Weights.Select(w => (Tensor)w.Parameter)));

        LabeledBatch Batch() => new(
            randn([6, 3, 16, 16], ScalarType.Float64, generator: generator).to(type).to(device),
            randint(4, [6], ScalarType.Int64, generator: generator).to(device));
    }

    private static Tensor Kept(IEnumerable<Tensor> tensors) =>
        cat([.. tensors.Select(t => t.detach().cpu().reshape(-1))]).MoveToOuterDisposeScope();
}
