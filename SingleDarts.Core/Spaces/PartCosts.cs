using System.Runtime.InteropServices;
using SingleDarts.Core.Operations;
using SingleDarts.Core.Runtime;
using static TorchSharp.torch;

namespace SingleDarts.Core.Spaces;

/// <summary>Costs and output shapes of the parts of a space, each measured once for each place and input shape.</summary>
/// <param name="space">Name of the space, for messages.</param>
internal sealed class PartCosts(string space)
{
    private readonly Dictionary<(object, OperationContext, string), (ModuleCost Cost, IReadOnlyList<long> Output)> known = [];

    /// <summary>Cost and output shape of a fixed block or a preprocessing.</summary>
    /// <exception cref="ArgumentException">The part fails, or gives another number of channels than its place needs.</exception>
    public (ModuleCost Cost, IReadOnlyList<long> Output) Measure(Factory factory, OperationContext context, IReadOnlyList<long> input)
    {
        var measured = Measure(factory, factory.Part, factory.Create, context, input);
        if (measured.Output.Count == 0 || measured.Output[0] != context.OutChannels)
            throw new ArgumentException(
                $"{Capital(factory.Part)} of '{space}' gives {Batch(measured.Output)}; expected {context.OutChannels} channels.");
        return measured;
    }

    /// <summary>Cost of a candidate.</summary>
    /// <exception cref="ArgumentException">The candidate fails, or gives another shape than its place needs.</exception>
    public ModuleCost Measure(CandidateOperation operation, OperationContext context, IReadOnlyList<long> input)
    {
        var (cost, output) = Measure(operation, $"operation '{operation.Name}'", operation.Create, context, input);
        long[] expected = [context.OutChannels, .. input.Skip(1).Select(n => (n + context.Stride - 1) / context.Stride)];
        return output.SequenceEqual(expected) ? cost : throw new ArgumentException(
            $"Operation '{operation.Name}' of '{space}' turns {Batch(input)} into {Batch(output)} at stride {context.Stride}; expected " +
            $"{Batch(expected)}. Pad it so that all operations of an edge agree.");
    }

    /// <summary>Checks that the head gives one logit for each class.</summary>
    /// <exception cref="ArgumentException">It does not.</exception>
    public void RequireLogits(IReadOnlyList<long> output, int classes)
    {
        if (output.Count != 1)
            throw new ArgumentException(
                $"The head of '{space}' gives {Batch(output)}; expected [N, {classes}]. " +
                "End the head with a pooling or a flattening and a linear layer.");
    }

    private (ModuleCost Cost, IReadOnlyList<long> Output) Measure(
        object part, string name, Func<OperationContext, nn.Module<Tensor, Tensor>> create, OperationContext context,
        IReadOnlyList<long> input)
    {
        var key = (part, context, string.Join('x', input));
        if (known.TryGetValue(key, out var measured))
            return measured;
        using nn.Module<Tensor, Tensor> module = create(context);
        try
        {
            ModuleCost cost = ModuleCost.Measure(module, input, out IReadOnlyList<long> output);
            return known[key] = (cost, output);
        }
        catch (Exception e) when (e is ExternalException or ArgumentException or InvalidOperationException or NotSupportedException)
        {
            throw new ArgumentException(
                $"{Capital(name)} of '{space}' fails on an input {Batch(input)} with {context}: {Explained.Of(e)}", e);
        }
    }

    private static string Batch(IReadOnlyList<long> shape) => $"[N, {string.Join(", ", shape)}]";

    private static string Capital(string part) => char.ToUpperInvariant(part[0]) + part[1..];
}
