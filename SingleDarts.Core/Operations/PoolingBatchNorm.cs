using SingleDarts.Core.Runtime;
using static TorchSharp.torch;

namespace SingleDarts.Core.Operations;

/// <summary>
/// <c>max_pool_3x3</c> and <c>avg_pool_3x3</c> of DARTS: in a supernet followed by a batch normalisation without scale and shift, so that
/// pooling does not outweigh the normalised operations; in a network of a genotype the pooling alone.
/// </summary>
public sealed class PoolingBatchNorm : nn.Module<Tensor, Tensor>, IOnnxOperation
{
    private readonly nn.Module<Tensor, Tensor> pooling;
    private readonly BatchNormalization? normalization;

    /// <summary>Builds the module for a place.</summary>
    /// <param name="context">The place; channels are kept. It has the normalisation if the place is not affine.</param>
    /// <param name="isMaximum">Maximum, or the average that leaves padding out.</param>
    public PoolingBatchNorm(OperationContext context, bool isMaximum) : base(nameof(PoolingBatchNorm))
    {
        ArgumentNullException.ThrowIfNull(context);
        TorchRuntime.EnsureLoaded();
        IsMaximum = isMaximum;
        Stride = context.Stride;
        pooling = isMaximum ? nn.MaxPool2d(3, stride: context.Stride, padding: 1) : Blocks.AveragePool3x3(context);
        normalization = context.Affine ? null : Blocks.BatchNorm(context);
        RegisterComponents();
    }

    /// <summary>Whether a batch normalisation follows that keeps running statistics, so that two of these modules are not the
    /// same.</summary>
    public bool HasRunningStatistics => normalization is { track_running_stats: true };

    /// <summary>Maximum, or average.</summary>
    internal bool IsMaximum { get; }

    /// <summary>Spatial stride.</summary>
    internal int Stride { get; }

    /// <summary>The batch normalisation; null if there is none.</summary>
    internal BatchNormalization? Normalization => normalization;

    /// <summary>What tells poolings of one input apart.</summary>
    internal (bool, int, bool) Key => (IsMaximum, Stride, normalization is null);

    /// <summary>Whether a hook waits for a module inside to be called.</summary>
    internal bool IsWatched => ForwardHooks.Any(pooling) || (normalization is not null && ForwardHooks.Any(normalization));

    /// <summary>[N, C, ⌈H / stride⌉, ⌈W / stride⌉].</summary>
    /// <param name="input">[N, C, H, W].</param>
    public override Tensor forward(Tensor input)
    {
        using var scope = NewDisposeScope();
        Tensor pooled = pooling.call(input);
        return (normalization?.call(pooled) ?? pooled).MoveToOuterDisposeScope();
    }

    /// <inheritdoc/>
    string IOnnxOperation.Export(OnnxGraph graph, string input) =>
        normalization is null ? graph.Export(input, pooling) : graph.Export(input, pooling, normalization);
}
