namespace SingleDarts.Core.Operations;

/// <summary>
/// The candidates of sharpDARTS (Hundt et al., 2019; <c>ahundt/sharpDARTS</c>, <c>cnn/operations.py</c>) in the column order of α. Every
/// convolution is a SharpSepConv, <see cref="SeparableConvolution"/>: the dilated ones have a second half, too, which is not dilated;
/// <c>flood</c> has four times the channels in the middle, and <c>choke</c> has 32.
/// </summary>
/// <remarks><c>dil_conv_3x3</c> is another operation here than in <see cref="DartsOperations"/>, so that a genotype of one list has no
/// network of the other.</remarks>
public static class SharpDartsOperations
{
    /// <summary><c>dil_conv_3x3</c>, with a second half.</summary>
    public static CandidateOperation DilConv3x3 { get; } = Sharp("dil_conv_3x3", dilation: 2);

    /// <summary><c>flood_conv_3x3</c>: four times the channels in the middle.</summary>
    public static CandidateOperation FloodConv3x3 { get; } = Sharp("flood_conv_3x3", place => 4 * place.OutChannels);

    /// <summary><c>dil_flood_conv_3x3</c>.</summary>
    public static CandidateOperation DilFloodConv3x3 { get; } = Sharp("dil_flood_conv_3x3", place => 4 * place.OutChannels, dilation: 2);

    /// <summary><c>choke_conv_3x3</c>: 32 channels in the middle.</summary>
    public static CandidateOperation ChokeConv3x3 { get; } = Sharp("choke_conv_3x3", _ => 32);

    /// <summary><c>dil_choke_conv_3x3</c>.</summary>
    public static CandidateOperation DilChokeConv3x3 { get; } = Sharp("dil_choke_conv_3x3", _ => 32, dilation: 2);

    /// <summary>The nine of the default list.</summary>
    public static IReadOnlyList<CandidateOperation> All { get; } =
    [
        DartsOperations.None, DartsOperations.MaxPool3x3, DartsOperations.SkipConnect, DartsOperations.SepConv3x3, DilConv3x3,
        FloodConv3x3, DilFloodConv3x3, ChokeConv3x3, DilChokeConv3x3,
    ];

    private static CandidateOperation Sharp(string name, Func<OperationContext, long>? middle = null, int dilation = 1) =>
        new(name, place => new SeparableConvolution(place, 3, middle?.Invoke(place), dilation), isLearnable: true);
}
