namespace SingleDarts.Core.Runtime;

/// <summary>
/// How much readers take from files before they refuse them. They hold the size that a file has or claims against its limit before they
/// allocate. The table is docs/reference/limits.md.
/// </summary>
public static class ReadLimits
{
    private const long KiB = 1024, MiB = KiB * KiB;

    /// <summary>Bytes of the tensors of one data set, cache or weights file.</summary>
    /// <value>Half of the memory that the process may have.</value>
    public static ReadLimit TensorBytes { get; } =
        new(nameof(TensorBytes), "SINGLEDARTS_MAX_TENSOR_BYTES", "bytes", GC.GetGCMemoryInfo().TotalAvailableMemoryBytes / 2);

    /// <summary>Pixels of the images that one reader decodes at the same time, on all its threads together.</summary>
    /// <value>100 million.</value>
    public static ReadLimit ImagePixels { get; } = new(nameof(ImagePixels), "SINGLEDARTS_MAX_IMAGE_PIXELS", "pixels", 100_000_000);

    /// <summary>Bytes of one JSON document, and of one line of records.</summary>
    /// <value>4 MiB.</value>
    public static ReadLimit JsonBytes { get; } = new(nameof(JsonBytes), "SINGLEDARTS_MAX_JSON_BYTES", "bytes", 4 * MiB);

    /// <summary>Bytes of one file of records, a line each.</summary>
    /// <value>256 MiB.</value>
    public static ReadLimit RecordBytes { get; } = new(nameof(RecordBytes), "SINGLEDARTS_MAX_RECORD_BYTES", "bytes", 256 * MiB);

    /// <summary>Characters of one line of a table or a list.</summary>
    /// <value>65,536.</value>
    public static ReadLimit LineCharacters { get; } =
        new(nameof(LineCharacters), "SINGLEDARTS_MAX_LINE_CHARACTERS", "characters", 64 * KiB);

    /// <summary>Bytes of the header of a weights file.</summary>
    /// <value>16 MiB; a tensor takes about 100 bytes of it.</value>
    public static ReadLimit HeaderBytes { get; } = new(nameof(HeaderBytes), "SINGLEDARTS_MAX_HEADER_BYTES", "bytes", 16 * MiB);

    /// <summary>Characters of the text of one genotype.</summary>
    /// <value>65,536.</value>
    public static ReadLimit GenotypeCharacters { get; } =
        new(nameof(GenotypeCharacters), "SINGLEDARTS_MAX_GENOTYPE_CHARACTERS", "characters", 64 * KiB);

    /// <summary>Nodes of one cell.</summary>
    /// <value>256, which have 32,640 edges.</value>
    public static ReadLimit CellNodes { get; } = new(nameof(CellNodes), "SINGLEDARTS_MAX_CELL_NODES", "nodes", 256);

    /// <summary>Bytes of one claim on a trial of a sweep.</summary>
    /// <value>4 KiB.</value>
    public static ReadLimit ClaimBytes { get; } = new(nameof(ClaimBytes), "SINGLEDARTS_MAX_CLAIM_BYTES", "bytes", 4 * KiB);

    /// <summary>Bytes of one download.</summary>
    /// <value>256 MiB.</value>
    public static ReadLimit DownloadBytes { get; } = new(nameof(DownloadBytes), "SINGLEDARTS_MAX_DOWNLOAD_BYTES", "bytes", 256 * MiB);

    /// <summary>All limits.</summary>
    public static IReadOnlyList<ReadLimit> All { get; } =
    [
        TensorBytes, ImagePixels, JsonBytes, RecordBytes, LineCharacters, HeaderBytes, GenotypeCharacters, CellNodes, ClaimBytes,
        DownloadBytes,
    ];
}
