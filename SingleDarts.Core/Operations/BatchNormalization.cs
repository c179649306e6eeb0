using SingleDarts.Core.Runtime;
using static TorchSharp.torch;

namespace SingleDarts.Core.Operations;

/// <summary>
/// Batch normalisation of images with ε = 1e-5 and momentum 0.1, as <c>nn.BatchNorm2d</c>, with the same names in its
/// <c>state_dict</c>. TorchSharp's own counts its batches with a number that nothing keeps alive (<see cref="TensorArithmetic"/>).
/// </summary>
public sealed class BatchNormalization : TorchSharp.Modules.BatchNorm
{
    /// <summary>Builds the module.</summary>
    /// <param name="channels">Channels C of the input.</param>
    /// <param name="affine">Whether it learns a scale and a shift for each channel.</param>
    /// <param name="trackRunningStatistics">Whether it keeps running means and variances for evaluation mode.</param>
    public BatchNormalization(long channels, bool affine = true, bool trackRunningStatistics = true)
        : base(channels, 1e-5, 0.1, affine, trackRunningStatistics, null, null, "BatchNorm2d")
    {
    }

    /// <summary>[N, C, H, W].</summary>
    /// <param name="input">[N, C, H, W].</param>
    public override Tensor forward(Tensor input)
    {
        ValidateInputDimensions(input);
        bool tracks = training && track_running_stats;
        if (tracks)
            num_batches_tracked!.Plus_(1L);
        bool usesRunning = !training || track_running_stats;
        return nn.functional.batch_norm(
            input, usesRunning ? running_mean : null, usesRunning ? running_var : null, weight, bias,
            training || running_mean is null, momentum ?? 0, eps);
    }

    /// <summary>Updates the running statistics, if the module keeps them, as a forward pass in training mode does.</summary>
    /// <param name="mean">Mean of each channel of the batch.</param>
    /// <param name="variance">Biased variance of each channel.</param>
    /// <param name="count">Values of a channel.</param>
    internal void Track(double[] mean, double[] variance, long count)
    {
        if (!training || !track_running_stats)
            return;
        using var scope = NewDisposeScope();
        using var noGrad = no_grad();
        num_batches_tracked!.Plus_(1L);
        double share = momentum ?? 0, unbiased = (double)count / Math.Max(1, count - 1);
        double[] variances = [.. variance.Select(v => v * unbiased)];
        running_mean!.Times_(1 - share).Plus_(from_array(mean).to(running_mean!.dtype), share);
        running_var!.Times_(1 - share).Plus_(from_array(variances).to(running_var!.dtype), share);
    }

    /// <inheritdoc/>
    protected override void ValidateInputDimensions(Tensor input)
    {
        ArgumentNullException.ThrowIfNull(input);
        if (input.dim() != 4)
            throw new ArgumentException($"The input is [{string.Join(", ", input.shape)}]; expected [N, C, H, W].", nameof(input));
    }
}
