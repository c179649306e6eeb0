using System.Security.Cryptography;
using CsCheck;
using SingleDarts.Core.Data;
using static TorchSharp.torch;

namespace SingleDarts.Core.Tests.Data;

/// <summary>
/// Against Pillow 9.4.0 (Debian 12), bit for bit. The image is <see cref="TestImages.Mixed"/> of the size given; the values are those of
/// <c>image.crop((left, top, left + width, top + height)).resize(size, Image.BILINEAR)</c>, in planes, and their SHA-256.
/// </summary>
public class ResamplingTests
{
    [Fact]
    public void A_shrunk_crop_is_that_of_Pillow() =>
        Read(23, 17, new Fixed(3, 4, new(2, 3, 11, 13))).Should().Equal(
            147, 135, 137, 129, 149, 109, 115, 148, 151, 139, 132, 150, 148, 110, 136, 144, 124, 132, 131, 132, 137, 124, 131, 122, 154,
            158, 128, 122, 138,
            117, 134, 133, 109, 142, 120, 129);

    [Fact]
    public void A_grown_crop_is_that_of_Pillow() =>
        Read(23, 17, new Fixed(4, 5, new(1, 20, 3, 2))).Should().Equal(
            253, 231, 141, 50, 28, 101, 95, 69, 43, 36, 15, 18, 31, 43, 46, 23, 26, 39, 51, 54, 93, 96, 108, 120, 123, 115, 118, 131, 143,
            146, 145, 148, 161,
            173, 176, 173, 176, 189, 202, 205, 41, 42, 48, 54, 55, 89, 91, 97, 103, 105, 147, 149, 156, 163, 165, 195, 197, 205, 213, 215);

    [Theory]
    [InlineData(31, 40, 275, 367, "8b1b5029f8fb01d476f7f23d7b716ff8bf76b3f40ca9dcbab38141d0c9a75e8e")]
    [InlineData(0, 0, 375, 500, "61dad88f64ba2b40e64287dbf7013f71168bc546db7a813f26b2d5ec340691ff")]
    [InlineData(90, 120, 76, 101, "ec7cb1cf8f336ac5faf30645157ced7bb0328ea7f86e2a72e97694cb7038390b")]
    [InlineData(0, 499, 375, 1, "8c7272ce96aff822214d9830ff66006827e0fedb5b69996f99b42979cc778704")]
    [InlineData(20, 10, 224, 224, "4e535b24da911c13e9c86abf82c7de9856241fd61dfb83b022dc716a5803a8e4")]
    public void Training_crops_are_those_of_Pillow(int top, int left, int height, int width, string hash) =>
        Hash(Read(500, 375, new Fixed(224, 224, new(top, left, height, width)))).Should().Be(hash);

    /// <summary>The short side is resized to 256 and the other to the whole part of its length, then the centre is cut out, as
    /// torchvision does.</summary>
    [Theory]
    [InlineData(500, 375, "20b35dbefea83a3393297db04df8f53bda855e0f69dbd07960fe79bdeed6a578")]
    [InlineData(375, 500, "03e092c00a58563d441ae01a42a90294b9de9c7cdea1f2ca24d147a02ecb1620")]
    [InlineData(300, 300, "37ea2519cdec1e7419bbe8feeafdfc45701e9a83ed936ff9e0e00dabec26c797")]
    [InlineData(131, 97, "a1062e14481d909b538ed890e9b535ff873edd3b06daf3de3c77e97a8f395b08")]
    [InlineData(1301, 333, "dc8e566a55ad15a1770596b4245ab0eebeed0d09b198e18bc139129a4ca83445")]
    public void Test_crops_are_those_of_Pillow(int width, int height, string hash) => Hash(Read(width, height, new ResizeCenterCrop()))
        .Should().Be(hash);

    [Fact]
    public void Weights_of_every_pixel_add_up_to_one_and_stay_inside_the_interval() =>
        Gen.Select(Gen.Int[0, 9], Gen.Int[1, 60], Gen.Int[1, 70], Gen.Double[0, 1]).Sample((start, length, resized, part) =>
        {
            var axis = new ResampleAxis(start, length, resized, Math.Max(1, (int)(part * resized)));
            for (int i = 0; i < axis.Count; i++)
            {
                axis.Firsts[i].Should().BeInRange(start, start + length - 1);
                (axis.Firsts[i] + axis.Weights(i).Length).Should().BeInRange(start + 1, Math.Min(axis.End, start + length));
                axis.Weights(i).ToArray().Sum().Should().BeCloseTo(1 << ResampleAxis.Bits, 100);
            }
        }, iter: 500);

    private static byte[] Read(int width, int height, IImageCrop crop)
    {
        using var folder = new TemporaryFolder();
        folder.Write("a/0.png", TestImages.Encode(width, height));
        folder.Write("b/0.png", [1]);
        using var source = new ImageFolderSource(folder.Path, new() { Crop = crop, Normalization = null }, CPU);
        using var generator = new Generator(1, CPU);
        using var batch = source.Get([0], generator);
        return [.. batch.Inputs.data<float>().Select(v => (byte)MathF.Round(255 * v))];
    }

    private static string Hash(byte[] values) => Convert.ToHexStringLower(SHA256.HashData(values));

    private sealed record Fixed(int Height, int Width, CropWindow Window) : IImageCrop
    {
        public (int Height, int Width) Size => (Height, Width);

        public CropWindow Choose(int height, int width, Random random) => Window;
    }
}
