namespace PaperTables.Tables;

/// <summary>A row of Table 2 or 3 as the paper prints it, and what we have to say about it.</summary>
/// <param name="Architecture">Name in the paper.</param>
/// <param name="Flops">FLOPs in millions; Table 3 has none.</param>
/// <param name="Parameters">Parameters in millions.</param>
/// <param name="Top1">Top-1 accuracy in percent.</param>
/// <param name="Published">Name of the cells in <see cref="SingleDarts.Core.Genotypes.DartsGenotypes"/>, if they are published.</param>
/// <param name="Note">What explains a difference.</param>
/// <param name="ScaledUnder">Limit of multiply-adds in millions that the channels are scaled to.</param>
internal sealed record TableRow(
    string Architecture, int? Flops, double Parameters, string Top1, string? Published, string Note = "", int? ScaledUnder = null)
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
}
