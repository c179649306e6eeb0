namespace SingleDarts.Core.Spaces;

/// <summary>
/// What the next layer can read, in a walk from the stem to the head: a cell of two inputs reads the outputs of the two layers before it,
/// everything else the last one. Every walk (channels, shapes, tensors) uses this rule.
/// </summary>
/// <typeparam name="T">What is known of an output.</typeparam>
/// <param name="Before">The output of the layer before the previous one; the previous one's behind a stem or a fixed block.</param>
/// <param name="Previous">The output of the previous layer.</param>
internal readonly record struct LayerInputs<T>(T Before, T Previous)
{
    /// <summary>The inputs behind the stem.</summary>
    /// <param name="stem">Output of the stem.</param>
    public LayerInputs(T stem) : this(stem, stem)
    {
    }

    /// <summary>The inputs behind a layer.</summary>
    /// <param name="layer">The layer that read these inputs.</param>
    /// <param name="output">Its output.</param>
    public LayerInputs<T> Behind(LayerPlacement layer, T output) =>
        new(layer is BlockPlacement { PassInput: false } ? output : Previous, output);
}
