namespace SingleDarts.Core.Optimizers;

/// <summary>
/// The linear decay that PC-DARTS trains with on ImageNet (<c>train_imagenet.py</c>, commit b74702f): with E epochs, lr(e) = lr₀ (E − 5 −
/// e) / (E − 5) while E − e &gt; 5, then the smaller slope lr₀ (E − e) / (5 (E − 5)) over the last five epochs. Taken at whole epochs. Of
/// five epochs or fewer, for which the rule is not defined, lr₀ (E − e) / E.
/// </summary>
public sealed record LinearSchedule : ILearningRateSchedule
{
    private const int Tail = 5;

    /// <inheritdoc/>
    public double At(double initial, int epoch, double fraction, int epochs) => (epochs - epoch) switch
    {
        _ when epochs <= Tail => initial * (epochs - epoch) / epochs,
        > Tail => initial * (epochs - Tail - epoch) / (epochs - Tail),
        int left => initial * left / (Tail * (epochs - Tail)),
    };
}
