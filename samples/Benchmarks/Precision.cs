using SingleDarts.Core.Runtime;
using SingleDarts.Core.Spaces;
using SingleDarts.Core.Supernets;
using Spectre.Console;
using TorchSharp;
using static TorchSharp.torch;

namespace Benchmarks;

/// <summary>The gradients of the first step in lower precisions, on a device, against those in float64 on the CPU.</summary>
internal static class Precision
{
    public static int Run(StepSettings settings)
    {
        EnvironmentHeader.Write(settings);
        set_num_threads(settings.Threads);
        Device device = Devices.Parse(settings.Device);
        var table = new Table().AddColumns("", "loss, relative error", "α gradient, relative error", "cosine",
            "w gradient, relative error", "cosine");
        var exact = Gradients(new SupernetOptions { DataType = ScalarType.Float64 }, settings);
        (string, SupernetOptions, bool)[] rows =
        [
            ("float32, per edge", new() { Device = device, Execution = CellExecution.PerEdge }, false),
            ("float32, merged", new() { Device = device }, false),
            .. device.type == DeviceType.CUDA ? new[] { ("TF32, merged", new SupernetOptions { Device = device }, true) } : [],
            ("bfloat16 convolutions", new() { Device = device, ConvolutionType = ScalarType.BFloat16 }, false),
        ];
        foreach (var (name, options, allowsTF32) in rows)
        {
            if (device.type == DeviceType.CUDA)
                backends.cuda.matmul.allow_tf32 = backends.cudnn.allow_tf32 = allowsTF32;
            var (loss, alpha, w) = Gradients(options, settings);
            table.AddRow(name, $"{Math.Abs((loss / exact.Loss) - 1):E1}", $"{Error(alpha, exact.Alpha):E1}",
                $"{Cosine(alpha, exact.Alpha):F4}",
                $"{Error(w, exact.Weights):E1}", $"{Cosine(w, exact.Weights):F4}");
        }
        AnsiConsole.Write(table);
        return 0;
    }

    private static (double Loss, Tensor Alpha, Tensor Weights) Gradients(SupernetOptions options, StepSettings settings)
    {
        using var scope = NewDisposeScope();
        using var supernet = new Supernet(
            SearchSpaces.NasBench201(10, settings.Channels, settings.Cells, 3, settings.Size, settings.Size), Relaxations.Sigmoid, options);
        supernet.train();
        using var generator = new Generator(1UL);
        Tensor input = randn([settings.Batch, 3, settings.Size, settings.Size], ScalarType.Float64, generator: generator);
        Tensor labels = randint(10, [settings.Batch], ScalarType.Int64, generator: generator).to(supernet.Device);
        Tensor loss = nn.functional.cross_entropy(supernet.call(input.to(options.DataType).to(supernet.Device)), labels);
        loss.backward();
        Tensor Flat(IEnumerable<Tensor?> gradients) => cat(
            [.. gradients.Where(g => g is not null).Select(g => g!.cpu().to(ScalarType.Float64).reshape(-1))]).MoveToOuterDisposeScope();
        return (loss.cpu().to(ScalarType.Float64).item<double>(), Flat([supernet.Architecture["cell"].grad]),
            Flat(supernet.Weights.Select(w => w.Parameter.grad ?? zeros_like(w.Parameter))));
    }

    private static double Error(Tensor a, Tensor exact) => ((a - exact).norm() / exact.norm()).item<double>();

    private static double Cosine(Tensor a, Tensor b) => (a.dot(b) / (a.norm() * b.norm())).item<double>();
}
