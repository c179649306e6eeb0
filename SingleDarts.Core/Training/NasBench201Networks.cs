using SingleDarts.Core.Genotypes;
using SingleDarts.Core.Spaces;

namespace SingleDarts.Core.Training;

/// <summary>The networks in which the cells of NAS-Bench-201 are trained (Dong and Yang, ICLR 2020).</summary>
public static class NasBench201Networks
{
    /// <summary>The network of a cell: three stages of cells with residual downsampling between them.</summary>
    /// <param name="genotype">A cell of the space.</param>
    /// <param name="classes">10 (CIFAR-10), 100 (CIFAR-100) or 120 (ImageNet16-120).</param>
    /// <param name="channels">Channels C of the first stage.</param>
    /// <param name="cellsPerStage">Cells N of each stage.</param>
    /// <param name="size">Height and width in pixels, a multiple of 4: 32, or 16 for ImageNet16-120.</param>
    /// <param name="options">Seed; the defaults if <see langword="null"/>.</param>
    /// <exception cref="ArgumentException">A size is out of range, or the genotype is not of the space; the message says why.</exception>
    public static EvaluationNetwork Create(
        Genotype genotype, int classes = 10, long channels = 16, int cellsPerStage = 5, long size = 32,
        EvaluationNetworkOptions? options = null) =>
        new(SearchSpaces.NasBench201(classes, channels, cellsPerStage, height: size, width: size), genotype, options);
}
