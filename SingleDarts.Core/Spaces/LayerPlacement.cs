namespace SingleDarts.Core.Spaces;

/// <summary>One layer of the network between stem and head: a searched cell or a fixed block.</summary>
public abstract record LayerPlacement
{
    private protected LayerPlacement() { }

    /// <summary>Channels that the layer gives.</summary>
    public abstract long OutChannels { get; }
}
