using SingleDarts.Core.Runtime;

namespace SingleDarts.Core.Data;

/// <summary>One official archive: its address, its published checksum, and the files in it that are needed, with their sizes.</summary>
internal sealed record CifarArchive(Uri Address, string Md5, string Folder, IReadOnlyDictionary<string, long> Files)
{
    private const string Site = "https://www.cs.toronto.edu/~kriz/";

    // Addresses and checksums as published on https://www.cs.toronto.edu/~kriz/cifar.html.
    public static CifarArchive Cifar10 { get; } = new(new(Site + "cifar-10-binary.tar.gz"), "c32a1d4ab5d03f1284b67883e8d87530",
        "cifar-10-batches-bin",
        Enumerable.Range(1, 5).Select(i => $"data_batch_{i}.bin").Append("test_batch.bin").ToDictionary(name => name, _ => 10_000L * 3073));

    public static CifarArchive Cifar100 { get; } = new(new(Site + "cifar-100-binary.tar.gz"), "03b5dce01913d631647c71ecec9e9cb8",
        "cifar-100-binary",
        new Dictionary<string, long> { ["train.bin"] = 50_000L * 3074, ["test.bin"] = 10_000L * 3074, ["fine_label_names.txt"] = -1,
            ["coarse_label_names.txt"] = -1 });

    public string FileName => Path.GetFileName(Address.LocalPath);

    /// <summary>Whether all needed files lie in the folder, whole; a size of -1 is any size above 0.</summary>
    /// <exception cref="FileNotFoundException">One is a link to nothing.</exception>
    public bool IsExtracted(string folder) => Files.All(f =>
        Path.Combine(folder, f.Key) is var file && File.Exists(file) && FileBehind.Of(file).Length is var length &&
            (f.Value < 0 ? length > 0 : length == f.Value));
}
