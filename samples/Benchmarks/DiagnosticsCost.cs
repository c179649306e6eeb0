using System.Diagnostics;
using SingleDarts.Core.Data;
using SingleDarts.Core.Diagnostics;
using SingleDarts.Core.Schemes;
using SingleDarts.Core.Search;
using SingleDarts.Core.Spaces;
using SingleDarts.Core.Supernets;
using Spectre.Console;
using static TorchSharp.torch;

namespace Benchmarks;

/// <summary>What one measurement of each diagnostic costs, in steps of the search that it watches, all in the same search.</summary>
internal static class DiagnosticsCost
{
    private const int Interval = 10, DefaultInterval = 50, StepsOfAnEpoch = 50_000 / 64;

    public static async Task<int> RunAsync(StepSettings settings, int measurements)
    {
        EnvironmentHeader.Write(settings);
        set_num_threads(settings.Threads);
        var table = new Table().AddColumns("diagnostic", "scheme", "step, ms", "one measurement, steps", "share of the search");
        (IOptimizationScheme, IRelaxation)[] searches =
            [(OptimizationSchemes.SingleLevel, Relaxations.Sigmoid), (OptimizationSchemes.BiLevel, Relaxations.Softmax)];
        foreach (var (scheme, relaxation) in searches)
            await MeasureAsync(settings, measurements, scheme, relaxation, table);
        AnsiConsole.Write(table);
        AnsiConsole.WriteLine(
            $"Medians of {measurements} measurements. Share: one in {DefaultInterval} steps, the default; of the Hessian, one in " +
        $"{StepsOfAnEpoch} (an epoch of CIFAR-10).");
        return 0;
    }

    private static async Task MeasureAsync(StepSettings settings, int measurements, IOptimizationScheme scheme, IRelaxation relaxation,
        Table table)
    {
        var steps = new List<double>();
        long begun = 0;
        Timed[] diagnostics =
        [
            new(new GradientCorrelation { Interval = Interval }), new(new OperationGradients { Interval = Interval }),
            new(new OperationProbabilities { Interval = Interval }), new(new CollapseIndicators { Interval = Interval }),
            new(new HessianEigenvalue()),
        ];
        int perEpoch = Interval * (int)settings.Batch * (scheme is BiLevelScheme ? 2 : 1);
        using ClassificationDataset data = GeneratedImages.Create(perEpoch, size: (int)settings.Size, seed: 1);
        ArchitectureSearch search = ArchitectureSearch.In(
            SearchSpaces.NasBench201(data.Classes, settings.Channels, settings.Cells, 3, settings.Size, settings.Size))
            .On(data).Using(scheme).Relaxing(relaxation).For(measurements + 1, (int)settings.Batch).OnDevice(settings.Device)
            .ObservedBy(new Clock { Stopped = () => steps.Add(Stopwatch.GetElapsedTime(begun).TotalMilliseconds) });
        foreach (Timed diagnostic in diagnostics)
            search = search.ObservedBy(diagnostic);
        await search.ObservedBy(new Clock { Started = () => begun = Stopwatch.GetTimestamp() }).RunAsync();

        double step = Median(steps.Skip(Interval));
        foreach (Timed diagnostic in diagnostics)
        {
            bool ofAnEpoch = diagnostic.Inner is HessianEigenvalue;
            double cost = Median(diagnostic.Epochs.Skip(1)) / step;
            table.AddRow(diagnostic.Inner.GetType().Name, scheme.Name, $"{step:F1}", $"{cost:F3}",
                $"{cost / (ofAnEpoch ? StepsOfAnEpoch : DefaultInterval):P2}");
        }
    }

    private static double Median(IEnumerable<double> values) => values.Order().ToArray() is var sorted ? sorted[sorted.Length / 2] : 0;

    private sealed class Clock : ISearchObserver
    {
        public Action Started { get; init; } = () => { };

        public Action Stopped { get; init; } = () => { };

        public void OnStepStarting(SearchMoment moment) => Started();

        public void OnStep(SearchMoment moment, StepOutcome outcome) => Stopped();
    }

    /// <summary>Adds up the time of a diagnostic over an epoch, in which it measures once.</summary>
    private sealed class Timed(ISearchObserver inner) : ISearchObserver
    {
        private double spent;

        public ISearchObserver Inner => inner;

        public List<double> Epochs { get; } = [];

        public IEnumerable<string> Faults(SearchSpace space) => inner.Faults(space);

        public void OnStarted(SearchMoment moment) => inner.OnStarted(moment);

        public void OnStepStarting(SearchMoment moment) => Spend(() => inner.OnStepStarting(moment));

        public void OnStep(SearchMoment moment, StepOutcome outcome) => Spend(() => inner.OnStep(moment, outcome));

        public void OnEpoch(SearchMoment moment, EpochReport report)
        {
            Spend(() => inner.OnEpoch(moment, report));
            Epochs.Add(spent);
            spent = 0;
        }

        private void Spend(Action call)
        {
            long begun = Stopwatch.GetTimestamp();
            call();
            spent += Stopwatch.GetElapsedTime(begun).TotalMilliseconds;
        }
    }
}
