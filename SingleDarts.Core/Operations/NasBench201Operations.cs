namespace SingleDarts.Core.Operations;

/// <summary>The five candidates of NAS-Bench-201 (Dong and Yang, ICLR 2020), in the column order of α.</summary>
public static class NasBench201Operations
{
    /// <summary><c>none</c>: zero.</summary>
    public static CandidateOperation None { get; } =
        new("none", context => new Zero(context), isLearnable: false, isZero: true);

    /// <summary><c>skip_connect</c>: identity.</summary>
    public static CandidateOperation SkipConnect { get; } = new("skip_connect", Blocks.Skip, isLearnable: false);

    /// <summary><c>nor_conv_1x1</c>: ReLU, Conv1×1, BN.</summary>
    public static CandidateOperation Conv1x1 { get; } =
        new("nor_conv_1x1", context => new ReluConvBatchNorm(context, 1), isLearnable: true);

    /// <summary><c>nor_conv_3x3</c>: ReLU, Conv3×3, BN.</summary>
    public static CandidateOperation Conv3x3 { get; } =
        new("nor_conv_3x3", context => new ReluConvBatchNorm(context, 3), isLearnable: true);

    /// <summary><c>avg_pool_3x3</c>: average pooling 3×3 without normalisation.</summary>
    public static CandidateOperation AvgPool3x3 { get; } = new("avg_pool_3x3", Blocks.AveragePool3x3, isLearnable: false);

    /// <summary>All five: none, skip_connect, nor_conv_1x1, nor_conv_3x3, avg_pool_3x3.</summary>
    public static IReadOnlyList<CandidateOperation> All { get; } = [None, SkipConnect, Conv1x1, Conv3x3, AvgPool3x3];
}
