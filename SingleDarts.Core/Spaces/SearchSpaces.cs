using SingleDarts.Core.Operations;

namespace SingleDarts.Core.Spaces;

/// <summary>The published search spaces.</summary>
public static class SearchSpaces
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
    /// <exception cref="ArgumentException">A size cannot be.</exception>
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
}
