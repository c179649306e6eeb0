using TorchSharp.Modules;
using static TorchSharp.torch;

namespace SingleDarts.Core.Kernels;

/// <summary>A part of a cell that is computed as a whole, forwards and backwards.</summary>
internal interface IMergedComputation
{
    /// <summary>The nodes that the outputs go to.</summary>
    int[] Targets { get; }

    /// <summary>Weights of all convolutions.</summary>
    IReadOnlyList<Parameter> Weights { get; }

    /// <summary>The outputs, and what a backward pass can make use of.</summary>
    /// <param name="inputs">Input nodes, [N, C, H, W].</param>
    /// <param name="p">Operation weights, [edges, operations].</param>
    /// <param name="weights"><see cref="Weights"/>.</param>
    /// <param name="isAgain">Whether the same pass was computed before, so that running statistics are not to be updated.</param>
    (Tensor[] Outputs, Kept[] Kept) Forward(Tensor[] inputs, Tensor p, Tensor[] weights, bool isAgain);

    /// <summary>Gradients of Σ_j ⟨output_j, g_j⟩ in the inputs, p and, if they are asked for, the weights.</summary>
    /// <param name="gradients">g_j for every output.</param>
    /// <param name="inputs">Input nodes.</param>
    /// <param name="p">Operation weights, [edges, operations].</param>
    /// <param name="weights"><see cref="Weights"/>.</param>
    /// <param name="kept">What <see cref="Forward"/> gave; let go of as soon as it has been used.</param>
    /// <param name="ofWeights">Whether those of the weights are asked for; otherwise there are none.</param>
    (Tensor[] Inputs, Tensor P, Tensor[] Weights) Backward(
        Tensor[] gradients, Tensor[] inputs, Tensor p, Tensor[] weights, Kept[] kept, bool ofWeights);
}
