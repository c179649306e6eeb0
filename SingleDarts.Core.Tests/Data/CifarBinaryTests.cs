using SingleDarts.Core.Data;
using SingleDarts.Core.Runtime;
using static TorchSharp.torch;

namespace SingleDarts.Core.Tests.Data;

public class CifarBinaryTests
{
    private const int Record10 = 3073;

    [Fact]
    public void Records_become_planar_images_and_labels()
    {
        using var folder = new TemporaryFolder();
        byte[] content = Records(Record10, 3, labelBytes: 1);
        using var data = CifarBinary.Load10(folder.Write("data_batch_1.bin", content));
        data.Inputs.shape.Should().Equal(3, 3, 32, 32);
        for (int i = 0; i < 3; i++)
        {
            data.Labels[i].item<long>().Should().Be(content[i * Record10]);
            data.Inputs[i, 2, 31, 7].item<byte>().Should().Be(content[i * Record10 + 1 + 2 * 1024 + 31 * 32 + 7]);
        }
        data.ClassNames[3].Should().Be("cat");
    }

    [Fact]
    public void A_folder_is_its_five_training_files_in_order_or_its_test_file()
    {
        using var folder = new TemporaryFolder();
        for (int i = 1; i <= 5; i++)
            folder.Write($"cifar-10-batches-bin/data_batch_{i}.bin", [(byte)i, .. new byte[3072]]);
        folder.Write("cifar-10-batches-bin/test_batch.bin", [9, .. new byte[3072]]);
        using var train = CifarBinary.Load10(folder.Path);
        using var test = CifarBinary.Load10(Path.Combine(folder.Path, "cifar-10-batches-bin"), CifarPart.Test);
        train.Labels.data<long>().ToArray().Should().Equal(1, 2, 3, 4, 5);
        test.Labels.data<long>().ToArray().Should().Equal(9);
    }

    [Fact]
    public void Cifar100_has_coarse_and_fine_labels()
    {
        using var folder = new TemporaryFolder();
        folder.Write("train.bin", [7, 83, .. new byte[3072]]);
        using var fine = CifarBinary.Load100(folder.Path);
        using var coarse = CifarBinary.Load100(folder.Path, labels: Cifar100Labels.Coarse);
        (fine.Classes, fine.Labels[0].item<long>()).Should().Be((100, 83));
        (coarse.Classes, coarse.Labels[0].item<long>()).Should().Be((20, 7));
    }

    [Theory]
    [InlineData(0, "*is empty*")]
    [InlineData(Record10 + 100, "*3173 bytes*100 bytes into record 1*cut off*")]
    [InlineData(3074 * 2, "*load it as CIFAR-100*")]
    public void A_file_of_the_wrong_length_is_refused(int length, string message)
    {
        using var folder = new TemporaryFolder();
        string file = folder.Write("x.bin", new byte[length]);
        FluentActions.Invoking(() => CifarBinary.Load10(file)).Should().Throw<InvalidDataException>().WithMessage(message)
            .WithMessage($"*{file}*");
    }

    [Fact]
    public void A_label_out_of_range_is_named_with_file_record_and_offset()
    {
        using var folder = new TemporaryFolder();
        byte[] content = Records(Record10, 4, labelBytes: 1);
        content[2 * Record10] = 10;
        string file = folder.Write("x.bin", content);
        FluentActions.Invoking(() => CifarBinary.Load10(file)).Should().Throw<InvalidDataException>()
            .WithMessage($"'{file}' has label 10 in record 2 (offset {2 * Record10}), expected 0 to 9*");
    }

    [Fact]
    public void A_missing_batch_is_named()
    {
        using var folder = new TemporaryFolder();
        folder.Write("data_batch_1.bin", Records(Record10, 1, 1));
        FluentActions.Invoking(() => CifarBinary.Load10(folder.Path)).Should().Throw<FileNotFoundException>()
            .WithMessage("*data_batch_2.bin' is missing*");
        FluentActions.Invoking(() => CifarBinary.Load100(Path.Combine(folder.Path, "no"))).Should().Throw<FileNotFoundException>()
            .WithMessage("*does not exist*");
    }

    [LosslessCifarFact]
    public void The_first_4000_real_images_load_with_their_known_labels_and_statistics()
    {
        using var folder = new TemporaryFolder();
        using var data = CifarBinary.Load10(LosslessCifarFactAttribute.DecompressTo(folder));
        data.Count.Should().Be(4000);
        // The training set begins frog, truck, truck, deer, automobile.
        data.Labels[..5].data<long>().ToArray().Should().Equal(6, 9, 9, 4, 1);
        var measured = data.MeasureNormalization();
        for (int c = 0; c < 3; c++)
        {
            measured.Mean[c].Should().BeApproximately(Normalization.Cifar10.Mean[c], 0.01);
            measured.StandardDeviation[c].Should().BeApproximately(Normalization.Cifar10.StandardDeviation[c], 0.01);
        }
        // The red values that the first image is known to begin with.
        data.Inputs[0, 0, 0][..3].data<byte>().ToArray().Should().Equal(59, 43, 50);
    }

    [LosslessCifarFact(andJpeg: true)]
    [Trait("Category", "Slow")]
    public void The_k_th_image_of_a_class_is_the_k_th_jpeg_of_its_folder_up_to_compression()
    {
        using var folder = new TemporaryFolder();
        using var lossless = CifarBinary.Load10(LosslessCifarFactAttribute.DecompressTo(folder));
        using var jpeg = ImageFolder.Load(Path.Combine(CifarJpegFactAttribute.Folder, "train"), new() { UseCache = false });
        long[] inFolder = new long[10];
        long[] pairs = [.. lossless.Labels.data<long>().ToArray().Select(c => 5000 * c + inFolder[c]++)];
        using var same = jpeg.Subset(pairs);
        using var scope = NewDisposeScope();
        var error = (same.Inputs.to(ScalarType.Float32) - lossless.Inputs.to(ScalarType.Float32)).Squared().mean([1, 2, 3]);
        double decibels = error.reciprocal().Times(255.0 * 255.0).log10().Times(10L).mean().item<float>();
        decibels.Should().BeInRange(29, 32, "other images give about 10 dB");
    }

    private static byte[] Records(int recordBytes, int count, int labelBytes)
    {
        byte[] content = new byte[recordBytes * count];
        new Random(1).NextBytes(content);
        for (int i = 0; i < count; i++)
            for (int b = 0; b < labelBytes; b++)
                content[i * recordBytes + b] %= 10;
        return content;
    }
}
