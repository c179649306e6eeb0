namespace SingleDarts.Core.Optimizers;

/// <summary>
/// The linear decay with a tail that PC-DARTS trains with on ImageNet (<c>train_imagenet.py</c>, commit b74702f): with E epochs, v(e) =
/// start (E − 5 − e) / (E − 5) while E − e &gt; 5, then the smaller slope start (E − e) / (5 (E − 5)) over the last five epochs. Taken at
/// whole epochs. Of five epochs or fewer, for which the rule is not defined, start (E − e) / E.
/// </summary>
public sealed record LinearTailSchedule : Schedule
{
    private const int Tail = 5;

    /// <inheritdoc/>
    public override double At(EpochPosition position)
    {
        int epochs = position.Epochs, left = epochs - position.Epoch;
        if (epochs <= Tail)
            return Start * left / epochs;
        return left > Tail ? Start * (left - Tail) / (epochs - Tail) : Start * left / (Tail * (epochs - Tail));
    }
}
