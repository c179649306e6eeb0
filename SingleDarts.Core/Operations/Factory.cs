using SingleDarts.Core.Runtime;

using static TorchSharp.torch;

namespace SingleDarts.Core.Operations;

/// <summary>
/// A factory of modules, the library's or a user's, with what it makes. It registers the modules' fields, so that users can leave out
/// RegisterComponents.
/// </summary>
/// <param name="create">The function.</param>
/// <param name="part">What it makes, in the middle of a sentence.</param>
internal sealed class Factory(Func<OperationContext, nn.Module<Tensor, Tensor>> create, string part)
{
    /// <summary>What the factory makes, in the middle of a sentence.</summary>
    public string Part => part;

    /// <summary>Whether the factory is the library's own, which draws first weights from the generator of the run alone.</summary>
    public bool IsOwn => create.Method.Module.Assembly == typeof(Factory).Assembly;

    /// <summary>Makes a module for a place.</summary>
    /// <param name="context">The place.</param>
    /// <exception cref="InvalidOperationException">The function returned null.</exception>
    /// <exception cref="ArgumentException">The function failed.</exception>
    public nn.Module<Tensor, Tensor> Create(OperationContext context)
    {
        nn.Module<Tensor, Tensor>? module;
        try
        {
            module = create(context);
        }
        catch (Exception e)
        {
            throw new ArgumentException($"The factory of {part} fails for {context}: {Explained.Of(e)}", e);
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
