using static TorchSharp.torch;

namespace SingleDarts.Core.Kernels;

/// <summary>
/// Kernels of our own over the images of a batch, for one type of numbers and one width of vectors. All images but inputs x are dense.
/// Moments are mean and biased variance of each channel over batch and pixels.
/// </summary>
internal interface IImageKernels
{
    /// <summary>y = W * (w ∗ relu(a x + b)), and its moments.</summary>
    /// <param name="layer">The layer.</param>
    /// <param name="x">Input.</param>
    /// <param name="map">a and b.</param>
    (Images Y, double[] Mean, double[] Variance) Depthwise(DepthwiseLayer layer, Images x, AffineMap map);

    /// <summary>Gradients of <see cref="Depthwise"/>, with dy = p g + q (y − mean) + r in place of a gradient of y.</summary>
    /// <param name="layer">The layer.</param>
    /// <param name="x">Its input.</param>
    /// <param name="map">a and b.</param>
    /// <param name="gradient">g.</param>
    /// <param name="y">What <see cref="Depthwise"/> gave.</param>
    /// <param name="normalization">p, q, mean and r of each channel.</param>
    /// <param name="into">Gradient in a x + b that this one's is added to; a new tensor if <see langword="null"/>.</param>
    /// <param name="ofWeights">Whether the gradients of the weights are asked for.</param>
    /// <returns>Gradients in a x + b and, if they are asked for, in the weights that there are: depthwise, pointwise.</returns>
    (Images Input, Tensor[] Weights) DepthwiseBackward(DepthwiseLayer layer, Images x, AffineMap map, Images gradient, Images y,
        double[][] normalization, Images? into, bool ofWeights);

    /// <summary>Pooling 3×3 with padding 1, which the average leaves out, and its moments.</summary>
    /// <param name="x">Input.</param>
    /// <param name="isMaximum">Maximum, or average.</param>
    /// <param name="stride">Stride.</param>
    (Images Y, double[] Mean, double[] Variance) Pool(Images x, bool isMaximum, int stride);

    /// <summary>Adds the gradient of <see cref="Pool"/> to another in its input.</summary>
    /// <param name="x">Input.</param>
    /// <param name="isMaximum">Maximum, or average.</param>
    /// <param name="stride">Stride.</param>
    /// <param name="gradient">Of the pooled images.</param>
    /// <param name="into">What it is added to.</param>
    void PoolBackward(Images x, bool isMaximum, int stride, Images gradient, Images into);

    /// <summary>Σ_k a_k y_k + b.</summary>
    /// <param name="images">y_k.</param>
    /// <param name="scales">a_k for each channel.</param>
    /// <param name="shift">b for each channel.</param>
    /// <param name="into">Images that the sum is added to; new ones if <see langword="null"/>.</param>
    Images Sum(Images[] images, double[][] scales, double[] shift, Images? into = null);

    /// <summary>For each channel Σ g and Σ g (y − mean).</summary>
    /// <param name="gradient">g.</param>
    /// <param name="y">y.</param>
    /// <param name="mean">The mean of each channel.</param>
    (double[] Gradient, double[] Product) Products(Images gradient, Images y, double[] mean);

    /// <summary>Partial channels: number j of group 0 comes from the mixture, of group q from channel q C/K + j of the input times a
    /// factor, and goes to channel j K + q.</summary>
    /// <param name="mixture">[N, C/K, H, W].</param>
    /// <param name="x">[N, C, H, W].</param>
    /// <param name="factor">The factor.</param>
    Images Interleave(Images mixture, Images x, double factor);

    /// <summary>Gradients of <see cref="Interleave"/>; that in the input is added to channels C/K and on of another.</summary>
    /// <param name="gradient">Of the result.</param>
    /// <param name="x">The input.</param>
    /// <param name="k">K.</param>
    /// <param name="factor">The factor.</param>
    /// <param name="into">What the gradient in the input is added to.</param>
    /// <returns>Gradients in the mixture and in the factor.</returns>
    (Images Mixture, double Factor) InterleaveBackward(Images gradient, Images x, int k, double factor, Images into);

    /// <summary>Writes images into the first channels of others.</summary>
    /// <param name="images">The images.</param>
    /// <param name="into">The others.</param>
    void Fill(Images images, Images into);
}
