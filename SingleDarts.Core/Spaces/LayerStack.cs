using SingleDarts.Core.Operations;
using SingleDarts.Core.Runtime;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace SingleDarts.Core.Spaces;

/// <summary>The modules of a layout and the walk through them. The network that owns them registers them under names of its own.</summary>
/// <typeparam name="TCell">Module of a searched cell.</typeparam>
internal sealed class LayerStack<TCell>
    where TCell : nn.Module
{
    private readonly NetworkLayout layout;

    /// <summary>Makes all modules, from the stem to the head.</summary>
    /// <param name="layout">The layout.</param>
    /// <param name="createCell">Makes a searched cell.</param>
    public LayerStack(NetworkLayout layout, Func<CellPlacement, TCell> createCell)
    {
        this.layout = layout;
        Stem = layout.Stem.Create();
        Layers = nn.ModuleList([.. layout.Layers.Select(layer => layer is CellPlacement cell
            ? (nn.Module)createCell(cell)
            : ((BlockPlacement)layer).Create())]);
        Head = layout.Head.Create();
    }

    /// <summary>The first block.</summary>
    public nn.Module<Tensor, Tensor> Stem { get; }

    /// <summary>Cells and fixed blocks.</summary>
    public ModuleList<nn.Module> Layers { get; }

    /// <summary>The last block.</summary>
    public nn.Module<Tensor, Tensor> Head { get; }

    /// <summary>The searched cells, from the first to the last.</summary>
    public IEnumerable<TCell> Cells => Layers.OfType<TCell>();

    /// <summary>Whether the network of the layers has been disposed.</summary>
    public bool IsDisposed { get; set; }

    /// <exception cref="ObjectDisposedException">The network has been disposed.</exception>
    public void ThrowIfDisposed()
    {
        if (IsDisposed)
            throw new ObjectDisposedException(null, "The network has been disposed; dispose it after its last use.");
    }

    /// <summary>Logits [N, classes]. The caller has opened a dispose scope.</summary>
    /// <param name="input">[N, ...] of the layout's input shape.</param>
    /// <param name="cell">Output of a cell from the outputs of the layer before the previous one and of the previous one.</param>
    /// <exception cref="ArgumentException">The input has another shape.</exception>
    public Tensor Forward(Tensor input, Func<TCell, Tensor, Tensor, Tensor> cell) => ForwardBehindStem(ForwardStem(input), cell);

    /// <summary>Output of the stem.</summary>
    /// <param name="input">[N, ...] of the layout's input shape.</param>
    /// <exception cref="ArgumentException">The input has another shape.</exception>
    public Tensor ForwardStem(Tensor input)
    {
        ThrowIfDisposed();
        ArgumentNullException.ThrowIfNull(input);
        if (!input.shape.Skip(1).SequenceEqual(layout.InputShape))
            throw new ArgumentException(
                $"The batch is [{string.Join(", ", input.shape)}]; the network expects [N, {string.Join(", ", layout.InputShape)}].",
                nameof(input));
        if (!input.is_floating_point())
            throw new ArgumentException($"The batch is of {input.dtype}; the network expects floating point, for example by a BatchSource.",
                nameof(input));
        return Call("The stem", layout.Stem, Stem, input.dim() == 4 ? NativeKernels.ChannelsLast(input) : input);
    }

    /// <summary>Logits [N, classes] from the output of a stem, which may be another network's. The caller has opened a dispose
    /// scope.</summary>
    /// <param name="stem">[N, C, ...].</param>
    /// <param name="cell">As for <see cref="Forward"/>.</param>
    /// <param name="watch">Sees the index and output of every layer.</param>
    public Tensor ForwardBehindStem(Tensor stem, Func<TCell, Tensor, Tensor, Tensor> cell, Action<int, Tensor>? watch = null) =>
        Walk(stem, Call, cell, watch);

    /// <summary>What comes out of the head, for tensors or for what stands for them.</summary>
    /// <typeparam name="T">A tensor, or the name of one in a graph.</typeparam>
    /// <param name="stem">What comes out of the stem.</param>
    /// <param name="block">Output of a fixed block or of the head, with its name and place, from its input.</param>
    /// <param name="cell">As for <see cref="Forward"/>.</param>
    /// <param name="watch">Sees the index and output of every layer.</param>
    public T Walk<T>(
        T stem, Func<string, BlockPlacement, nn.Module<Tensor, Tensor>, T, T> block, Func<TCell, T, T, T> cell,
        Action<int, T>? watch = null)
    {
        var inputs = new LayerInputs<T>(stem);
        for (int i = 0; i < layout.Layers.Count; i++)
        {
            T output = Layers[i] is TCell searched
                ? cell(searched, inputs.Before, inputs.Previous)
                : block("The block between stages", (BlockPlacement)layout.Layers[i], (nn.Module<Tensor, Tensor>)Layers[i],
                    inputs.Previous);
            watch?.Invoke(i, output);
            inputs = inputs.Behind(layout.Layers[i], output);
        }
        return block("The head", layout.Head, Head, inputs.Previous);
    }

    private static Tensor Call(string name, BlockPlacement block, nn.Module<Tensor, Tensor> module, Tensor input) =>
        CheckedCall.OfBlock(() => name, block.Factory, module.call, block.Context, input);
}
