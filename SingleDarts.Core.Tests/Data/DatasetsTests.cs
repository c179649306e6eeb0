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
        FluentActions.Invoking(() => Datasets.Open(file)).Should().Throw<FileNotFoundException>()
            .WithMessage("*expected 'train-labels.idx1-ubyte'*");
        folder.Write("train-labels.idx1-ubyte", [0, 0, 8, 1, 0, 0, 0, 1, 4]);
        Opened(file).Should().Be((5, 1));
        Opened(folder.Path).Should().Be((5, 1));
    }

    [Fact]
    public void What_is_unknown_or_missing_is_refused_with_the_formats()
    {
        using var folder = new TemporaryFolder();
        string text = folder.Write("notes.txt", [1]);
        FluentActions.Invoking(() => Datasets.Open(text)).Should().Throw<InvalidDataException>()
            .WithMessage("*notes.txt*expected a CIFAR binary*");
        FluentActions.Invoking(() => Datasets.Open(folder.Path)).Should().Throw<InvalidDataException>()
            .WithMessage("*no data of a known format*");
        FluentActions.Invoking(() => Datasets.Open(text + "x")).Should().Throw<FileNotFoundException>().WithMessage("*does not exist*");
        folder.Write("train/a/0.png", [1]);
        folder.Write("train/b/0.png", [1]);
        FluentActions.Invoking(() => Datasets.Open(folder.Path)).Should().Throw<InvalidDataException>()
            .WithMessage("*train*a*0.png*", "train/ is an image folder");
    }

    [Fact]
    public void ImageNet_has_the_same_classes_in_both_parts()
    {
        using var folder = new TemporaryFolder();
        DirectoryNotFound("*holds no folders, expected 'train'*");
        foreach (string file in new[] { "train/n01/0.JPEG", "train/n02/0.JPEG", "train/n02/1.JPEG", "val/ILSVRC2012_val_00000001.JPEG",
            "val/ILSVRC2012_val_00000002.JPEG" })
            folder.Write(file, TestImages.Jpeg(300, 260));
        using (var train = Datasets.ImageNet(folder.Path, train: true, TorchSharp.torch.CPU))
        using (var generator = new TorchSharp.torch.Generator(1, TorchSharp.torch.CPU))
        using (var batch = train.Get([2, 0], generator))
        {
            (train.Name, train.Classes, train.Count).Should().Be(("train", 2, 3L));
            batch.Inputs.shape.Should().Equal(2, 3, 224, 224);
            batch.Labels.data<long>().ToArray().Should().Equal(1, 0);
        }
        Invalid("*val' has 0 subfolders and 2 images that are in none*");
        folder.Write("val/n01/0.JPEG", [1]);
        folder.Write("val/n02/0.JPEG", [1]);
        using (var test = Datasets.ImageNet(folder.Path, train: false, TorchSharp.torch.CPU))
            (test.Name, test.Count).Should().Be(("val", 2L));
        folder.Write("val/n03/0.JPEG", [1]);
        Invalid("*val' has 3 classes and '*train' has 2; only '*val' has 'n03'*");
        Directory.Delete(Path.Combine(folder.Path, "val"), recursive: true);
        Directory.Move(Path.Combine(folder.Path, "train"), Path.Combine(folder.Path, "training"));
        DirectoryNotFound("*holds 1 folders ('training' to 'training'), expected 'train'*");

        void Invalid(string message) => FluentActions.Invoking(() => Datasets.ImageNet(folder.Path, train: false, TorchSharp.torch.CPU))
            .Should().Throw<InvalidDataException>().WithMessage(message);
        void DirectoryNotFound(string message) =>
            FluentActions.Invoking(() => Datasets.ImageNet(folder.Path, train: true, TorchSharp.torch.CPU))
            .Should().Throw<DirectoryNotFoundException>().WithMessage(message);
    }

    private static (int Classes, long Count) Opened(string path)
    {
        using var data = Datasets.Open(path);
        return (data.Classes, data.Count);
    }
}
