using SingleDarts.Core.Schemes;
using SingleDarts.Core.Search;
using SingleDarts.Core.Spaces;

namespace SingleDarts.Core.Diagnostics;

/// <summary>
/// Operation weights p over time (Figure A-1): before the first step of a stage, after every so many steps, and after the last one of an
/// epoch.
/// </summary>
public sealed class OperationProbabilities() : Diagnostic<OperationProbabilitiesRecord>("operation-probabilities")
{
    /// <summary>Steps between records.</summary>
    /// <value>50.</value>
    public int Interval { get; init; } = 50;

    /// <inheritdoc/>
    public override IEnumerable<string> Faults(SearchSpace space) => CellSelection.IntervalFaults(Name, Interval, "steps");

    /// <inheritdoc/>
    public override void OnStarted(SearchMoment moment)
    {
        base.OnStarted(moment);
        if ((moment.Position.Epoch, moment.Step) == (0, 0))
            Record(moment, 0);
    }

    /// <inheritdoc/>
    public override void OnStageStarted(SearchMoment moment) => Record(moment, 0);

    /// <inheritdoc/>
    public override void OnStep(SearchMoment moment, StepOutcome outcome)
    {
        int done = moment.Step + 1;
        if (done % Interval == 0 || done == moment.StepsPerEpoch)
            Record(moment, done);
    }

    private void Record(SearchMoment moment, int done)
    {
        var p = Probabilities.Of(moment);
        Write(moment, new OperationProbabilitiesRecord
        {
            Epoch = moment.Epoch + 1,
            Step = done,
            IsFinite = p.Values.All(matrix => matrix.Cast<double>().All(double.IsFinite)),
            OperationWeights = p,
        });
    }
}
