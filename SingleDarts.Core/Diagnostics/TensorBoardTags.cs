using SingleDarts.Core.Search;
using SingleDarts.Core.Spaces;
using SingleDarts.Core.Training;

namespace SingleDarts.Core.Diagnostics;

/// <summary>The numbers of a report by TensorBoard's tags. TensorBoard groups tags by the part before the first slash.</summary>
internal static class TensorBoardTags
{
    /// <summary>The curves of a search; a number that no step measured is left out.</summary>
    public static IEnumerable<(string Tag, double Value)> Of(EpochReport report, SearchSpace space, NasBench201Table? table) => Known(
    [
        ("loss/weights", report.WeightLoss),
        ("loss/architecture", report.ArchitectureLoss),
        ("accuracy/weights", report.WeightAccuracy),
        ("accuracy/architecture", report.ArchitectureAccuracy),
        ("learning-rate/weights", report.WeightLearningRate),
        ("learning-rate/architecture", report.ArchitectureLearningRate),
        .. space.Cells.SelectMany(kind => OfCell(kind, report.Architecture[kind.Name].OperationWeights)),
        .. table is not null && table.TryGet(report.Genotype, out NasBench201Result? row)
            ? Enum.GetValues<NasBench201Metric>().Select(metric => ($"table/{metric}", (double?)row.Accuracy(metric))) : [],
    ]);

    /// <summary>The curves of a training; those of an evaluation are left out in epochs without one.</summary>
    public static IEnumerable<(string Tag, double Value)> Of(TrainingEpochReport report) => Known(
    [
        ("loss/train", report.TrainLoss),
        ("loss/auxiliary", report.AuxiliaryLoss),
        ("loss/test", report.Test?.Loss),
        ("loss/test-ema", report.EmaTest?.Loss),
        ("accuracy/train", report.TrainTop1),
        ("accuracy/test", report.Test?.Top1),
        ($"accuracy/test-top-{report.Test?.K}", report.Test?.TopK),
        ("accuracy/test-ema", report.EmaTest?.Top1),
        ($"accuracy/test-ema-top-{report.EmaTest?.K}", report.EmaTest?.TopK),
        ("learning-rate/weights", report.LearningRate),
    ]);

    /// <summary>p of the candidates of every edge, its entropy, and the mean of the entropies.</summary>
    private static IEnumerable<(string, double?)> OfCell(CellSpecification kind, double[,] p)
    {
        var entropies = new List<double>();
        foreach (CellEdge edge in kind.Topology.Edges)
        {
            foreach (int k in kind.Allowed(edge))
                yield return ($"p.{kind.Name}/{edge}/{kind.Operations[k].Name}", p[edge.Index, k]);
            entropies.Add(Probabilities.Entropy([.. kind.Allowed(edge).Select(k => p[edge.Index, k])]));
            yield return ($"entropy.{kind.Name}/{edge}", entropies[^1]);
        }
        yield return ($"entropy.{kind.Name}/mean", entropies.Average());
    }

    private static IEnumerable<(string, double)> Known(IEnumerable<(string Tag, double? Value)> all) =>
        all.Where(point => point.Value is { } value && !double.IsNaN(value)).Select(point => (point.Tag, point.Value!.Value));
}
