using TorchSharp.Modules;
using static TorchSharp.torch;

namespace SingleDarts.Core.Spaces;

/// <summary>What a module costs for one sample.</summary>
/// <param name="Parameters">Learned numbers: all of <c>parameters()</c>, buffers not counted.</param>
/// <param name="MultiplyAdds">
/// Multiply-adds of convolutions and linear layers; pooling, normalisation, activations and sums are not counted. This is the
/// <c>flops</c> column of the NAS-Bench-201 table.
/// </param>
/// <param name="BiasAdditions">Additions of the biases of convolutions and linear layers.</param>
public readonly record struct ModuleCost(long Parameters, long MultiplyAdds, long BiasAdditions)
{
    /// <summary>
    /// Multiply-adds and additions of biases together: what NAS-Bench-201 publishes as FLOPs (7.78305 M for the all-skip cell).
    /// </summary>
    public long Flops => MultiplyAdds + BiasAdditions;

    /// <summary>Sum of two costs.</summary>
    /// <param name="a">One cost.</param>
    /// <param name="b">The other.</param>
    public static ModuleCost operator +(ModuleCost a, ModuleCost b) => new(
        a.Parameters + b.Parameters, a.MultiplyAdds + b.MultiplyAdds, a.BiasAdditions + b.BiasAdditions);

    /// <summary>
    /// Runs a module once on zeros and counts. Convolutions and linear layers are found wherever they are modules; a convolution
    /// called as a function is not seen.
    /// </summary>
    /// <param name="module">The module; it is put into evaluation mode for the run and back.</param>
    /// <param name="sampleShape">Shape of one sample, without the batch.</param>
    /// <param name="outputShape">Shape of one output, without the batch.</param>
    public static ModuleCost Measure(
        nn.Module<Tensor, Tensor> module, IReadOnlyList<long> sampleShape, out IReadOnlyList<long> outputShape)
    {
        ArgumentNullException.ThrowIfNull(module);
        long multiplyAdds = 0, biasAdditions = 0;
        var removeHooks = new List<Action>();
        foreach (var layer in module.modules().Append(module).Distinct())
            if (layer is Convolution or Linear)
                removeHooks.Add(((nn.Module<Tensor, Tensor>)layer).register_forward_hook((m, _, output) =>
                {
                    Tensor weight = m.get_parameter("weight")!;
                    multiplyAdds += output.numel() * (weight.numel() / weight.shape[0]);
                    biasAdditions += m.get_parameter("bias") is null ? 0 : output.numel();
                    return output;
                }).remove);
        bool training = module.training;
        try
        {
            using var scope = NewDisposeScope();
            using var _ = no_grad();
            module.eval();
            Parameter? any = module.parameters().FirstOrDefault();
            outputShape = module.call(zeros([1, .. sampleShape], dtype: any?.dtype, device: any?.device)).shape[1..];
            return new ModuleCost(module.parameters().Sum(p => p.numel()), multiplyAdds, biasAdditions);
        }
        finally
        {
            removeHooks.ForEach(remove => remove());
            module.train(training);
        }
    }
}
