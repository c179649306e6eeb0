using SingleDarts.Core.Operations;
using SingleDarts.Core.Spaces;
using static TorchSharp.torch;

namespace SingleDarts.Core.Supernets;

/// <summary>
/// Tries the parts of a supernet one by one, each once for every place that differs by channels, stride or size, so that a candidate that
/// spoils the others is named before they meet. The caller has begun random numbers; the supernet is not used afterwards.
/// </summary>
internal sealed class SupernetProbe
{
    private readonly Supernet supernet;
    private readonly SupernetOptions options;
    private readonly List<string> faults = [];
    private readonly Dictionary<(string Part, OperationContext Place, string Input), IReadOnlyList<long>?> outputs = [];
    private readonly HashSet<(string Part, int Stride)> failed = [];

    /// <summary>Tries a supernet.</summary>
    /// <param name="supernet">The supernet as it was built.</param>
    /// <param name="options">What it was built with.</param>
    public SupernetProbe(Supernet supernet, SupernetOptions options)
    {
        (this.supernet, this.options) = (supernet, options);
        faults.AddRange(SupernetPart.Of(supernet).Where(part => part.Module.modules().Prepend(part.Module).Any(module => !module.training))
            .GroupBy(part => part.Candidate?.Name ?? part.Name).Select(parts =>
                $"{parts.First().Name} is in evaluation mode; expected training mode, into which a search puts every module. Leave " +
                "eval() out of its factory."));
        supernet.train();
        NetworkLayout layout = supernet.Space.Layout;
        if (Try("The stem", "stem", supernet.Stem, layout.Stem.Context, layout.InputShape,
                given => Channels("The stem", given, layout.Stem.Context), readsData: true) is not { } stem)
            return;
        var inputs = new LayerInputs<IReadOnlyList<long>>(stem);
        foreach (var (layer, placement) in supernet.Layers.Zip(layout.Layers))
        {
            IReadOnlyList<long>? output = placement is BlockPlacement block
                ? Try("The block between stages", "block", (nn.Module<Tensor, Tensor>)layer, block.Context, inputs.Previous,
                    given => Channels("The block between stages", given, block.Context))
                : Try((SupernetCell)layer, inputs.Before, inputs.Previous);
            if (output is null)
                return;
            inputs = inputs.Behind(placement, output);
        }
        Try("The head", "head", supernet.Head, layout.Head.Context, inputs.Previous, given => given.SequenceEqual([layout.Classes]) ? null
            : $"The head of '{supernet.Space.Name}' gives [N, {string.Join(", ", given)}]; expected [N, {layout.Classes}]. End it with a " +
                "pooling or a flattening and a linear layer.");
    }

    /// <summary>Sentences that name the parts and what is wrong with them.</summary>
    public IReadOnlyList<string> Faults => faults;

    /// <summary>Whether a part draws from the global generator.</summary>
    public bool IsRandom { get; private set; }

    private IReadOnlyList<long>? Try(SupernetCell cell, IReadOnlyList<long> before, IReadOnlyList<long> previous)
    {
        CellSpecification kind = cell.Placement.Cell;
        CellTopology topology = kind.Topology;
        var nodes = new IReadOnlyList<long>?[topology.Nodes];
        for (int i = 0; i < topology.Inputs; i++)
        {
            string name = SupernetPart.NameOf(kind, i);
            OperationContext context = cell.Placement.Inputs[i];
            nodes[i] = Try(name, "preprocessing", cell.Preprocessing[i], context, i == topology.Inputs - 1 ? previous : before, given =>
                Channels(name, given, context) ?? (i == 0 || nodes[0] is not { } first || given.SequenceEqual(first) ? null
                    : $"{name} gives [N, {string.Join(", ", given)}] and that of input 0 [N, {string.Join(", ", first)}]; expected one " +
                        "shape for both."));
        }
        foreach (CellEdge edge in topology.Edges)
        {
            if (nodes[edge.Source] is not { } source)
                return null;
            OperationContext context = options.Adapt(cell.Placement.Place(edge));
            MixedOp mixture = cell[edge.Index];
            nodes[edge.Target] ??= Behind(context, source);
            IReadOnlyList<long> inner = [mixture.PlaceOfCandidates.InChannels, .. source.Skip(1)];
            foreach (int k in kind.Allowed(edge))
                TryOnEdge(SupernetPart.NameOf(kind, edge, kind.Operations[k]), $"'{kind.Operations[k].Name}'", mixture[k],
                    mixture.PlaceOfCandidates, inner, kind.Operations[k].IsZero);
            if (mixture.IsDecorated && faults.Count == 0)
                TryOnEdge($"The decorated edge {edge.Source}->{edge.Target} of cell '{kind.Name}'", "edge", new DecoratedEdge(mixture),
                    context, source);
        }
        return [nodes[^1]![0] * topology.OutputMultiplier, .. nodes[^1]!.Skip(1)];
    }

    private static long[] Behind(OperationContext place, IReadOnlyList<long> source) =>
        [place.OutChannels, .. source.Skip(1).Select(n => (n + place.Stride - 1) / place.Stride)];

    private void TryOnEdge(
        string name, string part, nn.Module<Tensor, Tensor> module, OperationContext place, IReadOnlyList<long> source,
        bool isZero = false)
    {
        long[] expected = Behind(place, source);
        Try(name, part, module, place, source, given => given.SequenceEqual(expected) ? null
            : $"{name} turns [N, {string.Join(", ", source)}] into [N, {string.Join(", ", given)}] at stride {place.Stride}; expected " +
                $"[N, {string.Join(", ", expected)}]. Pad it so that all operations of an edge agree.", isZero: isZero);
    }

    /// <summary>The mixture of an edge with its decorators, with equal operation weights.</summary>
    private sealed class DecoratedEdge : nn.Module<Tensor, Tensor>
    {
        private readonly MixedOp mixture;

        public DecoratedEdge(MixedOp mixture) : base(nameof(DecoratedEdge))
        {
            this.mixture = mixture;
            RegisterComponents();
        }

        public override Tensor forward(Tensor input)
        {
            using var scope = NewDisposeScope();
            return mixture.call(input, ones(mixture.Count, input.dtype, input.device)).MoveToOuterDisposeScope();
        }
    }

    /// <summary>Shape of one sample of what a part gives; null if that cannot be known.</summary>
    private IReadOnlyList<long>? Try(
        string name, string part, nn.Module<Tensor, Tensor> module, OperationContext context, IReadOnlyList<long> input,
        Func<IReadOnlyList<long>, string?> shapeFault, bool readsData = false, bool isZero = false)
    {
        // One sentence for a part and stride is enough.
        if (failed.Contains((part, context.Stride)))
            return null;
        var place = (part, context, string.Join('x', input));
        if (outputs.TryGetValue(place, out IReadOnlyList<long>? known))
            return known;
        var trial = new ModuleProbe(name, module, input, supernet.Device, supernet.DataType, shapeFault, readsData, isZero);
        IsRandom |= trial.IsRandom;
        faults.AddRange(trial.Faults);
        if (trial.Faults.Count > 0)
            failed.Add((part, context.Stride));
        return outputs[place] = trial.Output;
    }

    private static string? Channels(string name, IReadOnlyList<long> given, OperationContext context) =>
        given.Count > 0 && given[0] == context.OutChannels ? null : $"{name} gives [N, {string.Join(", ", given)}]; expected " +
            $"{context.OutChannels} channels.";
}
