namespace SingleDarts.Core.Operations;

/// <summary>Where a candidate operation is placed: what its factory needs to know to build one module.</summary>
/// <param name="InChannels">Channels (or features) of the input.</param>
/// <param name="OutChannels">Channels (or features) that the output must have.</param>
/// <param name="Stride">Spatial stride: 1 keeps the size, 2 halves it.</param>
/// <param name="Affine">
/// Whether batch normalisations learn a scale and a shift. A supernet searches without them (<see langword="false"/>), a network
/// built from a genotype trains with them (<see langword="true"/>); NAS-Bench-201 gives convolutions a bias exactly where they
/// are missing.
/// </param>
/// <param name="TrackRunningStatistics">Whether batch normalisations keep running means and variances for evaluation mode.</param>
public sealed record OperationContext(
    long InChannels, long OutChannels, int Stride = 1, bool Affine = true, bool TrackRunningStatistics = true)
{
    /// <summary>Whether the operation keeps both the number of channels and the spatial size.</summary>
    public bool IsShapePreserving => InChannels == OutChannels && Stride == 1;
}
