using SingleDarts.Core.Kernels;
using SingleDarts.Core.Operations;
using SingleDarts.Core.Runtime;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace SingleDarts.Core.Supernets;

/// <summary>
/// A <see cref="NodeMixture"/> of the first C/K channels of a node, behind each target's <see cref="PartialChannels"/>: what the candidates
/// see and its poolings are the same for all edges that leave the node. The mixing weights are one row: p times the factors of the edges,
/// then the factors, which the channels beside the mixture have as well.
/// </summary>
/// <param name="kernels">The kernels.</param>
/// <param name="mixture">The mixture.</param>
/// <param name="k">K.</param>
/// <param name="factors">For each target the place of its edge's factor.</param>
internal sealed class PartialMixture(IImageKernels kernels, NodeMixture mixture, int k, int[] factors) : IMergedComputation
{
    /// <inheritdoc/>
    public int[] Targets => mixture.Targets;

    /// <inheritdoc/>
    public IReadOnlyList<Parameter> Weights => mixture.Weights;

    /// <inheritdoc/>
    public (Tensor[] Outputs, Kept[] Kept) Forward(Tensor[] inputs, Tensor p, Tensor[] weights, bool isAgain)
    {
        Images x = Images.Of(inputs[0]);
        var (mixtures, kept) = mixture.Forward([Seen(inputs[0])], p, weights, isAgain);
        double[] mixing = Host.Doubles(p);
        return ([.. mixtures.Select((each, slot) => kernels.Interleave(Images.Of(each), x, mixing[factors[slot]]).Tensor)], kept);
    }

    /// <inheritdoc/>
    public (Tensor[] Inputs, Tensor P, Tensor[] Weights) Backward(
        Tensor[] gradients, Tensor[] inputs, Tensor p, Tensor[] weights, Kept[] kept, bool ofWeights)
    {
        Images x = Images.Of(inputs[0]), dx = Images.New(x, x.Channels, x.Height, x.Width);
        dx.Tensor.zero_();
        double[] mixing = Host.Doubles(p), shares = new double[mixing.Length];
        var ofMixtures = new Tensor[gradients.Length];
        for (int slot = 0; slot < gradients.Length; slot++)
        {
            int place = factors[slot];
            var (ofMixture, share) = kernels.InterleaveBackward(Images.DenseOf(gradients[slot]), x, k, mixing[place], dx);
            (ofMixtures[slot], shares[place]) = (ofMixture.Tensor, share);
        }
        var (seen, ofP, dw) = mixture.Backward(ofMixtures, [Seen(inputs[0])], p, weights, kept, ofWeights);
        kernels.Fill(Images.Of(seen[0]), dx);
        using Tensor ofFactors = from_array(shares);
        return ([dx.Tensor], ofP.Plus_(ofFactors.to(ofP.dtype).view(ofP.shape)), dw);
    }

    private Tensor Seen(Tensor x) => x.narrow(1, 0, x.shape[1] / k);
}
