using static TorchSharp.torch;

namespace SingleDarts.Core.Operations;

/// <summary>Calls of factories that others wrote.</summary>
internal static class Factory
{
    /// <summary>What a factory makes for a place.</summary>
    /// <param name="create">The factory.</param>
    /// <param name="context">The place.</param>
    /// <param name="part">What the factory makes, in the middle of a sentence.</param>
    /// <exception cref="InvalidOperationException">It returned null.</exception>
    /// <exception cref="ArgumentException">It failed.</exception>
    public static nn.Module<Tensor, Tensor> Call(Func<OperationContext, nn.Module<Tensor, Tensor>> create, OperationContext context, string part)
    {
        nn.Module<Tensor, Tensor>? module;
        try
        {
            module = create(context);
        }
        catch (Exception e)
        {
            throw new ArgumentException($"The factory of {part} fails for {context}: {e.Message.Split('\n')[0]}", e);
        }
        return module ?? throw new InvalidOperationException($"The factory of {part} returned null for {context}; it must return a module.");
    }
}
