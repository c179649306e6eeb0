using SingleDarts.Core.Genotypes;
using SingleDarts.Core.Spaces;

namespace SingleDarts.Core.Tests.Spaces;

public class NasBench201GenotypesTests
{
    private static readonly List<Genotype> all = [.. NasBench201Genotypes.EnumerateAll()];

    [Fact]
    public void There_are_15625_cells_and_all_belong_to_the_space()
    {
        all.Should().HaveCount(15625);
        all.Distinct().Should().HaveCount(15625);
        foreach (var genotype in all)
            Cells.NasBench201.Validate(genotype[Genotype.OnlyCell]);
    }

    [Fact]
    public void Numbers_and_cells_are_inverse() =>
        all.Select(NasBench201Genotypes.IndexOf).Should().Equal(Enumerable.Range(0, 15625));

    [Fact]
    public void A_number_is_the_operations_in_base_5()
    {
        NasBench201Genotypes.IndexOf(NasBench201Genotypes.AllSkip).Should().Be(1 + 5 + 25 + 125 + 625 + 3125);
        NasBench201Genotypes.IndexOf(NasBench201Genotypes.Cifar100Best)
            .Should().Be(3 * 3125 + 3 * 625 + 3 * 125 + 1 * 25 + 3 * 5 + 3);
        NasBench201Genotypes.FromIndex(3125).ToString()
            .Should().Be("|skip_connect~0|+|none~0|none~1|+|none~0|none~1|none~2|");
    }

    [Fact]
    public void Order_of_genes_does_not_matter() => NasBench201Genotypes.IndexOf(
            Genotype.Parse("|none~0|+|skip_connect~1|none~0|+|avg_pool_3x3~2|none~0|skip_connect~1|"))
        .Should().Be(125 + 5 + 4);

    [Theory]
    [InlineData("|none~0|", "1 computed nodes, expected 3")]
    [InlineData("|none~0|+|none~0|+|none~0|none~1|none~2|", "node 2 reads nodes [0], expected each of [0, 1] once")]
    [InlineData("|none~0|+|none~0|none~0|+|none~0|none~1|none~2|", "node 2 reads nodes [0, 0]")]
    [InlineData("|none~0|+|none~0|none~1|+|none~0|none~1|conv~2|", "edge 3<-2 has the operation 'conv'")]
    [InlineData("a=|none~0|;b=|none~0|", "2 kinds of cell, expected 1")]
    public void Cells_of_other_spaces_are_refused(string text, string fault) =>
        FluentActions.Invoking(() => NasBench201Genotypes.IndexOf(Genotype.Parse(text)))
            .Should().Throw<ArgumentException>().WithMessage($"*{fault}*");

    [Theory]
    [InlineData(-1)]
    [InlineData(15625)]
    public void Numbers_outside_the_space_are_refused(int index) =>
        FluentActions.Invoking(() => NasBench201Genotypes.FromIndex(index)).Should().Throw<ArgumentOutOfRangeException>();

    [Fact]
    public void So_many_cells_are_disconnected_and_so_many_have_a_node_without_input_as_the_benchmark_has()
    {
        all.Count(cell => !NasBench201Genotypes.IsValid(cell)).Should().Be(341);
        all.Count(cell => cell["cell"].Nodes.Any(genes => genes.All(gene => gene.Operation == "none"))).Should().Be(3721);
    }

    [Fact]
    public void Valid_cells_are_those_with_a_path_from_input_to_output()
    {
        int[][] paths = [[0, 3], [0, 1, 3], [0, 2, 3], [0, 1, 2, 3]];
        bool HasPath(Genotype genotype) => paths.Any(path => path.Zip(path.Skip(1)).All(step =>
            !genotype.ToString().Split('+')[step.Second - 1].Contains($"|none~{step.First}|")));

        all.Where(NasBench201Genotypes.IsValid).Should().Equal(all.Where(HasPath)).And.HaveCount(15284);
    }

    [Fact]
    public void Isomorphism_forms_are_as_many_as_published() =>
        all.Select(NasBench201Genotypes.IsomorphismForm).Distinct().Should().HaveCount(6466);

    [Fact]
    public void Isomorphism_form_passes_skips_through_and_marks_zero()
    {
        Form("|nor_conv_1x1~0|+|none~0|skip_connect~1|+|skip_connect~0|avg_pool_3x3~1|none~2|")
            .Should().Be("#+((0)@nor_conv_1x1)@avg_pool_3x3+0");
        Form("|none~0|+|none~0|none~1|+|none~0|nor_conv_3x3~1|none~2|").Should().Be("#+#+#");
        static string Form(string text) => NasBench201Genotypes.IsomorphismForm(Genotype.Parse(text));
    }

    [Fact]
    public void Cells_of_one_isomorphism_form_compute_one_function()
    {
        // Operations as odd functions of a number (so zero stays zero): a cell is then one number, equal where its function is.
        Func<double, double>[] operations = [_ => 0, x => x, x => Math.Sin(2.3 * x), x => x * x * x / 3, x => Math.Tanh(0.7 * x)];
        double Value(Genotype genotype)
        {
            double[] node = [0.9, 0, 0, 0];
            foreach (var (genes, target) in genotype[Genotype.OnlyCell].Nodes.Select((g, i) => (g, i + 1)))
                node[target] = genes.Sum(g =>
                    operations[NasBench201Genotypes.Operations.ToList().IndexOf(g.Operation)](node[g.Source]));
            return Math.Round(node[3], 9);
        }

        foreach (var form in all.GroupBy(NasBench201Genotypes.IsomorphismForm))
            form.Select(Value).Distinct().Should().ContainSingle(form.Key);
        all.Select(Value).Distinct().Should().HaveCount(4930, "the form is finer than equality of functions");
    }
}
