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
    /// <exception cref="InvalidDataException">A file is empty or cut off, a label is out of range (the file, the record and the offset
    /// are named), or there is more than <see cref="ReadLimits.TensorBytes"/>.</exception>
    public static ClassificationDataset Load10(string path, CifarPart part = CifarPart.Train)
    {
        string[] names = part == CifarPart.Train ? [.. Enumerable.Range(1, 5).Select(i => $"data_batch_{i}.bin")] : ["test_batch.bin"];
        string[] files = Locate(path, "cifar-10-batches-bin", names);
        return Read(files, labelBytes: 1, labelByte: 0, classes: 10, Title("CIFAR-10", path, part), Cifar10Names);
    }

    /// <summary>Loads CIFAR-100: inputs [N, 3, 32, 32] of unsigned bytes, labels 0 to 99, or 0 to 19 for the superclasses.</summary>
    /// <param name="path">The folder with <c>train.bin</c> and <c>test.bin</c>, a folder that holds <c>cifar-100-binary</c>, or one file
    /// of records.
    /// Class names come from <c>fine_label_names.txt</c> or <c>coarse_label_names.txt</c> beside it, if present.</param>
    /// <param name="part">Which file of a folder; without meaning for one file.</param>
    /// <param name="labels">Classes or superclasses.</param>
    /// <inheritdoc cref="Load10" path="/exception"/>
    public static ClassificationDataset Load100(string path, CifarPart part = CifarPart.Train, Cifar100Labels labels = Cifar100Labels.Fine)
    {
        string[] files = Locate(path, "cifar-100-binary", [part == CifarPart.Train ? "train.bin" : "test.bin"]);
        bool fine = labels == Cifar100Labels.Fine;
        int classes = fine ? 100 : 20;
        string namesFile = Path.Combine(Path.GetDirectoryName(files[0])!, fine ? "fine_label_names.txt" : "coarse_label_names.txt");
        string[]? names = !File.Exists(namesFile) ? null
            : [.. BoundedFile.ReadText(namesFile, ReadLimits.LineCharacters).Split('\n', StringSplitOptions.TrimEntries |
                StringSplitOptions.RemoveEmptyEntries)];
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
        long[] counts = [.. files.Select(file => CountRecords(file, labelBytes + PixelBytes))];
        ReadLimits.TensorBytes.Require((Int128)counts.Sum() * PixelBytes, $"The data set in '{string.Join("', '", files)}'");
        using var scope = NewDisposeScope();
        var images = empty([counts.Sum(), 3, 32, 32], ScalarType.Byte);
        var labels = new long[counts.Sum()];
        int at = 0;
        foreach (var (file, count) in files.Zip(counts))
        {
            ReadRecords(file, images.narrow(0, at, count), labels.AsSpan(at, (int)count), labelBytes, labelByte, classes);
            at += (int)count;
        }
        return new(images, tensor(labels), classes, name, classNames);
    }

    private static long CountRecords(string file, int recordBytes)
    {
        long length = FileBehind.Of(file).Length;
        if (length == 0)
            throw new InvalidDataException($"'{file}' is empty, expected records of {recordBytes} bytes; download it again.");
        if (length % recordBytes != 0)
        {
            int otherBytes = recordBytes == PixelBytes + 1 ? PixelBytes + 2 : PixelBytes + 1;
            throw new InvalidDataException(
                $"'{file}' has {length} bytes, which is no multiple of the {recordBytes} bytes of a record: " +
                (length % otherBytes == 0
                    ? $"its records have {otherBytes} bytes, so load it as CIFAR-{(otherBytes == PixelBytes + 1 ? 10 : 100)}."
                    : $"it ends {length % recordBytes} bytes into record {length / recordBytes}. It is cut off or no " +
                        "CIFAR file; download it again."));
        }
        return length / recordBytes;
    }

    private static void ReadRecords(string file, Tensor images, Span<long> labels, int labelBytes, int labelByte, int classes)
    {
        const int perChunk = 10_000;
        using FileStream stream = BoundedFile.Open(file);
        Span<byte> read = stackalloc byte[2];
        for (int first = 0; first < labels.Length; first += perChunk)
        {
            int count = Math.Min(perChunk, labels.Length - first);
            using Tensor chunk = images.narrow(0, first, count);
            Span<byte> pixels = Host.Bytes(chunk);
            for (int i = 0; i < count; i++)
            {
                stream.ReadExactly(read[..labelBytes]);
                stream.ReadExactly(pixels.Slice(i * PixelBytes, PixelBytes));
                int record = first + i;
                labels[record] = read[labelByte] < classes ? read[labelByte] : throw new InvalidDataException(
                    $"'{file}' has label {read[labelByte]} in record {record} (offset " +
                    $"{(long)record * (labelBytes + PixelBytes) + labelByte}), expected 0 to {classes - 1}. It is damaged or no such " +
                    "CIFAR file; download it again.");
            }
        }
    }
}
