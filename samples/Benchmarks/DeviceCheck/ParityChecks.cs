using SingleDarts.Core.Spaces;
using SingleDarts.Core.Supernets;
using static TorchSharp.torch;

namespace Benchmarks;

/// <summary>
/// Logits, loss and gradients of a supernet on the device, in each execution, against those on the CPU by the definition (per edge). Both
/// are drawn from the same seed on the CPU.
/// </summary>
internal static class ParityChecks
{
    private static readonly SearchSpace[] Spaces =
    [
        SearchSpaces.NasBench201(4, channels: 4, cellsPerStage: 1, height: 16, width: 16),
        SearchSpaces.Darts(4, channels: 2, layers: 3, height: 16, width: 16),
    ];

    public static IReadOnlyList<DeviceCheck> All { get; } =
    [
        .. from space in Spaces
           from execution in Enum.GetValues<CellExecution>()
           select new DeviceCheck($"supernet of {space.Name}, {execution}", d => Compare(d, space, execution)),
        new("supernet with a hard relaxation", d => Compare(d, Spaces[0], CellExecution.Merged, new OneHot())),
        new("supernet in float32, with and without TF32", Float32),
    ];

    private static string Compare(CheckedDevice d, SearchSpace space, CellExecution execution, IRelaxation? relaxation = null)
    {
        using var scope = NewDisposeScope();
        var expected = Gradients(space, CPU, CellExecution.PerEdge, d.Exact, relaxation);
        var found = Gradients(space, d.Device, execution, d.Exact, relaxation);
        return string.Join(", ", d.Same("logits", found.Logits, expected.Logits), d.Same("loss", found.Loss, expected.Loss),
            d.Same("α gradient", found.Alpha, expected.Alpha), d.Same("w gradient", found.Weights, expected.Weights));
    }

    /// <summary>How far α's gradient in float32 is off; more than a tenth is no rounding at this depth.</summary>
    private static string Float32(CheckedDevice d)
    {
        using var scope = NewDisposeScope();
        Tensor exact = Gradients(Spaces[0], CPU, CellExecution.PerEdge, ScalarType.Float64, null).Alpha;
        string Off(bool allowsTF32, double tolerance)
        {
            if (d.IsCuda)
                backends.cuda.matmul.allow_tf32 = backends.cudnn.allow_tf32 = allowsTF32;
            Tensor found = Gradients(Spaces[0], d.Device, CellExecution.Merged, ScalarType.Float32, null).Alpha;
            return d.Same("α gradient", found, exact, tolerance);
        }
        try
        {
            return d.IsCuda ? $"float32: {Off(false, 0.01)}; TF32: {Off(true, 0.5)}" : $"float32: {Off(false, 0.01)}";
        }
        finally
        {
            if (d.IsCuda)
                backends.cuda.matmul.allow_tf32 = backends.cudnn.allow_tf32 = false;
        }
    }

    private static (Tensor Logits, Tensor Loss, Tensor Alpha, Tensor Weights) Gradients(
        SearchSpace space, Device device, CellExecution execution, ScalarType type, IRelaxation? relaxation)
    {
        using var scope = NewDisposeScope();
        using var supernet = new Supernet(space, relaxation ?? Relaxations.Sigmoid,
            new SupernetOptions { Seed = 1, Device = device, DataType = type, Execution = execution });
        supernet.train();
        using var generator = new Generator(1UL);
        Tensor input = randn([4, .. space.InputShape], ScalarType.Float64, generator: generator).to(type).to(device);
        Tensor labels = randint(space.Classes, [4], ScalarType.Int64, generator: generator).to(device);
        Tensor logits = supernet.call(input);
        Tensor loss = nn.functional.cross_entropy(logits, labels);
        loss.backward();
        return (Kept(logits), Kept(loss),
            Flat(supernet.Architecture.Named.Select(a => a.Parameter)), Flat(supernet.Weights.Select(w => w.Parameter)));
    }

    private static Tensor Kept(Tensor tensor) => tensor.detach().cpu().clone().MoveToOuterDisposeScope();

    private static Tensor Flat(IEnumerable<Tensor> parameters) =>
        cat([.. parameters.Select(p => (p.grad ?? zeros_like(p)).cpu().reshape(-1))]).MoveToOuterDisposeScope();
}
