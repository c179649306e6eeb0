namespace SingleDarts.Core.Spaces;

/// <summary>One layer of a network between stem and head: a searched cell or a fixed block.</summary>
/// <param name="OutChannels">Channels of the layer's output.</param>
/// <param name="Stride">Stride of the layer: 2 halves the size.</param>
internal abstract record LayerPlacement(long OutChannels, int Stride);
