using static TorchSharp.torch;

namespace SingleDarts.Core.Operations;

/// <summary>Calls of factories that others wrote. What they make is registered, so that RegisterComponents can be forgotten.</summary>
internal static class Factory
{
    /// <summary>Whether a factory is the library's own, which draws first weights from the generator of the run alone.</summary>
    /// <param name="create">The factory.</param>
    public static bool IsOwn(Delegate create) => create.Method.Module.Assembly == typeof(Factory).Assembly;

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
        Register(module ?? throw new InvalidOperationException($"The factory of {part} returned null for {context}; it must return a " +
            "module."));
        return module;
    }

    /// <summary>A module registers its fields when another takes it; a Sequential does not ask its own to.</summary>
    private static void Register(nn.Module module)
    {
        new Holder().Take(module);
        foreach (nn.Module child in module.children())
            Register(child);
    }

    private sealed class Holder() : nn.Module(nameof(Holder))
    {
        public void Take(nn.Module module) => register_module("part", module);
    }
}
