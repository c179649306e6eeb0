using SkiaSharp;
using static SingleDarts.Core.Tests.Fixtures.PaperTablesProcess;

namespace SingleDarts.Core.Tests.Samples;

public class EvaluateDataTests
{
    [Trait("Category", "Slow")]
    [Fact]
    public void A_test_folder_of_other_classes_ends_with_code_2_and_their_names()
    {
        using var folder = new TemporaryFolder();
        foreach (var (part, names) in new[] { ("train", new[] { "apple", "banana", "cherry" }), ("test", ["banana", "cherry", "plum"]) })
            foreach (string name in names)
                for (int i = 0; i < 8; i++)
                    folder.Write($"{part}/{name}/{i}.png",
                        TestImages.Encode(8, 8, (x, y) => new SKColor((byte)(i + x), (byte)(9 * y), (byte)(5 * x * y))));
        string[] evaluate =
        [
            "evaluate", "--genotype", "|nor_conv_3x3~0|+|nor_conv_3x3~0|nor_conv_3x3~1|+|skip_connect~0|nor_conv_3x3~1|nor_conv_3x3~2|",
            "--network", "nasbench201", "--recipe", "nasbench201", "--layers", "1", "--channels", "2", "--epochs", "1", "--batch-size", "8",
            "--threads", "1",
            "--data", Path.Combine(folder.Path, "train"), "--test",
        ];
        var (code, output, error) = Run([.. evaluate, Path.Combine(folder.Path, "test")]);
        code.Should().Be(2, output + error);
        error.Should().Contain("'apple'").And.Contain("'plum'").And.NotContain("   at ");
        output.Should().NotContain("epoch 1");
        Run([.. evaluate, Path.Combine(folder.Path, "train")]).Code.Should().Be(0);
    }
}
