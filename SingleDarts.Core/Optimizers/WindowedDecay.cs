using System.Runtime.CompilerServices;

namespace SingleDarts.Core.Optimizers;

/// <summary>
/// The decay of β of DARTS- with all its switches, taken at whole epochs: start before epoch s (<c>T_start</c>), then the
/// <see cref="Shape"/> over T epochs, and from epoch <c>T_stop</c> on its value there. With s = 0 and no stop the shapes are
/// <see cref="LinearSchedule"/>, <see cref="CosineSchedule"/> and <see cref="QuarterCosineSchedule"/> to 0.
/// </summary>
/// <remarks><c>DecayScheduler</c> of <c>Meituan-AutoML/DARTS-</c>. As there, the formulas have the epoch e and not e − s: with s above 0
/// both cosines jump at epoch s, and may rise or become negative behind T − s.</remarks>
public sealed record WindowedDecay : Schedule
{
    /// <summary>How it decays.</summary>
    /// <value><see cref="DecayShape.Linear"/>, as in the published script.</value>
    public DecayShape Shape { get; init; }

    /// <summary>s, the first epoch of the decay; a number of epochs, which does not stretch with the run.</summary>
    /// <value>0.</value>
    public int From { get; init; }

    /// <summary>The epoch from which on the value stays, the last that the decay moves.</summary>
    /// <value>Null: it moves to the end of the run.</value>
    public int? Until { get; init; }

    /// <summary>T, the epochs of the whole decay.</summary>
    /// <value>Null: the epochs of the run.</value>
    public int? Over { get; init; }

    /// <inheritdoc/>
    public override double At(EpochPosition position)
    {
        if (position.Epoch < From)
            return Start;
        int total = Over ?? position.Epochs, epoch = Math.Min(position.Epoch, Until ?? position.Epoch);
        double share = (double)epoch / (total - From);
        return Start * Shape switch
        {
            DecayShape.Linear => (double)(total - epoch) / (total - From),
            DecayShape.Cosine => (1 + Math.Cos(Math.PI * share)) / 2,
            DecayShape.SlowCosine => Math.Cos(Math.PI / 2 * share),
            _ => throw new SwitchExpressionException(Shape),
        };
    }

    /// <inheritdoc/>
    public override IEnumerable<string> Faults(string what)
    {
        if (!Enum.IsDefined(Shape))
            yield return $"The decay of the {what} has the shape {Shape}; expected one of " +
                $"{string.Join(", ", Enum.GetNames<DecayShape>())}.";
        if (From < 0 || Until < From || Over <= From)
            yield return $"The decay of the {what} goes from epoch {From} until epoch {Until?.ToString() ?? "the last"}, over " +
                $"{Over?.ToString() ?? "all"} epochs; expected 0 or more, not less than that, and more than that.";
    }
}
