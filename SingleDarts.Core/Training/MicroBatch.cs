namespace SingleDarts.Core.Training;

/// <summary>How a batch is cut into parts that are computed one after another.</summary>
internal static class MicroBatch
{
    /// <summary>
    /// Parts of almost equal length, as few as there can be without one larger than a part of a full batch.
    /// </summary>
    /// <param name="size">Samples of this batch, at most <see cref="Runs.RunOptions.BatchSize"/>.</param>
    /// <param name="options">Size of a full batch, and the parts of one.</param>
    public static IEnumerable<(long Start, long Length)> Parts(long size, TrainingOptions options)
    {
        long largest = (options.BatchSize + options.GradientAccumulation - 1) / options.GradientAccumulation;
        long parts = (size + largest - 1) / largest;
        for (long i = 0; i < parts; i++)
            yield return (i * size / parts, (i + 1) * size / parts - i * size / parts);
    }
}
