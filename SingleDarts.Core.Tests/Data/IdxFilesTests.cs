using System.IO.Compression;
using SingleDarts.Core.Data;

namespace SingleDarts.Core.Tests.Data;

public class IdxFilesTests
{
    private static readonly byte[] Images = [0, 0, 8, 3, 0, 0, 0, 2, 0, 0, 0, 1, 0, 0, 0, 3, 1, 2, 3, 4, 5, 6];
    private static readonly byte[] Labels = [0, 0, 8, 1, 0, 0, 0, 2, 0, 4];

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Plain_and_gzip_files_load_alike(bool compressed)
    {
        using var folder = new TemporaryFolder();
        using var data = Load(folder, compressed ? Gzip(Images) : Images, compressed ? Gzip(Labels) : Labels);
        data.Inputs.shape.Should().Equal(2, 1, 1, 3);
        data.Inputs.data<byte>().ToArray().Should().Equal(1, 2, 3, 4, 5, 6);
        data.Labels.data<long>().ToArray().Should().Equal(0, 4);
        data.Classes.Should().Be(5);
    }

    [Fact]
    public void Hostile_files_are_refused_with_what_was_found_and_expected()
    {
        Refused([], Labels, "*images' has 0 bytes*");
        Refused(Labels, Images, "*images' starts with 00000801*exchanged*");
        Refused([0, 0, 13, .. Images[3..]], Labels, "*starts with 00000D03*");
        Refused(Images[..10], Labels, "*has 10 bytes, expected 16 for its header*");
        Refused(Images[..^1], Labels, "*has 21 bytes, expected 22 (16 of header and 2 x 1 x 3 values)*");
        Refused([.. Images, 0], Labels, "*has 23 bytes, expected 22*");
        Refused([.. Images[..4], 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255], Labels, "*expected 792281*");
        Refused([.. Images[..4], 0, 0, 0, 0, .. Images[8..]], Labels, "*0 x 1 x 3 values, expected at least one*");
        Refused(Images, [0, 0, 8, 1, 0, 0, 0, 1, 0], "*2 images*1 labels*");
        Refused(Gzip(Images)[..^12], Labels, "*images'*");
        Refused([0x1F, 0x8B, 1, 2, 3, 4], Labels, "*cannot be decompressed*");

        static void Refused(byte[] images, byte[] labels, string message)
        {
            using var folder = new TemporaryFolder();
            FluentActions.Invoking(() => Load(folder, images, labels)).Should().Throw<InvalidDataException>().WithMessage(message);
        }
    }

    [Fact]
    public void A_label_beyond_the_classes_is_named_with_its_offset()
    {
        using var folder = new TemporaryFolder();
        FluentActions.Invoking(() => Load(folder, Images, Labels, classes: 4)).Should().Throw<InvalidDataException>()
            .WithMessage("*label 4 at index 1 (offset 9), expected 0 to 3*");
    }

    [Fact]
    public void A_missing_file_is_named() =>
        FluentActions.Invoking(() => IdxFiles.Load("nowhere-images", "nowhere-labels")).Should().Throw<FileNotFoundException>()
            .WithMessage("*nowhere-images*");

    [DataFact("mnist")]
    public void Mnist_has_its_published_statistics()
    {
        string folder = DataFactAttribute.PathOf("mnist");
        using var train = Datasets.Open(folder);
        using var test = Datasets.Open(Path.Combine(folder, "t10k-images-idx3-ubyte.gz"));
        (train.Count, test.Count, train.Classes).Should().Be((60000, 10000, 10));
        train.InputShape.Should().Equal(1, 28, 28);
        var measured = train.MeasureNormalization();
        // The mean and deviation that every MNIST example normalises with.
        measured.Mean[0].Should().BeApproximately(0.1307, 0.00005);
        measured.StandardDeviation[0].Should().BeApproximately(0.3081, 0.00005);
        train.Labels.bincount(null).data<long>().ToArray().Should().Equal(5923, 6742, 5958, 6131, 5842, 5421, 5918, 6265, 5851, 5949);
        test.Labels[..5].data<long>().ToArray().Should().Equal(7, 2, 1, 0, 4);
    }

    private static ClassificationDataset Load(TemporaryFolder folder, byte[] images, byte[] labels, int? classes = null) =>
        IdxFiles.Load(folder.Write("images", images), folder.Write("labels", labels), classes);

    private static byte[] Gzip(byte[] content)
    {
        using var result = new MemoryStream();
        using (var gzip = new GZipStream(result, CompressionLevel.Optimal))
            gzip.Write(content);
        return result.ToArray();
    }
}
