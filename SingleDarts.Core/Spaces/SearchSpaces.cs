using SingleDarts.Core.Operations;

namespace SingleDarts.Core.Spaces;

/// <summary>The published search spaces.</summary>
public static partial class SearchSpaces
{
    /// <summary>
    /// NAS-Bench-201 (Dong and Yang, ICLR 2020): cells of one input and three computed nodes, six edges, five operations, 15,625
    /// genotypes; three stages with <see cref="ResidualDownsampling"/> between them.
    /// </summary>
    /// <param name="classes">10 (CIFAR-10), 100 (CIFAR-100) or 120 (ImageNet16-120).</param>
    /// <param name="channels">Channels C of the first stage; 16 in the benchmark and the paper.</param>
    /// <param name="cellsPerStage">Cells N of each stage; 5 in the benchmark and the paper.</param>
    /// <param name="inputChannels">Channels of an image.</param>
    /// <param name="height">Height in pixels, a multiple of 4.</param>
    /// <param name="width">Width in pixels, a multiple of 4.</param>
    /// <exception cref="ArgumentException">A size is out of range.</exception>
    public static SearchSpace NasBench201(
        int classes = 10, long channels = 16, int cellsPerStage = 5, long inputChannels = 3, long height = 32, long width = 32)
    {
        if (height % 4 != 0 || width % 4 != 0)
            throw new ArgumentException(
                $"NAS-Bench-201 halves the image twice, so height and width must be multiples of 4; found {height}×{width}.");
        return SearchSpace.Define("nasbench201")
            .Input(inputChannels, height, width)
            .Classes(classes)
            .Operations(NasBench201Operations.All)
            .Cell(nodes: 3)
            .Stages(3, cellsPerStage)
            .Channels(channels)
            .Build();
    }

    /// <summary>NAS-Bench-201 for the images and classes of a dataset.</summary>
    /// <param name="inputShape">Shape of an image: channels, height and width; for example <c>data.InputShape</c>.</param>
    /// <param name="classes">Number of classes.</param>
    /// <param name="channels">Channels C of the first stage; 16 in the benchmark and the paper.</param>
    /// <param name="cellsPerStage">Cells N of each stage; 5 in the benchmark and the paper.</param>
    /// <exception cref="ArgumentException">The samples are no images, or a size is out of range.</exception>
    public static SearchSpace NasBench201(IReadOnlyList<long> inputShape, int classes, long channels = 16, int cellsPerStage = 5)
    {
        ArgumentNullException.ThrowIfNull(inputShape);
        RequireImage(inputShape);
        return NasBench201(classes, channels, cellsPerStage, inputShape[0], inputShape[1], inputShape[2]);
    }

    /// <summary>
    /// DARTS on CIFAR (Liu et al., ICLR 2019): normal and reduction cells of two inputs, four nodes and 14 edges, eight operations; the
    /// supernet has 1,930,618 weights by default. Cells ⌊layers / 3⌋ and ⌊2 layers / 3⌋ (from 0) are reduction cells.
    /// </summary>
    /// <param name="classes">Number of classes.</param>
    /// <param name="channels">Channels C of the first cells; 16 in a search, 36 in a network that is trained.</param>
    /// <param name="layers">Number of cells, at least 3; 8 in a search, 20 (14 in the paper) in a network that is trained.</param>
    /// <param name="height">Height in pixels.</param>
    /// <param name="width">Width in pixels.</param>
    /// <param name="inputChannels">Channels of an image.</param>
    /// <param name="operations">The candidates; <see cref="DartsOperations.All"/> if <see langword="null"/>.</param>
    /// <exception cref="ArgumentException">A size is out of range.</exception>
    public static SearchSpace Darts(
        int classes = 10, long channels = 16, int layers = 8, long height = 32, long width = 32, long inputChannels = 3,
        IReadOnlyList<CandidateOperation>? operations = null) =>
        DartsCells("darts", classes, channels, layers, [inputChannels, height, width], operations)
            .Channels(channels, stemMultiplier: 3)
            .Stem(Blocks.ConvolutionStem)
            .Build();

    /// <summary>
    /// DARTS on CIFAR with the nine candidates of sharpDARTS (Hundt et al., 2019), <see cref="SharpDartsOperations.All"/>; also the
    /// layout of its networks, with 36 channels and 20 cells.
    /// </summary>
    /// <inheritdoc cref="Darts(int, long, int, long, long, long, IReadOnlyList{CandidateOperation}?)"/>
    public static SearchSpace SharpDarts(
        int classes = 10, long channels = 16, int layers = 8, long height = 32, long width = 32, long inputChannels = 3) =>
        DartsCells("sharpdarts", classes, channels, layers, [inputChannels, height, width], SharpDartsOperations.All)
            .Channels(channels, stemMultiplier: 3)
            .Stem(Blocks.ConvolutionStem)
            .Build();

    /// <summary>The space of sharpDARTS for the images and classes of a dataset.</summary>
    /// <inheritdoc cref="Darts(IReadOnlyList{long}, int, long, int, IReadOnlyList{CandidateOperation}?)"/>
    public static SearchSpace SharpDarts(IReadOnlyList<long> inputShape, int classes, long channels = 16, int layers = 8)
    {
        ArgumentNullException.ThrowIfNull(inputShape);
        RequireImage(inputShape);
        return SharpDarts(classes, channels, layers, inputShape[1], inputShape[2], inputShape[0]);
    }

