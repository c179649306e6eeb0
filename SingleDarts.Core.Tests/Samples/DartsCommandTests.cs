using System.Text.Json;
using static SingleDarts.Core.Tests.Fixtures.PaperTablesProcess;

namespace SingleDarts.Core.Tests.Samples;

/// <summary>From a search in the DARTS space to a trained network and the tables.</summary>
public class DartsCommandTests
{
    private static readonly string[] Tiny = ["evaluate", "--channels", "4", "--layers", "3", "--image-size", "8", "--batch-size", "50",
        "--threads", "1"];

    [Trait("Category", "Slow")]
    [Fact]
    public void A_found_genotype_is_trained_resumed_and_shown_in_the_table()
    {
        using var folder = new TemporaryFolder();
        string found = folder["found"], trained = folder["trained"];
        var search = Run(
            "search", "--space", "darts", "--channels", "4", "--layers", "3", "--samples", "128", "--image-size", "8", "--batch-size", "32",
            "--epochs", "1", "--threads", "1", "--out", found);
        search.Code.Should().Be(0, search.Output + search.Error);
        search.Output.Should().Contain("as in DARTS   Genotype(normal=[('");

        var training = Run([.. Tiny, "--genotype", found, "--epochs", "1", "--samples", "200", "--test-samples", "100", "--out", trained]);
        training.Code.Should().Be(0, training.Output + training.Error);
        training.Output.Should().Contain("auxiliary classifier: none").And.Contain("epoch 1/1");
        string genotype = JsonDocument.Parse(File.ReadAllText(Path.Combine(found, "genotype.json"))).RootElement.GetProperty("genotype")
            .GetString()!;
        training.Output.Should().Contain(genotype);

        var again = Run([.. Tiny, "--genotype", found, "--epochs", "1", "--samples", "200", "--test-samples", "100", "--out", trained,
            "--resume"]);
        again.Code.Should().Be(0, again.Output + again.Error);

        var table = Run("table3", "--trained", trained);
        table.Code.Should().Be(0, table.Output + table.Error);
        table.Output.Should().Contain("528.36").And.Contain("3.349").And.Contain("97.24").And.Contain("Trained here").And.Contain(
            "darts, 3 cells, 4 channels");
    }

    [Trait("Category", "Slow")]
    [Fact]
    public void Table_2_has_the_paper_s_figures_beside_ours()
    {
        var (code, output, error) = Run("table2");
        code.Should().Be(0, output + error);
        foreach (string figure in new[] { "574", "529.91", "4.719", "712.94", "6.36", "597.04", "77.0", "no genotype published" })
            output.Should().Contain(figure);
    }

    [Trait("Category", "Slow")]
    [Theory]
    [InlineData("no published cells named 'DARTS-V9'", "--genotype", "DARTS-V9")]
    [InlineData("not published as text", "--genotype", "Single-DARTS")]
    [InlineData("names no random genotype", "--genotype", "random:x")]
    [InlineData("name it with --test", "--data", "/tmp")]
    [InlineData("no cell 'cell'", "--network", "nasbench201")]
    [InlineData("--out", "--resume")]
    [InlineData("micro batches", "--gradient-accumulation", "0")]
    [InlineData("at least 8×8", "--auxiliary", "true")]
    public void Bad_input_of_train_ends_with_code_2_and_a_message(string message, params string[] arguments)
    {
        var (code, output, error) = Run([.. Tiny, .. arguments]);
        code.Should().Be(2, output + error);
        error.Should().Contain(message).And.NotContain("   at ");
    }

    [Fact]
    public void A_folder_without_a_finished_training_ends_with_code_2()
    {
        using var folder = new TemporaryFolder();
        var (code, _, error) = Run("table3", "--trained", folder["nothing"]);
        code.Should().Be(2);
        error.Should().Contain("holds no finished training");
    }
}
