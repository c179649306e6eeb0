namespace SingleDarts.Core.Tests.Samples;

/// <summary><c>--tensorboard</c> of the command lines.</summary>
[Trait("Category", "Slow")]
public class TensorBoardOptionTests
{
    private static readonly string[] Tiny = ["--samples", "60", "--image-size", "8", "--channels", "2", "--epochs", "2",
        "--batch-size", "20", "--threads", "1"];

    [Fact]
    public void A_search_and_a_training_write_event_files()
    {
        using var folder = new TemporaryFolder();
        var (code, output, error) = PaperTablesProcess.Run(["search", .. Tiny, "--cells", "1", "--tensorboard", folder["search"]]);
        code.Should().Be(0, output + error);
        EventFiles.Shown(folder["search"]).Keys.Should().Contain([("loss/weights", 2), ("p.cell/1<-0/skip_connect", 2)]);
        EventFiles.Shown(folder["search"])[("genotype/text_summary", 2)].Text!.Trim().Should().Be(
            output.Split('\n').First(line => line.StartsWith("genotype ", StringComparison.Ordinal))["genotype".Length..].Trim());
        (code, output, error) = PaperTablesProcess.Run(["train", .. Tiny, "--genotype", "random:1", "--network", "nasbench201", "--recipe",
            "nasbench201", "--layers", "1", "--test-samples", "20", "--tensorboard", folder["train"]]);
        code.Should().Be(0, output + error);
        EventFiles.Shown(folder["train"]).Keys.Should().Contain([("loss/train", 1), ("accuracy/test", 2)]);
    }

    [Fact]
    public void A_folder_that_is_a_file_is_bad_input()
    {
        using var folder = new TemporaryFolder();
        folder.Write("file", [1]);
        var (code, output, error) = PaperTablesProcess.Run(["search", .. Tiny, "--cells", "1", "--tensorboard", folder["file"]]);
        code.Should().Be(2, output + error);
        error.Should().Contain("TensorBoardLog cannot write to the folder");
    }
}
