using SingleDarts.Core.Runtime;
using static TorchSharp.torch;

namespace SingleDarts.Core.Operations;

/// <summary>
/// Calls to modules that a user's factory made, in searches and trainings: what only a real batch shows, an exception, null or another
/// shape, names the module, its place and the batch.
/// </summary>
internal static class CheckedCall
{
    /// <summary>The output of a candidate: [N, OutChannels, ...] with every size divided by the stride and rounded up.</summary>
    /// <param name="name">The candidate and its edge, at the beginning of a sentence.</param>
    /// <param name="module">The candidate.</param>
    /// <param name="place">Where it stands.</param>
    /// <param name="input">The batch.</param>
    /// <exception cref="UserPartException">It fails, or gives null or another shape.</exception>
    public static Tensor OfCandidate(Func<string> name, nn.Module<Tensor, Tensor> module, OperationContext place, Tensor input)
    {
        long[] expected = [input.shape[0], place.OutChannels, .. input.shape.Skip(2).Select(n => (n + place.Stride - 1) / place.Stride)];
        return Call(name, module.call, input, shape => shape.SequenceEqual(expected), () => $"[{string.Join(", ", expected)}]",
            $" at stride {place.Stride}");
    }

    /// <summary>The output of a fixed block, [N, OutChannels, ...]. The sizes behind are the block's own choice.</summary>
    /// <param name="name">The block, at the beginning of a sentence.</param>
    /// <param name="factory">What made it; a block of the library is not looked at.</param>
    /// <param name="block">Computes the block.</param>
    /// <param name="place">Where it stands.</param>
    /// <param name="input">The batch.</param>
    /// <exception cref="UserPartException">It fails, or gives null or other numbers of samples or channels.</exception>
    public static Tensor OfBlock(
        Func<string> name, Factory factory, Func<Tensor, Tensor> block, OperationContext place, Tensor input) => factory.IsOwn
        ? block(input)
        : Call(name, block, input, shape => shape.Length > 1 && shape[0] == input.shape[0] && shape[1] == place.OutChannels,
            () => $"[{input.shape[0]}, {place.OutChannels}, ...]");

    private static Tensor Call(
        Func<string> name, Func<Tensor, Tensor> module, Tensor input, Func<long[], bool> fits, Func<string> expected, string where = "")
    {
        string Given() => $"{name()}, given a batch [{string.Join(", ", input.shape)}],";
        Tensor? output;
        try
        {
            output = module(input);
        }
        catch (Exception e) when (e is not (OperationCanceledException or UserPartException))
        {
            throw new UserPartException(
                $"{Given()} fails: {Explained.Of(e).TrimEnd('.')}. Make it accept every batch. InnerException has the stack.", e);
        }
        if (output is null)
            throw new UserPartException($"{Given()} gives null; expected {expected()}. Return the output from forward.");
        return fits(output.shape) ? output : throw new UserPartException(
            $"{Given()} gives [{string.Join(", ", output.shape)}]{where}; expected {expected()}. " +
            "Make its output depend on the shape of its input alone.");
    }
}
