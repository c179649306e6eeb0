using SingleDarts.Core.Operations;
using SingleDarts.Core.Search;
using SingleDarts.Core.Spaces;
using SingleDarts.Core.Supernets;
using SingleDarts.Core.Theory;
using static TorchSharp.torch;

namespace SingleDarts.Core.Diagnostics;

/// <summary>
/// How near a search is to the collapse onto operations without weights, after every epoch: their share in genotype and p, when they
/// took the lead on each edge, the entropy of p, the margin of Theorem 4.3 and the collapse time that it predicts. ∂L/∂p is measured as
/// by <see cref="OperationGradients"/>: one forward and one backward pass for each measurement.
/// </summary>
public sealed class CollapseIndicators() : Diagnostic<CollapseIndicatorsRecord>("collapse-indicators")
{
    private readonly GradientMean mean = new();
    private readonly Dictionary<string, EdgeHistory> histories = [];

    /// <summary>Steps between measurements; the first step of every epoch is measured.</summary>
    /// <value>50.</value>
    public int Interval { get; init; } = 50;

    /// <summary>An edge counts as collapsed if some p exceeds 1 − ε, within (0, 0.5).</summary>
    /// <value>0.1.</value>
    public double Epsilon { get; init; } = 0.1;

    /// <inheritdoc/>
    public override IEnumerable<string> Faults(SearchSpace space)
    {
        foreach (string fault in CellSelection.IntervalFaults(Name, Interval, "steps"))
            yield return fault;
        if (Epsilon is not (> 0 and < 0.5))
            yield return $"{Name}: epsilon is {Epsilon}; expected a number within (0, 0.5).";
    }

    /// <inheritdoc/>
    public override void OnStarted(SearchMoment moment)
    {
        base.OnStarted(moment);
        BeginHistories(moment);
    }

    /// <inheritdoc/>
    public override void OnStageStarted(SearchMoment moment)
    {
        histories.Clear();
        BeginHistories(moment);
    }

    /// <inheritdoc/>
    public override void OnStepStarting(SearchMoment moment)
    {
        if (moment.WeightStep % Interval != 0)
            return;
        mean.Add(OperationGradient.Of(moment, moment.Context.ArchitectureBatch));
        See(moment, Probabilities.Of(moment), ((long)moment.Epoch * moment.StepsPerEpoch) + moment.Step);
    }

    /// <inheritdoc/>
    public override void OnEpoch(SearchMoment moment, EpochReport report)
    {
        if (mean.Count == 0)
            return;
        long steps = (long)report.Epoch * moment.StepsPerEpoch;
        See(moment, report.Architecture.ToDictionary(cell => cell.Key, cell => cell.Value.OperationWeights), steps);
        SearchSpace space = moment.Context.Supernet.Space;
        CellPlacement[] placements = CellSelection.Of(space);
        var cells = space.Cells.Where(kind => placements.Any(placement => placement.Cell == kind)).ToDictionary(kind => kind.Name, kind =>
            Describe(kind, report, mean.Sum([.. Enumerable.Range(0, placements.Length).Where(c => placements[c].Cell == kind)]),
                moment, steps));
        Write(moment, new CollapseIndicatorsRecord
        {
            Epoch = report.Epoch,
            Step = moment.StepsPerEpoch,
            IsFinite = cells.Values.All(cell =>
                double.IsFinite(cell.NonLearnableMass) && cell.Edges.All(edge => double.IsFinite(edge.Entropy + edge.Margin))),
            Cells = cells,
        });
        mean.Reset();
    }

    /// <inheritdoc/>
    public override IReadOnlyDictionary<string, Tensor> SaveState() => mean.Save()
        .Concat(histories.Select(history => KeyValuePair.Create($"history/{history.Key}", history.Value.Save()))).ToDictionary();

