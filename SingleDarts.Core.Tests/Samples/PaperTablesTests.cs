using System.Diagnostics;
using SingleDarts.Core.Diagnostics;
using SingleDarts.Core.Runs;
using SingleDarts.Core.Search;
using SkiaSharp;
using static SingleDarts.Core.Tests.Fixtures.PaperTablesProcess;

namespace SingleDarts.Core.Tests.Samples;

public class PaperTablesTests
{
    private static readonly string[] Tiny = ["search", "--channels", "2", "--cells", "1", "--samples", "320", "--image-size", "8",
        "--threads", "1"];

    [Fact]
    public void Help_names_the_method_of_the_paper_and_the_size_of_its_space_as_defaults()
    {
        var (code, output, _) = Run("search", "--help");
        code.Should().Be(0);
        output.Should().Contain("--scheme").And.Contain("[default: single-darts]").And.Contain("[default: 16]").And.Contain("[default: 5]");
    }

    [Trait("Category", "Slow")]
    [Theory]
    [InlineData("Argument 'tri-level' not recognized", "--scheme", "tri-level")]
    [InlineData("/nowhere/at/all", "--data", "/nowhere/at/all")]
    [InlineData("/no/table.csv", "--table", "/no/table.csv")]
    [InlineData("cuda:7", "--device", "cuda:7")]
    [InlineData("batch size is 4000", "--batch-size", "4000")]
    [InlineData("epochs is -1", "--epochs", "-1")]
    [InlineData("--out", "--resume")]
    [InlineData("name it with --out", "--diagnose")]
    [InlineData("holds no run", "--resume", "--out", "/tmp/singledarts-no-such-run")]
    [InlineData("/proc/nowhere", "--out", "/proc/nowhere/run")]
    [InlineData("within (0, 1)", "--initial-probability", "1.5")]
    public void Bad_input_ends_with_code_2_and_a_message_without_a_stack_trace(string message, params string[] arguments)
    {
        var (code, output, error) = Run([.. Tiny, .. arguments]);
        code.Should().Be(2, output + error);
        error.Should().Contain(message).And.NotContain("   at ");
    }

    [Trait("Category", "Slow")]
    [Fact]
    public void Images_are_read_with_the_SkiaSharp_that_plots_bring()
    {
        using var folder = new TemporaryFolder();
        using var bitmap = new SKBitmap(8, 8);
        for (int i = 0; i < 64; i++)
        {
            string file = folder[$"images/{(i % 2 == 0 ? "even" : "odd")}/{i}.png"];
            Directory.CreateDirectory(Path.GetDirectoryName(file)!);
            bitmap.Erase(new SKColor((byte)i, (byte)(2 * i), (byte)(3 * i)));
            using SKData png = bitmap.Encode(SKEncodedImageFormat.Png, 100);
            File.WriteAllBytes(file, png.ToArray());
        }
        var (code, output, error) = Run(
            "search", "--channels", "2", "--cells", "1", "--threads", "1", "--epochs", "1", "--batch-size", "16", "--data",
            folder["images"]);
        code.Should().Be(0, output + error);
        output.Should().Contain("genotype");
    }

    [Trait("Category", "Slow")]
    [Fact]
    public void Diagnose_leaves_the_records_of_every_diagnostic_but_the_hessian_that_a_recorded_run_reads()
    {
        using var folder = new TemporaryFolder();
        var (code, output, error) =
            Run([.. Tiny, "--epochs", "1", "--batch-size", "160", "--diagnose", "--diagnose-interval", "2", "--out", folder["run"]]);
        code.Should().Be(0, output + error);
        Directory.GetFiles(folder["run/diagnostics"]).Select(Path.GetFileNameWithoutExtension).Should().BeEquivalentTo(
            "gradient-correlation", "operation-gradients", "operation-probabilities", "collapse-indicators");
        RecordedRun run = RecordedRun.Open(folder["run"]);
        run.Records<GradientCorrelationRecord>("gradient-correlation").Should().ContainSingle().Which.Nodes.Should().HaveCount(9);
        run.Epochs.Should().ContainSingle().Which.Architecture["cell"].OperationWeights.Should().BeEquivalentTo(
            run.Records<OperationProbabilitiesRecord>("operation-probabilities")[^1].OperationWeights["cell"]);
    }

    [Trait("Category", "Slow")]
    [LinuxFact]
    public void Sigterm_saves_a_checkpoint_ends_with_143_and_the_resumed_run_ends_as_the_uninterrupted_one()
    {
        using var folder = new TemporaryFolder();
        string[] search = [.. Tiny, "--epochs", "80"];
        Run([.. search, "--out", folder["whole"]]).Code.Should().Be(0);

        using Process process = PaperTablesProcess.Start([.. search, "--out", folder["cut"]]);
        var wait = Stopwatch.StartNew();
        while (!File.Exists(folder["cut/checkpoint/latest.safetensors"]) && wait.Elapsed < TimeSpan.FromMinutes(2))
            Thread.Sleep(5);
        // Batch systems send more than one.
        Process.Start("bash", ["-c", $"while kill -TERM {process.Id} 2> /dev/null; do sleep 0.002; done"]);
        string error = process.StandardError.ReadToEnd();
        process.WaitForExit();
        process.ExitCode.Should().Be(143, error);
        error.Should().Contain("Resume it from").And.NotContain("   at ");

        Run([.. search, "--out", folder["cut"], "--resume"]).Code.Should().Be(0);
        Epochs(folder["cut/epochs.jsonl"]).Should().Equal(Epochs(folder["whole/epochs.jsonl"]));
    }

    private static string[] Epochs(string path) =>
        [.. File.ReadLines(path).Select(line => RunJson.Write(RunJson.Read<EpochReport>(line) with { Seconds = 0, DataSeconds = 0 }))];
}
