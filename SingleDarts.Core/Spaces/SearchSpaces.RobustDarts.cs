using SingleDarts.Core.Operations;

namespace SingleDarts.Core.Spaces;

public static partial class SearchSpaces
{
    /// <summary>The two candidates of each edge of S1, in the order of α's rows.</summary>
    private static readonly Dictionary<string, string[]> S1 = new()
    {
        ["normal"] = ["SK D3", "SK D5", "SK D5", "SK S3", "SK D3", "MP SK", "SK S3", "SK S3", "SK D3", "SK S3", "MP SK", "SK D3",
            "D3 D5", "D3 D5"],
        ["reduction"] = ["MP AP", "MP D3", "MP AP", "MP AP", "SK D5", "MP AP", "MP S3", "SK D3", "SK D5", "MP AP", "MP AP", "SK D5",
            "SK D5", "SK D5"],
    };

    /// <summary>
    /// The spaces S1 to S4 in which R-DARTS (Zela et al., ICLR 2020) shows collapses of DARTS: the cells of DARTS with few candidates. S1
    /// has two chosen ones on every edge; S2 <c>skip_connect</c> and <c>sep_conv_3x3</c>; S3 <c>none</c>, too; S4 <c>noise</c> and
    /// <c>sep_conv_3x3</c>. Genotypes are derived as in DARTS.
    /// </summary>
    /// <param name="number">1 to 4; the space is named <c>darts-s1</c> to <c>darts-s4</c>.</param>
    /// <param name="inputShape">Shape of an image: channels, height and width; for example <c>data.InputShape</c>.</param>
    /// <param name="classes">Number of classes.</param>
    /// <param name="channels">Channels C of the first cells; 16 in a search.</param>
    /// <param name="layers">Number of cells, at least 3; 8 in a search.</param>
    /// <remarks><c>automl/RobustDARTS</c>, <c>src/spaces.py</c>. α has a column for every candidate of the space; those that an edge of S1
    /// does not allow have p = 0.</remarks>
    /// <exception cref="ArgumentException">There is no such space, the samples are no images, or a size is out of range.</exception>
    public static SearchSpace RobustDarts(
        int number, IReadOnlyList<long> inputShape, int classes, long channels = 16, int layers = 8)
    {
        ArgumentNullException.ThrowIfNull(inputShape);
        RequireImage(inputShape);
        IReadOnlyList<CandidateOperation> operations = number switch
        {
            1 => [DartsOperations.MaxPool3x3, DartsOperations.AvgPool3x3, DartsOperations.SkipConnect, DartsOperations.SepConv3x3,
                DartsOperations.DilConv3x3, DartsOperations.DilConv5x5],
            2 => [DartsOperations.SkipConnect, DartsOperations.SepConv3x3],
            3 => [DartsOperations.None, DartsOperations.SkipConnect, DartsOperations.SepConv3x3],
            4 => [DartsOperations.Noise, DartsOperations.SepConv3x3],
            _ => throw new ArgumentException($"There is no space S{number} of R-DARTS; expected 1, 2, 3 or 4.", nameof(number)),
        };
        SearchSpaceBuilder space = DartsCells($"darts-s{number}", classes, channels, layers, [.. inputShape], operations)
            .Channels(channels, stemMultiplier: 3)
            .Stem(Blocks.ConvolutionStem);
        if (number == 1)
            foreach (var (kind, edges) in S1)
                for (int edge = 0; edge < edges.Length; edge++)
                    space = space.Allow(kind, edge, [.. edges[edge].Split(' ').Select(Named)]);
        return space.Build();
    }

    private static string Named(string abbreviation) => abbreviation switch
    {
        "MP" => DartsOperations.MaxPool3x3.Name,
        "AP" => DartsOperations.AvgPool3x3.Name,
        "SK" => DartsOperations.SkipConnect.Name,
        "S3" => DartsOperations.SepConv3x3.Name,
        "D3" => DartsOperations.DilConv3x3.Name,
        _ => DartsOperations.DilConv5x5.Name,
    };
}
