using SingleDarts.Core.Runtime;
using static TorchSharp.torch;

namespace SingleDarts.Core.Data;

/// <summary>
/// The binary version of CIFAR (Krizhevsky 2009, <see href="https://www.cs.toronto.edu/~kriz/cifar.html"/>): records of one label byte
/// (CIFAR-10) or a coarse and a fine one (CIFAR-100), then 3,072 bytes: red, green and blue planes of 32 rows of 32 pixels.
/// </summary>
public static class CifarBinary
{
    private const int PixelBytes = 3 * 32 * 32;

    private static readonly string[] Cifar10Names =
        ["airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck"];

    /// <summary>Loads CIFAR-10: inputs [N, 3, 32, 32] of unsigned bytes, labels 0 to 9.</summary>
    /// <param name="path">The folder with <c>data_batch_1.bin</c> to <c>data_batch_5.bin</c> and <c>test_batch.bin</c>, a folder that
    /// holds
    /// <c>cifar-10-batches-bin</c>, or one file of records.</param>
    /// <param name="part">Which files of a folder; without meaning for one file.</param>
    /// <exception cref="FileNotFoundException">The path, or a file of the part, is missing.</exception>
    /// <exception cref="InvalidDataException">A file is empty or cut off, or a label is out of range: the file, the record and the offset
    /// are named.</exception>
    public static ClassificationDataset Load10(string path, CifarPart part = CifarPart.Train)
    {
        string[] names = part == CifarPart.Train ? [.. Enumerable.Range(1, 5).Select(i => $"data_batch_{i}.bin")] : ["test_batch.bin"];
        string[] files = Locate(path, "cifar-10-batches-bin", names);
        return Read(files, labelBytes: 1, labelByte: 0, classes: 10, Title("CIFAR-10", path, part), Cifar10Names);
    }

    /// <summary>Loads CIFAR-100: inputs [N, 3, 32, 32] of unsigned bytes, labels 0 to 99, or 0 to 19 for the superclasses.</summary>
    /// <param name="path">The folder with <c>train.bin</c> and <c>test.bin</c>, a folder that holds <c>cifar-100-binary</c>, or one file
    /// of records.
    /// Class names come from <c>fine_label_names.txt</c> or <c>coarse_label_names.txt</c> beside it, where present.</param>
    /// <param name="part">Which file of a folder; without meaning for one file.</param>
    /// <param name="labels">Classes or superclasses.</param>
    /// <inheritdoc cref="Load10" path="/exception"/>
    public static ClassificationDataset Load100(string path, CifarPart part = CifarPart.Train, Cifar100Labels labels = Cifar100Labels.Fine)
    {
        string[] files = Locate(path, "cifar-100-binary", [part == CifarPart.Train ? "train.bin" : "test.bin"]);
        bool fine = labels == Cifar100Labels.Fine;
        int classes = fine ? 100 : 20;
        string namesFile = Path.Combine(Path.GetDirectoryName(files[0])!, fine ? "fine_label_names.txt" : "coarse_label_names.txt");
        string[]? names = File.Exists(namesFile) ? [.. File.ReadLines(namesFile).Select(l => l.Trim()).Where(l => l.Length > 0)] : null;
        if (names is not null && names.Length != classes)
            throw new InvalidDataException($"'{namesFile}' holds {names.Length} names, expected {classes}; remove or replace the file.");
        return Read(files, labelBytes: 2, labelByte: fine ? 1 : 0, classes,
            Title(fine ? "CIFAR-100" : "CIFAR-100 coarse", path, part), names);
    }

    private static string Title(string set, string path, CifarPart part) =>
        File.Exists(path) ? $"{set} {Path.GetFileName(path)}" : $"{set} {part.ToString().ToLowerInvariant()}";

    private static string[] Locate(string path, string subfolder, string[] names)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(path);
        FileBehind.RefuseBroken(path);
        if (File.Exists(path))
            return [Path.GetFullPath(path)];
        if (!Directory.Exists(path))
            throw new FileNotFoundException(
                $"'{path}' does not exist; expected a file of records or the folder with {string.Join(", ", names)} " +
                $"(the archive's '{subfolder}'). {nameof(CifarDownload)} fetches it.", path);
        string inner = Path.Combine(path, subfolder);
        FileBehind.RefuseBroken(inner);
        string folder = Path.GetFullPath(Directory.Exists(inner) ? inner : path);
        string[] files = [.. names.Select(n => Path.Combine(folder, n))];
        Array.ForEach(files, FileBehind.RefuseBroken);
        return Array.Find(files, f => !File.Exists(f)) is not { } missing
            ? files
            : throw new FileNotFoundException($"'{missing}' is missing; expected {string.Join(", ", names)} in '{folder}'. " +
                $"Extract the archive again, or fetch it with {nameof(CifarDownload)}.", missing);
    }

    private static ClassificationDataset Read(string[] files, int labelBytes, int labelByte, int classes, string name, string[]? classNames)
    {
        TorchRuntime.EnsureLoaded();
        int recordBytes = labelBytes + PixelBytes;
        using var scope = NewDisposeScope();
        var parts = files.Select(file => ReadRecords(file, recordBytes)).ToArray();
        var records = cat(parts);
        var labels = records.select(1, labelByte).to(ScalarType.Int64);
        CheckLabels(files, parts, recordBytes, labelByte, classes);
        var images = records.narrow(1, labelBytes, PixelBytes).reshape(-1, 3, 32, 32).contiguous();
        return new(images, labels, classes, name, classNames);
    }

    private static Tensor ReadRecords(string file, int recordBytes)
    {
        byte[] content = File.ReadAllBytes(file);
        if (content.Length == 0)
            throw new InvalidDataException($"'{file}' is empty, expected records of {recordBytes} bytes; download it again.");
        if (content.Length % recordBytes != 0)
        {
            int otherBytes = recordBytes == PixelBytes + 1 ? PixelBytes + 2 : PixelBytes + 1;
            throw new InvalidDataException(
                $"'{file}' has {content.Length} bytes, which is no multiple of the {recordBytes} bytes of a record: " +
                (content.Length % otherBytes == 0
                    ? $"its records have {otherBytes} bytes, so load it as CIFAR-{(otherBytes == PixelBytes + 1 ? 10 : 100)}."
                    : $"it ends {content.Length % recordBytes} bytes into record {content.Length / recordBytes}. It is cut off or no " +
                        "CIFAR file; download it again."));
        }
        return tensor(content, [content.Length / recordBytes, recordBytes]);
    }

    private static void CheckLabels(string[] files, Tensor[] parts, int recordBytes, int labelByte, int classes)
    {
        foreach (var (file, part) in files.Zip(parts))
        {
            byte[] labels = Host.Numbers<byte>(part.select(1, labelByte));
            int record = Array.FindIndex(labels, l => l >= classes);
            if (record >= 0)
                throw new InvalidDataException($"'{file}' has label {labels[record]} in record {record} " +
                    $"(offset {(long)record * recordBytes + labelByte}), expected 0 to {classes - 1}. It is damaged or no such CIFAR " +
                    "file; download it again.");
        }
    }
}
