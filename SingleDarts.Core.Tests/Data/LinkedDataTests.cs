using SingleDarts.Core.Data;
using SkiaSharp;
using static TorchSharp.torch;

namespace SingleDarts.Core.Tests.Data;

/// <summary>Data that are symbolic links, as of git-annex and of the Hugging Face cache, are those behind the links.</summary>
public sealed class LinkedDataTests : IDisposable
{
    private const string Links = "Making symbolic links needs a privilege elsewhere.";
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [LinuxFact(Links)]
    public void Pixels_behind_links_are_read_anew_when_they_change()
    {
        void Draw(int seed)
        {
            foreach (string c in new[] { "a", "b" })
                for (int i = 0; i < 4; i++)
                    folder.Write($"blobs/{c}{i}.png", Image(seed + i));
        }
        Draw(1);
        foreach (string c in new[] { "a", "b" })
            for (int i = 0; i < 4; i++)
                Link($"data/{c}/{i}.png", $"../../blobs/{c}{i}.png");
        Red(Load()).Should().Equal(1, 2, 3, 4, 1, 2, 3, 4);
        Draw(101);
        Red(Load()).Should().Equal(101, 102, 103, 104, 101, 102, 103, 104);
    }

    [LinuxFact(Links)]
    public void A_linked_class_folder_that_leads_elsewhere_and_two_images_that_change_places_are_seen()
    {
        folder.Write("one/0.png", Image(10));
        folder.Write("two/0.png", Image(20));
        folder.Write("data/b/0.png", Image(30));
        DateTime same = new(2020, 1, 1, 0, 0, 0, DateTimeKind.Utc);
        foreach (string file in Directory.EnumerateFiles(folder.Path, "*.png", SearchOption.AllDirectories))
            File.SetLastWriteTimeUtc(file, same);
        Link("data/a", "../one");
        Red(Load()).Should().Equal(10, 30);
        File.Delete(In("data/a"));
        Link("data/a", "../two");
        Red(Load()).Should().Equal(20, 30);

        // As with shuffled labels: the files keep their sizes and times.
        File.Move(In("two/0.png"), In("aside.png"));
        File.Move(In("data/b/0.png"), In("two/0.png"));
        File.Move(In("aside.png"), In("data/b/0.png"));
        Red(Load()).Should().Equal(30, 20);
    }

    [LinuxFact(Links)]
    public void A_linked_CIFAR_100_file_is_CIFAR_100_and_a_linked_folder_of_it_too()
    {
        string file = folder.Write("store/train.bin", [3, 55, .. new byte[3072]]);
        Link("links/file.bin", file);
        Link("links/folder", "../store");
        foreach (string path in new[] { "links/file.bin", "links/folder" })
            using (ClassificationDataset data = Datasets.Open(In(path)))
                (data.Classes, data.Labels.item<long>()).Should().Be((100, 55L));
    }

    [LinuxFact(Links)]
    public void An_image_behind_a_link_is_refused_by_its_own_size()
    {
        string file = folder.Write("blob", new byte[(1 << 20) + 9]);
        Link("a/0.png", file);
        folder.Write("b/0.png", Image(1));
        using var source = new ImageFolderSource(folder.Path, new() { MaxPixels = 1 }, CPU);
        using var generator = new Generator(1, CPU);
        FluentActions.Invoking(() => source.Get([0], generator)).Should().Throw<InvalidDataException>()
            .WithMessage("*0.png' has 1048585 bytes, more than*");
    }

    [LinuxFact(Links)]
    public void A_link_to_nothing_is_named_with_its_target()
    {
        folder.Write("data/a/0.png", Image(1));
        folder.Write("data/c/0.png", Image(1));
        Link("data/b", "../unmounted/b");
        Refused("data/b", () => Load());
        Refused("data/b", () => new ImageFolderSource(In("data"), ImageFolderSourceOptions.ImageNetTest, CPU));
        File.Delete(In("data/b"));
        Link("data/c/1.png", "../unmounted/1.png");
        Refused("data/c/1.png", () => Load());
        Link("set.bin", "unmounted/set.bin");
        Link("images", "unmounted/images");
        Link("ten/cifar-10-batches-bin", "../unmounted/ten");
        Link("parts/train", "../unmounted/train");
        foreach (string path in new[] { "set.bin", "images", "ten/cifar-10-batches-bin", "parts/train" })
        {
            Refused(path, () => Datasets.Open(In(path)));
            Refused(path, () => CifarBinary.Load100(In(path)));
            Refused(path, () => IdxFiles.Load(In(path), In(path)));
        }
        Refused("ten/cifar-10-batches-bin", () => Datasets.Open(In("ten")));
        Refused("parts/train", () => Datasets.Open(In("parts")));
        Refused("parts/train", () => Datasets.ImageNet(In("parts"), train: true, CPU));

        void Refused(string link, Func<object> open) => FluentActions.Invoking(open).Should().Throw<FileNotFoundException>()
            .WithMessage($"'{In(link)}' is a symbolic link to '*unmounted/*', which does not exist*");
    }

    private string In(string name) => Path.Combine(folder.Path, name);

    private void Link(string name, string target)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(In(name))!);
        File.CreateSymbolicLink(In(name), target);
    }

    private ClassificationDataset Load() => ImageFolder.Load(In("data"), new() { CacheFolder = In(".cache") });

    /// <summary>Red of the first pixel of each image.</summary>
    private static byte[] Red(ClassificationDataset data)
    {
        using (data)
            return [.. data.Inputs[.., 0, 0, 0].contiguous().data<byte>()];
    }

    /// <summary>Images of the same size in bytes, whatever the level.</summary>
    private static byte[] Image(int level) => TestImages.Encode(4, 4, (x, y) => new SKColor((byte)level, 128, 64));
}
