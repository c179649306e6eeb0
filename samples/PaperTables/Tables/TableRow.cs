namespace PaperTables.Tables;

/// <summary>A row of Table 2 or 3 as the paper prints it, and what we have to say about it.</summary>
/// <param name="Architecture">Name in the paper.</param>
/// <param name="Flops">FLOPs in millions; Table 3 has none.</param>
/// <param name="Parameters">Parameters in millions, if they are published.</param>
/// <param name="Top1">Top-1 accuracy in percent.</param>
/// <param name="Published">Name of the cells in <see cref="SingleDarts.Core.Genotypes.DartsGenotypes"/>, if they are published.</param>
/// <param name="Note">What explains a difference.</param>
/// <param name="ScaledUnder">Limit of multiply-adds in millions that the channels are scaled to.</param>
internal sealed record TableRow(
    string Architecture, int? Flops, double? Parameters, string Top1, string? Published, string Note = "", int? ScaledUnder = null)
{
    /// <summary>Table 2: ImageNet, 48 channels and 14 cells.</summary>
    public static IReadOnlyList<TableRow> ImageNet { get; } =
    [
        new("NASNet-A", 564, 5.3, "74.0", "NASNet-A", "published with fewer channels"),
        new("AmoebaNet-C", 570, 6.4, "75.7", null, "only AmoebaNet-A is published as text (526.75 M, 4.63 M)"),
        new("PDARTS", 557, 4.9, "75.6", "P-DARTS", "551.0 with 2 for each normalised element"),
        new("PC-DARTS", 597, 5.3, "75.8", "PC-DARTS-ImageNet", "590.6 with 2 for each normalised element"),
        new("DARTS", 574, 4.7, "73.3", "DARTS-V2", "no convention gives 574; others measured 523 and 545"),
        new("DARTS+ (extra training)", 591, 5.1, "76.3", null, "no genotype published"),
        new("CDARTS, average", 732, 6.1, "76.3", null, "the average of several genotypes"),
        new("CDARTS, best", 704, 6.3, "76.6", "CDARTS-ImageNet"),
        new("CDARTS, scaled", 571, 5.4, "75.9", "CDARTS-ImageNet", "most channels under 600 M; the authors' number is not published", 600),
        new("DropNAS (extra training)", 597, 5.4, "76.6", "DropNAS"),
        new("Single-DARTS, best", 714, 6.60, "77.0", null, "no genotype published"),
        new("Single-DARTS, average", 707, 6.55, "76.7", null, "no genotype published"),
        new("Single-DARTS, scaled", 599, 5.3, "76.0", null, "no genotype published"),
    ];

    /// <summary>Table 3: CIFAR-10, 36 channels and 20 cells; Single-DARTS has 14.</summary>
    public static IReadOnlyList<TableRow> Cifar { get; } =
    [
        new("AmoebaNet-B", null, 2.8, "97.45", null, "only AmoebaNet-A is published as text (3.15 M)"),
        new("PDARTS", null, 3.4, "97.50", "P-DARTS"),
        new("PC-DARTS", null, 3.6, "97.43 ± 0.07", "PC-DARTS-CIFAR"),
        new("DARTS", null, 3.3, "97.24 ± 0.09", "DARTS-V2"),
        new("DARTS+ (extra training)", null, 4.3, "97.63 ± 0.13", null, "no genotype published"),
        new("CDARTS", null, 3.8, "97.52 ± 0.04", "CDARTS-CIFAR"),
        new("DropNAS", null, 4.1, "97.42 ± 0.14", "DropNAS", "4.1 is of another or an average run"),
        new("Single-DARTS, 14 cells", null, 3.3, "97.54", null, "no genotype published"),
    ];

    /// <summary>Cells of related work that Table 2 does not have, with what their own papers say.</summary>
    public static IReadOnlyList<TableRow> FurtherImageNet { get; } =
    [
        new("StacNAS, searched on CIFAR-10", null, 5.3, "75.6", "StacNAS-CIFAR10"),
        new("StacNAS, searched on CIFAR-100", null, 4.9, "75.66", "StacNAS-CIFAR100", "4.9 belongs to another run or count"),
        new("StacNAS, searched on ImageNet", null, 5.7, "75.69", "StacNAS-ImageNet"),
        new("GDAS", 581, null, "74.0", "GDAS", "no convention gives 581, which is from memory, as the top-1"),
        new("SNAS, mild", 522, 4.3, "72.7", "SNAS", "the published cells keep 2 edges of a node, its search keeps all"),
        new("SDARTS-RS", null, null, "74.4", "SDARTS-RS", "top-1 from memory"),
        new("SDARTS-ADV", null, null, "74.8", "SDARTS-ADV", "top-1 from memory"),
        new("FairDARTS-C", null, null, "77.2", null, "another space, of inverted bottlenecks"),
        new("GOLD-NAS", null, null, "76.1", null, "14 cells of their own, which only an unofficial repository has"),
        new("sharpDARTS", null, null, "74.9", null, "cells of its own operations; which of those in its code is not known"),
        new("DARTS-", null, null, "76.2", null, "top-1 from memory; which cells is not known"),
    ];

    /// <summary>Cells of related work that Table 3 does not have, with what their own papers say.</summary>
    public static IReadOnlyList<TableRow> FurtherCifar { get; } =
    [
        new("StacNAS", null, 3.9, "97.52 ± 0.08", "StacNAS-CIFAR10", "3.9 belongs to another run or count"),
        new("GDAS", null, 3.4, "97.07", "GDAS"),
        new("SNAS, moderate", null, 2.8, "97.15 ± 0.02", "SNAS", "the published cells keep 2 edges of a node, its search keeps all"),
        new("SDARTS-RS", null, 3.4, "97.33 ± 0.03", "SDARTS-RS", "3.4 is another run's; top-1 from memory"),
        new("SDARTS-ADV", null, 3.3, "97.39 ± 0.02", "SDARTS-ADV"),
        new("DARTS-", null, 3.5, "97.41 ± 0.08", "DARTS-minus-0"),
        new("FairDARTS", null, 2.8, "97.46 ± 0.05", "FairDARTS-a", "2.8 has the auxiliary classifier"),
        new("R-DARTS (L2)", null, null, "97.05 ± 0.21", null, "no genotype published for this space"),
        new("GOLD-NAS", null, 1.58, "97.01", null, "14 cells of their own, which only an unofficial repository has"),
        new("sharpDARTS", null, 3.6, "98.02 ± 0.07", null, "cells of its own operations; which of those in its code is not known"),
        new("ProxylessNAS", null, 5.7, "97.92", null, "another space, of tree cells, which is not released"),
    ];
}
