using SingleDarts.Core.Search;
using SingleDarts.Core.Spaces;
using static TorchSharp.torch;

namespace SingleDarts.Core.Diagnostics;

/// <summary>
/// ∂L/∂p of every operation on every edge (Section 5.2.2, Figure 3), of α's batch before the step, as the mean over the measured steps of
/// an epoch. The penalties on α are not part of L. Each measurement costs one forward and one backward pass.
/// </summary>
public sealed class OperationGradients() : Diagnostic<OperationGradientsRecord>("operation-gradients")
{
    private readonly GradientMean mean = new();

    /// <summary>Steps between measurements; the first step of every epoch is measured.</summary>
    /// <value>50.</value>
    public int Interval { get; init; } = 50;

    /// <summary>Numbers of the cells that are also recorded by themselves, counted from 1.</summary>
    /// <value>Null: the last cell.</value>
    public IReadOnlyList<int>? Cells { get; init; }

    /// <inheritdoc/>
    public override IEnumerable<string> Faults(SearchSpace space) =>
        [.. CellSelection.IntervalFaults(Name, Interval, "steps"), .. CellSelection.Faults(Name, space, Chosen(space))];

    /// <inheritdoc/>
    public override void OnStepStarting(SearchMoment moment)
    {
        if (moment.WeightStep % Interval == 0)
            mean.Add(OperationGradient.Of(moment, moment.Context.ArchitectureBatch));
    }

    /// <inheritdoc/>
    public override void OnEpoch(SearchMoment moment, EpochReport report)
    {
        SearchSpace space = moment.Context.Supernet.Space;
        CellPlacement[] cells = CellSelection.Of(space);
        if (mean.Count == 0)
            return;
        var total = space.Cells.Where(kind => cells.Any(cell => cell.Cell == kind)).ToDictionary(kind => kind.Name, kind =>
            mean.Sum([.. Enumerable.Range(0, cells.Length).Where(c => cells[c].Cell == kind)]));
        Write(moment, new OperationGradientsRecord
        {
            Epoch = report.Epoch,
            Step = moment.StepsPerEpoch,
            IsFinite = total.Values.All(gradient => gradient.Cast<double>().All(double.IsFinite)),
            Measurements = mean.Count,
            Total = total,
            Cells = [.. Chosen(space).Select(cell => new CellGradient(cell, cells[cell - 1].Cell.Name, mean.Of(cell - 1)))],
        });
        mean.Reset();
    }

    /// <inheritdoc/>
    public override IReadOnlyDictionary<string, Tensor> SaveState() => mean.Save().ToDictionary();

    /// <inheritdoc/>
    public override void LoadState(IReadOnlyDictionary<string, Tensor> saved) => mean.Load(saved);

    private IReadOnlyList<int> Chosen(SearchSpace space) => Cells ?? [CellSelection.Of(space).Length];
}
