using SingleDarts.Core.Data;

namespace SingleDarts.Core.Tests.Data;

public class DatasetsTests
{
    [Fact]
    public void Cifar_folders_and_files_are_recognised()
    {
        using var folder = new TemporaryFolder();
        for (int i = 1; i <= 5; i++)
            folder.Write($"ten/data_batch_{i}.bin", [3, .. new byte[3072]]);
        folder.Write("hundred/train.bin", [3, 55, .. new byte[3072]]);
        string single = folder.Write("single.bin", [3, 55, .. new byte[3072]]);
        Opened(Path.Combine(folder.Path, "ten")).Should().Be((10, 5));
        Opened(Path.Combine(folder.Path, "ten", "data_batch_2.bin")).Should().Be((10, 1));
        Opened(Path.Combine(folder.Path, "hundred")).Should().Be((100, 1));
        Opened(single).Should().Be((100, 1));
    }

    [Fact]
    public void Idx_labels_are_found_beside_the_images()
    {
        using var folder = new TemporaryFolder();
        byte[] images = [0, 0, 8, 3, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 1, 9];
        string file = folder.Write("train-images.idx3-ubyte", images);
        FluentActions.Invoking(() => Datasets.Open(file)).Should().Throw<FileNotFoundException>().WithMessage("*expected 'train-labels.idx1-ubyte'*");
        folder.Write("train-labels.idx1-ubyte", [0, 0, 8, 1, 0, 0, 0, 1, 4]);
        Opened(file).Should().Be((5, 1));
        Opened(folder.Path).Should().Be((5, 1));
    }

    [Fact]
    public void What_is_unknown_or_missing_is_refused_with_the_formats()
    {
        using var folder = new TemporaryFolder();
        string text = folder.Write("notes.txt", [1]);
        FluentActions.Invoking(() => Datasets.Open(text)).Should().Throw<InvalidDataException>().WithMessage("*notes.txt*expected a CIFAR binary*");
        FluentActions.Invoking(() => Datasets.Open(folder.Path)).Should().Throw<InvalidDataException>().WithMessage("*no data of a known format*");
        FluentActions.Invoking(() => Datasets.Open(text + "x")).Should().Throw<FileNotFoundException>().WithMessage("*does not exist*");
        folder.Write("train/a/0.png", [1]);
        folder.Write("train/b/0.png", [1]);
        FluentActions.Invoking(() => Datasets.Open(folder.Path)).Should().Throw<InvalidDataException>().WithMessage("*train*a*0.png*", "train/ is an image folder");
    }

    private static (int Classes, long Count) Opened(string path)
    {
        using var data = Datasets.Open(path);
        return (data.Classes, data.Count);
    }
}
