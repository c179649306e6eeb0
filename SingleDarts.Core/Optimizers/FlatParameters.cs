using System.Runtime.CompilerServices;
using SingleDarts.Core.Runtime;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace SingleDarts.Core.Optimizers;

/// <summary>
/// Parameters that lie one after another in one tensor, so that an optimiser moves all of them with a handful of operations. They stay
/// what they are for everybody else: views of that tensor.
/// </summary>
internal sealed class FlatParameters
{
    private static readonly ConditionalWeakTable<Parameter, FlatParameters> Owners = [];
    private readonly Parameter[] parts;
    private readonly long[] starts;
    private readonly bool isCopy;
    private int holders;

    private FlatParameters(Parameter[] parts, bool isCopy)
    {
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        this.parts = parts;
        this.isCopy = isCopy;
        starts = new long[parts.Length];
        for (int i = 1; i < parts.Length; i++)
            starts[i] = starts[i - 1] + parts[i - 1].numel();
        All = cat([.. parts.Select(p => p.detach().reshape(-1))]).DetachFromDisposeScope();
        for (int i = 0; i < parts.Length && !isCopy; i++)
        {
            NativeKernels.ShareStorage(parts[i], Part(All, i));
            Owners.AddOrUpdate(parts[i], this);
        }
    }

    /// <summary>All values, [sum of sizes].</summary>
    public Tensor All { get; }

    /// <summary>Whether an optimiser that is not disposed moves a parameter.</summary>
    public static bool IsHeld(Parameter parameter) => Owners.TryGetValue(parameter, out FlatParameters? owner) && owner.holders > 0;

    /// <summary>Lays parameters out for an optimiser; those that already lie so together are left where they are.</summary>
    /// <param name="parameters">At least one, all of one type and device.</param>
    public static FlatParameters Of(Parameter[] parameters)
    {
        FlatParameters flat = Owners.TryGetValue(parameters[0], out FlatParameters? owner) &&
            owner.parts.SequenceEqual(parameters) && owner.IsCurrent ? owner : new FlatParameters(parameters, isCopy: false);
        flat.holders++;
        return flat;
    }

    /// <summary>A copy of parameters that stay where they are: <see cref="Read"/> takes their values, <see cref="Write"/> gives them
    /// back.</summary>
    /// <param name="parameters">At least one, all of one type and device.</param>
    public static FlatParameters CopyOf(Parameter[] parameters) => new(parameters, isCopy: true);

    /// <summary>Takes the present values of the parameters into a copy.</summary>
    public void Read()
    {
        for (int i = 0; i < parts.Length && isCopy; i++)
            Part(All, i).copy_(parts[i]);
    }

    /// <summary>Gives the values of a copy to the parameters.</summary>
    public void Write()
    {
        for (int i = 0; i < parts.Length && isCopy; i++)
            parts[i].copy_(Part(All, i));
    }

    /// <summary>An optimiser no longer moves the parameters.</summary>
    public void Release()
    {
        holders--;
        if (isCopy)
            All.Dispose();
    }

    /// <summary>The values of one parameter in a tensor of the layout of <see cref="All"/>: a view of the parameter's shape.</summary>
    /// <param name="flat">[sum of sizes].</param>
    /// <param name="index">Which parameter.</param>
    public Tensor Part(Tensor flat, int index) => flat.narrow(0, starts[index], parts[index].numel()).view(parts[index].shape);

    /// <summary>The parameters' gradients, or zeros for those that have none, one after another: [sum of sizes].</summary>
    /// <exception cref="InvalidOperationException">Another optimiser has changed the layout of the parameters.</exception>
    public Tensor GatherGradients()
    {
        if (!IsCurrent)
            throw new InvalidOperationException(
                "Another updater was made for some of these parameters and not for all of them; make this updater anew.");
        using var scope = NewDisposeScope();
        Tensor zero = zeros(1, All.dtype, All.device);
        return cat([.. parts.Select(p => p.grad is { } gradient ? gradient.reshape(-1) : zero.expand(p.numel()))])
            .MoveToOuterDisposeScope();
    }

    private bool IsCurrent => isCopy || parts.All(part =>
        Owners.TryGetValue(part, out FlatParameters? owner) && ReferenceEquals(owner, this));
}