    /// <summary>DARTS for the images and classes of a dataset.</summary>
    /// <param name="inputShape">Shape of an image: channels, height and width; for example <c>data.InputShape</c>.</param>
    /// <param name="classes">Number of classes.</param>
    /// <param name="channels">Channels C of the first cells; 16 in a search, 36 in a network that is trained.</param>
    /// <param name="layers">Number of cells, at least 3; 8 in a search, 20 (14 in the paper) in a network that is trained.</param>
    /// <param name="operations">The candidates; <see cref="DartsOperations.All"/> if <see langword="null"/>.</param>
    /// <exception cref="ArgumentException">The samples are no images, or a size is out of range.</exception>
    public static SearchSpace Darts(
        IReadOnlyList<long> inputShape, int classes, long channels = 16, int layers = 8,
        IReadOnlyList<CandidateOperation>? operations = null)
    {
        ArgumentNullException.ThrowIfNull(inputShape);
        RequireImage(inputShape);
        return Darts(classes, channels, layers, inputShape[1], inputShape[2], inputShape[0], operations);
    }

    /// <summary>
    /// DARTS on ImageNet: as DARTS on CIFAR behind three convolutions of stride 2; the supernet has 2,215,648 weights by default.
    /// </summary>
    /// <param name="classes">Number of classes.</param>
    /// <param name="channels">Channels C of the first cells; 16 in a search, 48 in a network that is trained.</param>
    /// <param name="layers">Number of cells, at least 3; 8 in a search, 14 in a network that is trained.</param>
    /// <param name="stemMultiplier">Channels of the stem as a multiple of C; 3 in a search, 1 in a network that is trained.</param>
    /// <param name="size">Height and width in pixels.</param>
    /// <param name="operations">The candidates; <see cref="DartsOperations.All"/> if <see langword="null"/>.</param>
    /// <exception cref="ArgumentException">A size is out of range.</exception>
    public static SearchSpace DartsImageNet(
        int classes = 1000, long channels = 16, int layers = 8, long stemMultiplier = 3, long size = 224,
        IReadOnlyList<CandidateOperation>? operations = null) =>
        DartsCells("darts-imagenet", classes, channels, layers, [3, size, size], operations)
            .Channels(channels, stemMultiplier)
            .Stem(Blocks.ImageNetStem)
            .SecondStem(Blocks.ImageNetSecondStem)
            .Build();

    /// <summary>
    /// The space of GOLD-NAS (Bi et al., 2020) on CIFAR: the cells of DARTS, each with choices of its own (<c>cell00</c>, <c>cell01</c>,
    /// ...), and two candidates, a normalised skip connection and <c>sep_conv_3x3</c>. A genotype keeps any number of them on an edge.
    /// </summary>
    /// <param name="classes">Number of classes.</param>
    /// <param name="channels">Channels C of the first cells.</param>
    /// <param name="layers">Number of cells, at least 3.</param>
    /// <param name="height">Height in pixels.</param>
    /// <param name="width">Width in pixels.</param>
    /// <param name="inputChannels">Channels of an image.</param>
    /// <exception cref="ArgumentException">A size is out of range.</exception>
    public static SearchSpace GoldNas(
        int classes = 10, long channels = 36, int layers = 14, long height = 32, long width = 32, long inputChannels = 3) =>
        GoldNas(Darts(classes, channels, layers, height, width, inputChannels));

    /// <summary>The space of GOLD-NAS with the layout of another space.</summary>
    internal static SearchSpace GoldNas(SearchSpace space) => new SearchSpace(space.Name, space.Layout.With([.. space.Cells.Select(cell =>
        new CellSpecification(cell.Name, cell.Topology, [DartsOperations.NormalizedSkip, DartsOperations.SepConv3x3]))]),
        new SurvivingOperations()).WithKindPerCell();

    /// <summary>Normal cells of each stage of a network of the DARTS space: cells ⌊L / 3⌋ and ⌊2L / 3⌋ of L are reduction cells.</summary>
    internal static int[] DartsStages(int layers) => [layers / 3, (2 * layers / 3) - (layers / 3) - 1, layers - (2 * layers / 3) - 1];

    private static void RequireImage(IReadOnlyList<long> inputShape)
    {
        if (inputShape.Count != 3)
            throw new ArgumentException(
                $"The samples are [{string.Join(", ", inputShape)}]; expected images of (channels, height, width). Define a space of " +
                "your own " +
                "with SearchSpace.Define(...) for other samples.", nameof(inputShape));
    }

    private static SearchSpaceBuilder DartsCells(
        string name, int classes, long channels, int layers, long[] input, IReadOnlyList<CandidateOperation>? operations)
    {
        if (layers < 3)
            throw new ArgumentException(
                $"The space of DARTS has {layers} layers; expected at least 3, of which 2 are reduction cells.", nameof(layers));
        if (channels % 2 != 0)
            throw new ArgumentException(
                $"The space of DARTS has {channels} channels; expected an even number, which strided skip connections halve.",
                nameof(channels));
        return SearchSpace.Define(name)
            .Input(input)
            .Classes(classes)
            .Operations(operations ?? DartsOperations.All)
            .Cell(nodes: 4, inputs: 2, CellOutput.Concatenation)
            .ReductionCells()
            .Stages(DartsStages(layers))
            .Preprocessing(Blocks.Preprocessing)
            .Head(Blocks.LinearHead)
            .DerivedBy(new TopEdges());
    }
}