    /// <inheritdoc/>
    public override void LoadState(IReadOnlyDictionary<string, Tensor> saved)
    {
        mean.Load(saved);
        histories.Clear();
        foreach (var (name, times) in saved.Where(state => state.Key.StartsWith("history/", StringComparison.Ordinal)))
            (histories[name["history/".Length..]] = new EdgeHistory((int)times.shape[1])).Load(times);
    }

    private void BeginHistories(SearchMoment moment)
    {
        foreach (CellSpecification kind in moment.Context.Supernet.Space.Cells)
            histories.TryAdd(kind.Name, new EdgeHistory(kind.Topology.Edges.Count));
    }

    private void See(SearchMoment moment, IReadOnlyDictionary<string, double[,]> p, long steps)
    {
        foreach (CellSpecification kind in moment.Context.Supernet.Space.Cells)
            foreach (CellEdge edge in kind.Topology.Edges)
            {
                double[] row = Row(p[kind.Name], kind, edge);
                histories[kind.Name].See(edge.Index, steps, NonLearnableLeads(Candidates(kind, edge), row), row.Max() > 1 - Epsilon);
            }
    }

    private CellIndicators Describe(CellSpecification kind, EpochReport report, double[,] gradient, SearchMoment moment, long steps)
    {
        CellSnapshot architecture = report.Architecture[kind.Name];
        string[] chosen = [.. report.Genotype[kind.Name].Nodes.SelectMany(genes => genes).Select(gene => gene.Operation)];
        double Mass(bool learnable) => kind.Topology.Edges.Sum(edge =>
            Row(architecture.OperationWeights, kind, edge).Where((_, k) => learnable || !Candidates(kind, edge)[k].IsLearnable).Sum());
        return new CellIndicators(
            chosen.Length == 0 ? 0 : chosen.Average(operation => kind.Operation(operation).IsLearnable ? 0 : 1),
            Mass(false) / Mass(true),
            [.. kind.Topology.Edges.Select(edge => Describe(kind, edge, Row(architecture.Alpha, kind, edge),
                Row(architecture.OperationWeights, kind, edge), Row(gradient, kind, edge), moment, steps))]);
    }

    private EdgeIndicators Describe(
        CellSpecification kind, CellEdge edge, double[] alpha, double[] p, double[] gradient, SearchMoment moment, long steps)
    {
        EdgeHistory history = histories[kind.Name];
        CandidateOperation[] candidates = Candidates(kind, edge);
        int favoured = Array.IndexOf(gradient, gradient.Min());
        double margin = gradient.Length == 1 ? 0 : gradient.Order().ElementAt(1) - gradient.Min();
        double rate = moment.Context.ArchitectureOptimizer.LearningRate;
        bool applies = moment.Context.Supernet.Architecture.Relaxation is SoftmaxRelaxation && margin > 0 && rate > 0 &&
            alpha.All(other => other <= alpha[favoured]);
        return new EdgeIndicators(
            edge.ToString(), candidates[Array.IndexOf(p, p.Max())].Name, NonLearnableLeads(candidates, p), Probabilities.Entropy(p),
            history.OvertakenAfter(edge.Index), history.LedSince(edge.Index), candidates[favoured].Name, margin,
            applies ? steps + (p[favoured] > 1 - Epsilon ? 0 : CollapseBound.GradientFlow(p.Length, Epsilon, rate, margin, p[favoured]))
                : null, history.CollapsedAfter(edge.Index));
    }

    private static bool NonLearnableLeads(CandidateOperation[] candidates, double[] p)
    {
        double Largest(bool learnable) => p.Where((_, k) => candidates[k].IsLearnable == learnable).Append(double.NegativeInfinity).Max();
        return Largest(false) > Largest(true);
    }

    private static CandidateOperation[] Candidates(CellSpecification kind, CellEdge edge) =>
        [.. kind.Allowed(edge).Select(k => kind.Operations[k])];

    private static double[] Row(double[,] matrix, CellSpecification kind, CellEdge edge) =>
        [.. kind.Allowed(edge).Select(k => matrix[edge.Index, k])];
}
