using System.Runtime.InteropServices;
using System.Text;
using SingleDarts.Core.Data;
using SingleDarts.Core.Runtime;

namespace SingleDarts.Core.Tests.Data;

/// <summary>Names of folders and files as Python sorts and writes them.</summary>
public class FolderNamesTests
{
    /// <summary>As <c>sorted(["ｶ", "😀", "z", "é", "B", "b"])</c> of Python 3; ordinal order has 😀 before ｶ.</summary>
    private static readonly string[] sorted = ["B", "b", "z", "é", "ｶ", "😀"];

    [Fact]
    public void Classes_and_files_are_in_the_order_of_Python()
    {
        using var folder = new TemporaryFolder();
        foreach (var (i, name) in sorted.Index().Reverse())
        {
            folder.Write($"{name}/0.png", Red(10 * i));
            folder.Write($"B/{name}.png", Red(100 + i));
        }
        File.Delete(folder["B/0.png"]);
        using ClassificationDataset data = ImageFolder.Load(folder.Path, new() { UseCache = false });
        data.ClassNames.Should().Equal(sorted);
        using var red = data.Inputs.select(1, 0).select(1, 0).select(1, 0).contiguous();
        red.data<byte>().ToArray().Should().Equal(100, 101, 102, 103, 104, 105, 10, 20, 30, 40, 50);
    }

    [Fact]
    public void The_order_of_code_points_is_that_of_bytes_in_utf8()
    {
        string[] names = [.. Enumerable.Range(0, 0x110000 / 997).Select(i => 997 * i).Where(Rune.IsValid)
            .SelectMany(c => new[] { $"a{new Rune(c)}", $"a{new Rune(c)}b" })];
        names.Order(CodePointOrder.Instance).Should().Equal(
            names.OrderBy(name => Convert.ToHexString(Encoding.UTF8.GetBytes(name)), StringComparer.Ordinal));
    }

    [LinuxTheory]
    [InlineData("a", "caf\u00e9.png")]
    [InlineData("", "caf\u00e9")]
    public void A_name_that_is_not_utf8_is_refused_before_anything_is_decoded(string inFolder, string name)
    {
        using var folder = new TemporaryFolder();
        folder.Write("a/0.png", [1, 2, 3]);
        folder.Write("a/1.png", [1, 2, 3]);
        folder.Write("b/0.png", [1, 2, 3]);
        folder.Write("c/0.png", [1, 2, 3]);
        string good = folder[inFolder.Length > 0 ? "a/1.png" : "c"], bad = Path.Combine(folder[inFolder], name);
        rename(Encoding.UTF8.GetBytes(good + '\0'), Encoding.Latin1.GetBytes(bad + '\0')).Should().Be(0);
        string message = $"The name '{Path.Combine(folder[inFolder], name.Replace('\u00e9', '\uFFFD'))}' is not valid UTF-8*rename it*";
        FluentActions.Invoking(() => ImageFolder.Load(folder.Path, new() { UseCache = false })).Should().Throw<FileNotFoundException>()
            .WithMessage(message);
        FluentActions.Invoking(() => new ImageFolderSource(folder.Path, ImageFolderSourceOptions.ImageNetTest, TorchSharp.torch.CPU))
            .Should().Throw<FileNotFoundException>().WithMessage(message);
        FluentActions.Invoking(() => Datasets.Open(Path.Combine(folder[inFolder], name.Replace('\u00e9', '\uFFFD'))))
            .Should().Throw<FileNotFoundException>().WithMessage(message);
        rename(Encoding.Latin1.GetBytes(bad + '\0'), Encoding.UTF8.GetBytes(good + '\0')).Should().Be(0, "the folder can be removed");
    }

    [Fact]
    public void A_name_may_have_the_character_that_stands_for_others()
    {
        using var folder = new TemporaryFolder();
        folder.Write("a\uFFFD/0.png", TestImages.Encode(4, 4));
        folder.Write("b/\uFFFD.png", TestImages.Encode(4, 4));
        using ClassificationDataset data = ImageFolder.Load(folder.Path, new() { UseCache = false });
        data.ClassNames.Should().Equal("a\uFFFD", "b");
    }

    private static byte[] Red(int red) => TestImages.Encode(4, 4, (_, _) => new((byte)red, 0, 0));

    [DllImport("libc")]
    private static extern int rename(byte[] from, byte[] to);
}
