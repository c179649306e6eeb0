using SingleDarts.Core.Data;
using SingleDarts.Core.Diagnostics;
using SingleDarts.Core.Genotypes;
using SingleDarts.Core.Optimizers;
using SingleDarts.Core.Training;
using SingleDarts.Core.Schemes;
using SingleDarts.Core.Search;
using SingleDarts.Core.Spaces;
using SingleDarts.Core.Supernets;
using static TorchSharp.torch;

namespace Benchmarks;

/// <summary>Whole searches and trainings: streaming, checkpoints that change the device, diagnostics, drop path.</summary>
internal static class RunChecks
{
    private const int Epochs = 3;

    public static IReadOnlyList<DeviceCheck> All { get; } =
    [
        new("a search with streamed data", Prefetched),
        new("a checkpoint of the device resumed on the CPU", d => Moved(d, d.Name, "cpu")),
        new("a checkpoint of the CPU resumed on the device", d => Moved(d, "cpu", d.Name)),
        new("diagnostics", Diagnostics),
        new("training with drop path, resumed on the CPU", Training),
    ];

    private static string Prefetched(CheckedDevice d)
    {
        using ClassificationDataset data = Data();
        using var scope = NewDisposeScope();
        Tensor expected = Alpha(Search(data, d, d.Name).RunAsync().Result);
        Tensor found = Alpha(Search(data, d, d.Name).With(o => o with { Prefetch = true }).RunAsync().Result);
        return d.Same("α", found, expected, d.Tolerance * 100);
    }

    /// <summary>Stopped after the first epoch on one device and resumed on the other, it ends where the search on the CPU ends.</summary>
    private static string Moved(CheckedDevice d, string from, string to)
    {
        using var folder = new ScratchFolder();
        using ClassificationDataset data = Data();
        using var scope = NewDisposeScope();
        Tensor expected = Alpha(Search(data, d, "cpu").RunAsync().Result);
        FirstEpoch(Search(data, d, from).SavingTo(folder.Path).RunEpochsAsync()).Wait();
        SearchResult result = Search(data, d, to).ResumingFrom(folder.Path).RunAsync().Result;
        return d.Same($"α after {result.Epochs.Count} epochs", Alpha(result), expected, d.Tolerance * 100);
    }

    private static string Diagnostics(CheckedDevice d)
    {
        using ClassificationDataset data = Data();
        (HessianEigenvalue Hessian, double Correlation) Watched(string device)
        {
            var hessian = new HessianEigenvalue();
            var correlation = new GradientCorrelation { Interval = 2 };
            var indicators = new CollapseIndicators { Interval = 2 };
            Search(data, d, device).ObservedBy(hessian).ObservedBy(correlation).ObservedBy(indicators)
                .ObservedBy(new OperationGradients { Interval = 2 }).ObservedBy(new OperationProbabilities { Interval = 2 })
                .RunAsync().Wait();
            if (hessian.Records.Count == 0 || correlation.Records.Count == 0 || indicators.Records.Count == 0)
                throw new InvalidOperationException(
                    $"{hessian.Records.Count} Hessian, {correlation.Records.Count} correlation and {indicators.Records.Count} indicator " +
                    "records; expected some of each");
            return (hessian, correlation.Records[0].Nodes[0].Paper.Cosine);
        }
        var (expected, found) = (Watched("cpu"), Watched(d.Name));
        using var scope = NewDisposeScope();
        Tensor Values(HessianEigenvalue h) => tensor([.. h.Records.Select(r => r.Eigenvalue)]);
        return string.Join(", ", d.Same("Hessian's eigenvalues", Values(found.Hessian), Values(expected.Hessian), d.Tolerance * 1e4),
            d.Same("gradient correlation", tensor(found.Correlation), tensor(expected.Correlation), d.Tolerance * 1e4));
    }

    /// <summary>In float32, so that only finite losses and the resume are asked for.</summary>
    private static string Training(CheckedDevice d)
    {
        using var folder = new ScratchFolder();
        using ClassificationDataset data = Data();
        using var there = new BatchSource(data, d.Device, ScalarType.Float32, ImageAugmentation.Cifar10Training);
        using var here = new BatchSource(data, CPU, ScalarType.Float32, ImageAugmentation.Cifar10Training);
        using EvaluationNetwork first = Network(), second = Network();
        FirstEpoch(Of(first, there).OnDevice(d.Name).SavingTo(folder.Path).RunEpochsAsync()).Wait();
        TrainingResult result = Of(second, here).ResumingFrom(folder.Path).RunAsync().Result;
        double last = result.Epochs[^1].TrainLoss;
        return double.IsFinite(last) ? $"losses {string.Join(", ", result.Epochs.Select(e => $"{e.TrainLoss:F3}"))}"
            : throw new InvalidOperationException($"the loss is {last}");

        NetworkTraining Of(EvaluationNetwork network, BatchSource source) => NetworkTraining
            .Of(network, TrainingRecipes.Cifar with { DropPath = Schedule.Linear(0, 0.3), AuxiliaryWeight = 0 }).On(source)
            .For(Epochs, 16).WithEma(0.9).WithSeed(1);
        EvaluationNetwork Network() =>
            DartsNetworks.Cifar(DartsGenotypes.DartsV2, data.Classes, channels: 4, layers: 3, size: 16, options: new() { Seed = 1 });
    }

    private static async Task FirstEpoch<T>(IAsyncEnumerable<T> epochs)
    {
        await foreach (T _ in epochs)
            break;
    }

    private static ClassificationDataset Data() => GeneratedImages.Create(48, seed: 1, classes: 4, size: 16);

    private static ArchitectureSearch Search(ClassificationDataset data, CheckedDevice d, string device) => ArchitectureSearch
        .In(SearchSpaces.NasBench201(data.Classes, channels: 2, cellsPerStage: 1, height: 16, width: 16)).On(data)
        .Using(OptimizationSchemes.SingleLevel).Relaxing(Relaxations.Sigmoid).UpdatingArchitecture(o => o.Adam(0.01, 0.5, 0.999))
        .Augmenting(ImageAugmentation.Cifar10Search).For(Epochs, 12).WithSeed(1).InPrecision(d.Exact).OnDevice(device);

    private static Tensor Alpha(SearchResult result) =>
        tensor([.. result.Architecture.Values.SelectMany(cell => cell.Alpha.Cast<double>())]);
}
