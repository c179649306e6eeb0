using PaperTables.Runs;
using SingleDarts.Core.Diagnostics;
using SingleDarts.Core.Spaces;

namespace PaperTables.Figures;

/// <summary>What the figures read from a run.</summary>
internal static class RunMeasures
{
    /// <summary>Figure 1; from the table if there is one, else from the records.</summary>
    public static IEnumerable<Measured> Accuracy(RecordedSearch run, NasBench201Table? table)
    {
        if (table is null)
            return Records<GenotypeAccuracyRecord>(
                run, "genotype-accuracy", "give --table <csv>, or run the search with --diagnose and --table")
                .Select(r => new Measured("genotype", "accuracy", r.Epoch, r.Cifar10Test));
        if (run.Recorded.Epochs.Count == 0)
            throw WithoutEpoch(run);
        return run.Recorded.Epochs.Select(e => new Measured("genotype", "accuracy", e.Epoch, table[e.Genotype].Cifar10Test));
    }

    /// <summary>Figure 2; all recorded nodes if none is named.</summary>
    public static IEnumerable<Measured> Correlation(RecordedSearch run, string pair, bool cosine, IReadOnlyList<int> nodes)
    {
        var records = Records<GradientCorrelationRecord>(run, "gradient-correlation");
        int[] recorded = [.. records.SelectMany(r => r.Nodes).Select(n => n.Node).Distinct().Order()];
        foreach (int node in nodes.Where(node => !recorded.Contains(node)))
            throw new ArgumentException(
                $"There is no record of node {node} in {run.Recorded.Path}; it has the nodes {string.Join(", ", recorded)}.");
        return from record in records
               from node in record.Nodes
               where nodes.Count == 0 || nodes.Contains(node.Node)
               let correlation = pair switch { "paper" => node.Paper, "independent" => node.Independent, "acting" => node.Acting, _ =>
                   node.EpochApart }
               where correlation is not null
               select new Measured($"cell {node.Cell}", $"node {node.Node}", record.Epoch, cosine ? correlation.Value.Cosine
                   : correlation.Value.Value);
    }

    /// <summary>Figure 3; the last recorded cell if none is named.</summary>
    public static IEnumerable<Measured> Gradients(RecordedSearch run, string scheme, string? edge, int? cell)
    {
        var records = Records<OperationGradientsRecord>(run, "operation-gradients");
        int[] recorded = [.. records.SelectMany(r => r.Cells).Select(c => c.Cell).Distinct().Order()];
        if (recorded.Length == 0)
            throw new ArgumentException(
                $"{run.Recorded.Path} has no record of ∂L/∂p in a cell of its own; run the search with --diagnose, or with " +
                $"OperationGradients {{ Cells = [...] }}.");
        int chosen = cell ?? recorded[^1];
        if (!recorded.Contains(chosen))
            throw new ArgumentException(
                $"There is no record of cell {chosen} in {run.Recorded.Path}; it has the cells {string.Join(", ", recorded)}.");
        return from record in records
               from gradient in record.Cells
               where gradient.Cell == chosen
               from measured in Row(run, run.Kind(gradient.Kind), edge, gradient.Gradient, scheme, record.Epoch)
               select measured;
    }

    /// <summary>Figure A-1; the first kind of cell if none is named. Epochs before the first diagnostic record come from the records of
    /// epochs.</summary>
    public static IEnumerable<Measured> Probabilities(RecordedSearch run, string scheme, string? edge, string? kind)
    {
        CellSpecification chosen = kind is null ? run.Kinds[0] : run.Kind(kind);
        var records = run.Recorded.Records<OperationProbabilitiesRecord>("operation-probabilities");
        if (records.Count == 0 && run.Recorded.Epochs.Count == 0)
            throw WithoutEpoch(run);
        double steps = Math.Max(1, records.Select(r => r.Step).DefaultIfEmpty().Max());
        int first = records.Count == 0 ? int.MaxValue : records.Min(r => r.Epoch);
        return run.Recorded.Epochs.Where(e => e.Epoch < first).Select(e => (Time: (double)e.Epoch, P: run.Matrix(e.Architecture, chosen)))
            .Concat(records.Select(r => (Time: r.Epoch - 1 + (r.Step / steps), P: run.Matrix(r.OperationWeights, chosen))))
            .SelectMany(point => Row(run, chosen, edge, point.P, scheme, point.Time));
    }

    private static IEnumerable<Measured> Row(RecordedSearch run, CellSpecification kind, string? edge, double[,] matrix, string scheme,
        double time)
    {
        IReadOnlyList<CellEdge> edges = kind.Topology.Edges;
        int row = edge is null ? edges.Count - 1 : edges.Select(e => e.ToString()).ToList().IndexOf(edge);
        if (row < 0)
            throw new ArgumentException($"There is no edge '{edge}'; the cell '{kind.Name}' has {string.Join(", ", edges)}.");
        run.RequireShape(matrix, kind);
        return kind.Operations.Select((operation, k) => new Measured(scheme, operation.Name, time, matrix[row, k]));
    }

    private static InvalidDataException WithoutEpoch(RecordedSearch run) =>
        new($"The run in {run.Recorded.Path} has no epoch yet; let it go on with search --resume.");

    private static IReadOnlyList<T> Records<T>(RecordedSearch run, string name, string remedy = "run the search with --diagnose") where T
        : DiagnosticRecord =>
        run.Recorded.Records<T>(name) is { Count: > 0 } records ? records
            : throw new FileNotFoundException($"{run.Recorded.RecordsFile(name)} has no record; {remedy}.");
}
