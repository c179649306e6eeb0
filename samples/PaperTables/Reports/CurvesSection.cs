using System.Xml.Linq;
using PaperTables.Runs;
using SingleDarts.Core.Search;
using static PaperTables.Reports.Html;

namespace PaperTables.Reports;

/// <summary>Loss, accuracy and learning rates by epoch.</summary>
internal static class CurvesSection
{
    public static XElement Make(RecordedSearch run)
    {
        IReadOnlyList<EpochReport> epochs = run.Recorded.Epochs;
        if (epochs.Count == 0)
            return Section("Curves", Missing("No epoch is done, so there is nothing to draw yet."));
        Line Of(string name, Func<EpochReport, double> value) => new(name, [.. epochs.Select(e => ((double)e.Epoch, value(e)))]);
        return Section("Curves",
            LineChart.Group([
                LineChart.Draw("loss", [Of("weights", e => e.WeightLoss), Of("α", e => e.ArchitectureLoss)]),
                LineChart.Draw("accuracy (%)", [Of("weights", e => 100 * e.WeightAccuracy), Of("α", e => 100 * e.ArchitectureAccuracy)]),
                LineChart.Draw("learning rate of the weights, last step", [Of("weights", e => e.WeightLearningRate)]),
                LineChart.Draw("learning rate of α, last step",
                    [Of("weights", _ => double.NaN), Of("α", e => e.ArchitectureLearningRate)])],
                ["weights' batches", "α's batches (the same where both share a batch)"]),
            Pruning(epochs, Of),
            Folded(
                "Numbers", Table(["epoch", "loss of w", "accuracy of w", "loss of α", "accuracy of α", "rate of w", "rate of α", "seconds"],
                epochs.Select(e => new object[]
            {
                e.Epoch, Number(e.WeightLoss), Number(e.WeightAccuracy), Number(e.ArchitectureLoss), Number(e.ArchitectureAccuracy),
                Number(e.WeightLearningRate), Number(e.ArchitectureLearningRate), Number(e.Seconds),
            }))));
    }

    /// <summary>Candidates left, and what the rules fed back, if a rule pruned or fed something back.</summary>
    private static object? Pruning(IReadOnlyList<EpochReport> epochs, Func<string, Func<EpochReport, double>, Line> line)
    {
        List<XElement> charts = [];
        if (epochs.Any(e => e.Candidates != epochs[0].Candidates && e.Stage == epochs[0].Stage))
            charts.Add(LineChart.Draw("candidates left", [line("candidates", e => e.Candidates)]));
        if (epochs.Any(e => e.Feedback is not null))
            charts.Add(LineChart.Draw("feedback of the epoch rule, for example λ", [line("feedback", e => e.Feedback ?? 0)]));
        return charts.Count > 0 ? LineChart.Group(charts, ["of each epoch"]) : null;
    }
}
