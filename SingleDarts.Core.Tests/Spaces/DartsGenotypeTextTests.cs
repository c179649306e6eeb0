using System.Text.Json;
using System.Text.RegularExpressions;
using CsCheck;
using SingleDarts.Core.Genotypes;
using SingleDarts.Core.Runtime;
using SingleDarts.Core.Spaces;

namespace SingleDarts.Core.Tests.Spaces;

public class DartsGenotypeTextTests
{
    private const string V2 =
        "Genotype(normal=[('sep_conv_3x3', 0), ('sep_conv_3x3', 1), ('sep_conv_3x3', 0), ('sep_conv_3x3', 1), ('sep_conv_3x3', 1), " +
        "('skip_connect', 0), ('skip_connect', 0), ('dil_conv_3x3', 2)], normal_concat=range(2, 6), reduce=[('max_pool_3x3', 0), " +
        "('max_pool_3x3', 1), ('skip_connect', 2), ('max_pool_3x3', 1), ('max_pool_3x3', 0), ('skip_connect', 2), ('skip_connect', 2), " +
        "('max_pool_3x3', 1)], reduce_concat=range(2, 6))";

    private static readonly Gen<CellGenotype> anyCell =
        from nodes in Gen.Int[1, 5]
        from genes in Gen.Select(Gen.OneOf("sep_conv_3x3", "skip_connect", "max_pool_3x3"), Gen.Int[0, 1], Gen.Int[0, 60])
            .List[0, 3].Array[nodes]
        where genes[^1].Count > 0
        from keep in Gen.Bool.Array[nodes]
        let present = Enumerable.Range(2, nodes).Where(n => genes[n - 2].Count > 0).ToArray()
        let kept = present.Where(n => keep[n - 2]).ToArray()
        let sources = genes.Select((node, i) => node.Select((g, k) => new Gene(g.Item1, k == 0 ? g.Item2 : g.Item3 % (i + 2))).ToArray())
        select new CellGenotype(
            sources, kept.Length == 0 || kept.Length == present.Length || genes.Any(node => node.Count != 2) ? null : kept);

    [Fact]
    public void The_form_of_published_code_comes_back_letter_for_letter()
    {
        Genotype genotype = DartsGenotypeText.Parse(V2);
        DartsGenotypeText.Format(genotype).Should().Be(V2);
        genotype["normal"].Nodes[3].Should().Equal(new Gene("skip_connect", 0), new Gene("dil_conv_3x3", 2));
        genotype.ToString().Should().StartWith("normal=|sep_conv_3x3~0|sep_conv_3x3~1|+").And.Contain(";reduction=|max_pool_3x3~0|");
        genotype.Should().Be(DartsGenotypes.DartsV2).And.Be(Genotype.Parse(V2)).And.Be(Genotype.Parse(genotype.ToString()));
        JsonSerializer.Deserialize<Genotype>(JsonSerializer.Serialize(genotype)).Should().Be(genotype);
    }

    [Fact]
    public void White_space_quotes_and_lists_do_not_matter() => DartsGenotypeText.Parse(
        "\n" + V2.Replace("'", "\"").Replace(", ", " ,\n ").Replace("range(2 ,\n 6)", "[2, 3, 4, 5]")).Should().Be(DartsGenotypes.DartsV2);

    [Fact]
    public void Any_cells_come_back() => Gen.Select(anyCell, anyCell).Sample((normal, reduction) =>
    {
        var genotype = new Genotype([KeyValuePair.Create("normal", normal), KeyValuePair.Create("reduction", reduction)]);
        return DartsGenotypeText.Parse(DartsGenotypeText.Format(genotype)).Equals(genotype) && Genotype.Parse(genotype.ToString())
            .Equals(genotype);
    });

    [Fact]
    public void Published_cells_come_back_and_say_where_they_are_from()
    {
        DartsGenotypes.All.Select(g => g.Name).Should().OnlyHaveUniqueItems().And.HaveCount(31);
        foreach (PublishedGenotype published in DartsGenotypes.All)
        {
            DartsGenotypeText.Parse(DartsGenotypeText.Format(published.Genotype)).Should().Be(published.Genotype);
            published.Source.Should().NotBeEmpty();
        }
        DartsGenotypes.All.Where(g => g.HasRepeatedEdges).Select(g => g.Name).Should().BeEquivalentTo("NASNet-A", "AmoebaNet-A", "ENAS");
        DartsGenotypes.Named("amoebanet-a").Genotype["reduction"].OutputNodes.Should().Equal(3, 4, 6);
        DartsGenotypes.Named("FairDARTS-a").Genotype["normal"].Nodes[1].Should().BeEmpty();
    }

    [Theory]
    [InlineData("Single-DARTS", "*not published*no genotype*")]
    [InlineData("PNAS", "*no published cells named 'PNAS'*DARTS-V2*")]
    public void A_name_without_cells_says_why(string name, string message) =>
        FluentActions.Invoking(() => DartsGenotypes.Named(name)).Should().Throw<ArgumentException>().WithMessage(message);

    /// <summary>DARTS-V1 as the code of several authors, of several versions of Python and NumPy, and of pages prints it.</summary>
    public static TheoryData<string, string> Printed()
    {
        string text = DartsGenotypeText.Format(DartsGenotypes.Named("DARTS-V1").Genotype);
        string nested = text.Replace("=[(", "=[[(").Replace(")], ", ")]], ");
        for (int i = 3; i >= 1; i--)
            foreach (string field in new[] { "normal", "reduce" })
                nested = Join(nested, field, 2 * i);
        string fields = text["Genotype(".Length..^1];
        string[] parts = Regex.Split(fields, ", (?=normal_concat|reduce)");
        return new()
        {
            { "NumPy 2", Regex.Replace(text, @"', (\d)\)", "', np.int64($1))") },
            { "NumPy 2, both", Regex.Replace(text, @"('\w+'), (\d)\)", "np.str_($1), np.int32($2))") },
            { "PyTorch", Regex.Replace(text, @"', (\d)\)", "', tensor($1, device='cuda:0'))") },
            { "Python 2", text.Replace("('", "(u'") },
            { "assignment", "# second run\nDARTS_V1 = " + text + "  # 97.0, \"as 'published'\" ]\n" },
            { "module", "arch = genotypes.Genotype(" + text["Genotype(".Length..] + ";" },
            { "log", "12/11 03:21:04 PM genotype = " + text + "\n" },
            { "file", "\uFEFFfrom x import namedtuple\nGenotype = namedtuple('Genotype', 'normal normal_concat')\n\nX = " + text },
            { "lines", text.Replace("), (", "),  # a node\n  (").Replace("=[", " = [\n\t") },
            { "trailing commas", text.Replace(")]", "),]").Replace("range(2, 6))", "range(2, 6),)") },
            { "list", text.Replace("range(2, 6)", "[2, 3, 4, 5]") },
            { "tuple", text.Replace("range(2, 6)", "(2, 3, 4, 5)") },
            { "list of range", text.Replace("range(2, 6)", "list(range(2, 6))") },
            { "step", text.Replace("range(2, 6)", "range(2, 6, 1)") },
            { "arange", text.Replace("range(2, 6)", "np.arange(2, 6)") },
            { "array", text.Replace("range(2, 6)", "array([2, 3, 4, 5], dtype=int64)") },
            { "genes as lists", Regex.Replace(text, @"\(('\w+', \d)\)", "[$1]") },
            { "tuple of genes", text.Replace("=[", "=(").Replace("], ", "), ") },
            { "quotes", Regex.Replace(text, @"'(\w+)'", "‘$1’") },
            { "double quotes", Regex.Replace(text, @"'(\w+)'", "“$1”").Replace(", ", ",\u00A0") },
            { "nodes", nested },
            { "order", $"Genotype({parts[2]}, {parts[3]}, {parts[0]}, {parts[1]})" },
            { "by place", $"Genotype({string.Join(", ", parts.Select(part => part.Split('=')[1]))})" },
            { "dictionary", "{" + string.Join(", ", parts.Select(part => $"'{part.Replace("=", "': ")}")) + "}" },
        };
    }

    /// <summary>Puts a bracket before every second gene of a field: lists of genes for each node.</summary>
    private static string Join(string text, string field, int gene)
    {
        int at = text.IndexOf(field + "=", StringComparison.Ordinal);
        for (int i = 0; i < gene; i++)
            at = text.IndexOf("), (", at + 1, StringComparison.Ordinal);
        return text[..at] + ")], [(" + text[(at + 4)..];
    }

    [Theory]
    [MemberData(nameof(Printed))]
    public void Cells_are_read_as_published_code_prints_them(string form, string text) =>
        Genotype.Parse(text).Should().Be(DartsGenotypes.Named("DARTS-V1").Genotype, form);

    /// <summary>As <c>list(range(2, 6, 2))</c> of Python.</summary>
    [Theory]
    [InlineData("range(2, 6, 2)", 2, 4)]
    [InlineData("np.arange(3, 6, 2)", 3, 5)]
    [InlineData("range(2, 6, 3)", 2, 5)]
    public void A_range_may_have_a_step(string range, params int[] nodes) =>
        Genotype.Parse(DartsGenotypeText.Format(DartsGenotypes.Named("DARTS-V1").Genotype).Replace("range(2, 6)", range))["normal"]
            .OutputNodes.Should().Equal(nodes);

    [Theory]
    [InlineData("'|nor_conv_3x3~0|'")]
    [InlineData("arch_str = \"|nor_conv_3x3~0|\"  # the best")]
    [InlineData("Structure(2 nodes with |nor_conv_3x3~0|)")]
    [InlineData("<<<--->>> The 000-249 epoch : Structure(2 nodes with |nor_conv_3x3~0|)\n")]
    [InlineData("# the best\n |nor_conv_3x3~0| ")]
    [InlineData("“cell=|nor_conv_3x3~0|”")]
    public void A_cell_is_read_as_published_code_prints_it(string text) => Genotype.Parse(text).ToString().Should().Be("|nor_conv_3x3~0|");

    /// <summary>A cell of two nodes, which every fault below changes.</summary>
    private const string Two = "Genotype(normal=[('a', 0), ('b', 1), ('c', 2), ('d', 0)], normal_concat=range(2, 4), " +
        "reduce=[('a', 0), ('b', 1), ('c', 2), ('d', 0)], reduce_concat=range(2, 4))";

    [Theory]
    [InlineData(", reduce_concat=range(2, 4)", "", "it has no reduce_concat*Expected 'Genotype(normal=*")]
    [InlineData("reduce_concat", "concat", "it has 'concat', which is none of*")]
    [InlineData("reduce=", "normal=", "it has 'normal' twice*")]
    [InlineData("('a', 0), ", "", "normal has 3 genes; expected two for each node*")]
    [InlineData("('d', 0)]", "x]", "gene 1 of normal is 'x'; expected ('operation', source)*")]
    [InlineData("('b', 1)", "('b', 2, 1)", "normal has both pairs and triples, '('b', 2, 1)' among them*")]
    [InlineData("[('a', 0), ('b', 1), ('c', 2), ('d', 0)], normal", "[], normal", "normal has no genes*")]
    [InlineData("('c', 2)", "('c', 3)", "gene 3 of normal, '('c', 3)', of node 3 reads node 3; nodes 0 to 2 are computed before it*")]
    [InlineData("('b', 1)", "('b', 7)", "gene 2 of normal, '('b', 7)', of node 2 reads node 7*")]
    [InlineData("('b', 1)", "('b', -1)", "gene 2 of normal is '('b', -1)'; expected*")]
    [InlineData("('b', 1)", "('b', 1.0)", "gene 2 of normal is '('b', 1.0)'; expected*")]
    [InlineData("('b', 1)", "('b', np.float64(1.0))", "gene 2 of normal is '('b', np.float64(1.0))'; expected*")]
    [InlineData("('b', 1)", "('b', True)", "gene 2 of normal is '('b', True)'; expected*")]
    [InlineData("('b', 1)", "(b'b', 1)", "found ''b', 1), ('c', 2), (' at character*; expected ',' or ')'*")]
    [InlineData("('b', 1)", "(None, 1)", "gene 2 of normal is '(None, 1)'*")]
    [InlineData("('b', 1)", "('sep\\_conv', 1)", "gene 2 of normal is '('sep\\_conv', 1)'*")]
    [InlineData("('b', 1)", "('b', 1", "found*at character*expected*")]
    [InlineData("normal_concat=range(2, 4)", "normal_concat=range(4, 2)", "normal_concat is 'range(4, 2)'; expected one or more*")]
    [InlineData("normal_concat=range(2, 4)", "normal_concat=range(4)", "normal_concat is 'range(4)'; expected one or more computed*")]
    [InlineData("normal_concat=range(2, 4)", "normal_concat=range(2, 4, 0)", "normal_concat is 'range(2, 4, 0)'; expected nodes such as*")]
    [InlineData("normal_concat=range(2, 4)", "normal_concat=range(stop=4)", "normal_concat is 'range(stop=4)'; expected nodes such as*")]
    [InlineData("normal_concat=range(2, 4)", "normal_concat=[2, x]", "normal_concat is '[2, x]'; expected nodes such as*")]
    [InlineData("normal_concat=range(2, 4)", "normal_concat=[2, 999]", "normal_concat is '[2, 999]'; the last node is 3*")]
    [InlineData("normal_concat=range(2, 4)", "normal_concat=[2, 1000]", "normal_concat is '[2, 1000]'; expected nodes such as*")]
    [InlineData("normal_concat=range(2, 4)", "normal_concat=range(2, 1000)", "normal_concat is 'range(2, 1000)'; the last node is 3*")]
    [InlineData("normal_concat=range(2, 4)", "normal_concat=range(2, 1001)", "normal_concat is 'range(2, 1001)'; expected nodes such*")]
    [InlineData("('c', 2), ('d', 0)]", "[('c', 2), ('d', 0)]]", "normal has 3 genes; expected two for each node*")]
    [InlineData("[('a', 0), ('b', 1), ('c', 2), ('d', 0)], normal", "[[('a', 0), x]], normal", "normal has 1 genes; expected two*")]
    [InlineData("normal_concat=range(2, 4)", "normal_concat=", "found ', reduce=[('a', 0), ' at character 73; expected a value*")]
    [InlineData("normal_concat=range(2, 4)", "normal_concat=[]", "normal_concat is '[]'; expected one or more*")]
    [InlineData("normal_concat=range(2, 4)", "normal_concat=[3, 2]", "normal_concat is '[3, 2]'; expected each*ascending order*")]
    [InlineData("normal_concat=range(2, 4)", "normal_concat=[2, 2]", "normal_concat is '[2, 2]'; expected each node once*")]
    [InlineData("normal_concat=range(2, 4)", "normal_concat=range(2, 5)",
        "normal_concat is 'range(2, 5)'; the last node is 3, by 4 genes*")]
    [InlineData("normal_concat=range(2, 4)", "normal_concat=range(2, 99999999999)", "normal_concat is 'range(2, 99999999999)'; expected*")]
    [InlineData("range(2, 4))", "range(2, 4)) Genotype(", "found 'Genotype(' at character*; expected the end*")]
    [InlineData("Genotype(", "Genotype((((((((((", "found*expected at most 8 brackets within each other*")]
    [InlineData("Genotype(", "Genome(", "it has no Genotype(...)*")]
    public void What_PyTorchs_code_could_not_build_is_refused(string part, string by, string message)
    {
        int at = Two.IndexOf(part, StringComparison.Ordinal);
        FluentActions.Invoking(() => Genotype.Parse(Two[..at] + by + Two[(at + part.Length)..])).Should().Throw<FormatException>()
            .WithMessage("*is no genotype in the form of DARTS: " + message);
    }

    [Theory]
    [InlineData("('a', 1, 0)", "gene 1 of normal, '('a', 1, 0)', belongs to node 1; computed nodes are 2 to 999*")]
    [InlineData("('a', 2, 0), ('b', 1)", "normal has both pairs and triples, '('b', 1)' among them*")]
    [InlineData("('a', 1000, 0)", "gene 1 of normal, '('a', 1000, 0)', belongs to node 1000; computed nodes are 2 to 999*")]
    [InlineData("('a', 999, 0)", "normal_concat is '[2, 3]'; the output of cells with triples has every node with genes, 999*")]
    [InlineData("('a', 3, 0), ('b', 2, 0)", "gene 2 of normal, '('b', 2, 0)', belongs to node 2 and stands behind genes of node 3*")]
    [InlineData("('a', 2, 0), ('b', 3, 3)", "gene 2 of normal, '('b', 3, 3)', of node 3 reads node 3*")]
    [InlineData("('a', 2, 0), ('b', 4, 3)", "node 4 of normal reads only nodes without genes, by 'b~3'*")]
    [InlineData("('a', 2, 0), ('b', 5, 1)", "normal_concat is '[2, 3]'; the output of cells with triples has every node with genes, 2, 5*")]
    public void Sparse_cells_that_FairDARTS_could_not_build_are_refused(string genes, string message) =>
        FluentActions.Invoking(() => Genotype.Parse(
            $"Genotype(normal=[{genes},], normal_concat=[2, 3], reduce=[('a', 2, 0)], reduce_concat=range(2, 6))"))
            .Should().Throw<FormatException>().WithMessage("*form of DARTS: " + message);

    [Fact]
    public void Sparse_cells_have_all_nodes_of_their_output_whether_they_have_genes_or_not()
    {
        CellGenotype cell = Genotype.Parse("Genotype(normal=[('a', 3, 0), ('b', 3, 1)], normal_concat=range(2, 6), " +
            "reduce=[('a', 2, 0)], reduce_concat=range(2, 6))")["normal"];
        cell.ToString().Should().Be("||+|a~0|b~1|+||+||");
        cell.OutputNodes.Should().BeNull();
    }

    [Fact]
    public void An_output_node_of_pairs_needs_genes() =>
        FluentActions.Invoking(() => DartsGenotypeText.Parse(Two.Replace("[('a', 0), ('b', 1), ('c', 2), ('d', 0)]",
            "[[('a', 0), ('b', 1)], [], [('c', 2), ('d', 0)]]").Replace("range(2, 4)", "range(2, 5)"))).Should().Throw<FormatException>()
            .WithMessage("*normal_concat is 'range(2, 5)'; node 3 has no genes*");

    [Theory]
    [InlineData("Genotype(normal=[('a", "expected a quote behind the string that begins at character 19.")]
    [InlineData("Genotype(normal=[", "found the end at character 18; expected ']'.")]
    [InlineData("Genotype(normal=[[[[[[[1", "found the end at character 25; expected ',' or ']'.")]
    [InlineData("Genotype(normal=[[[[[[[[1", "found '[1' at character 24; expected at most 8 brackets")]
    public void A_fault_of_the_expression_says_where(string text, string message) =>
        FluentActions.Invoking(() => DartsGenotypeText.Parse(text)).Should().Throw<FormatException>().WithMessage($"*{message}*");

    [Fact]
    public void A_genotype_in_json_is_a_string() =>
        FluentActions.Invoking(() => JsonSerializer.Deserialize<Genotype>("5")).Should().Throw<JsonException>()
            .WithMessage("Found Number where the text of a Genotype was expected*");

    [Fact]
    public void A_text_that_was_cut_anywhere_is_refused()
    {
        foreach (int length in Enumerable.Range(0, V2.Length))
            FluentActions.Invoking(() => DartsGenotypeText.Parse(V2[..length])).Should().Throw<FormatException>();
    }

    [Fact]
    public void A_text_may_have_as_many_characters_as_the_limit_says()
    {
        foreach (string text in new[] { V2, "|a~0|" })
        {
            int most = (int)ReadLimits.GenotypeCharacters.Value;
            Genotype.Parse(text.PadRight(most)).Should().Be(Genotype.Parse(text));
            FluentActions.Invoking(() => Genotype.Parse(text.PadRight(most + 1))).Should().Throw<FormatException>()
                .WithMessage($"*{most + 1} characters*");
        }
        DartsGenotypeText.Parse(V2.PadRight((int)ReadLimits.GenotypeCharacters.Value)).Should().Be(DartsGenotypes.DartsV2);
    }

    [Fact]
    public void A_message_quotes_no_more_than_100_characters_and_deep_nesting_ends_no_process() =>
        FluentActions.Invoking(() => Genotype.Parse("x = Genotype(" + new string('[', 1_000_000))).Should().Throw<FormatException>()
            .Which.Message.Length.Should().BeLessThan(500);

    [Theory]
    [InlineData("|skip_connect~0|:x", "*no list of output nodes*")]
    [InlineData("|skip_connect~0|:3,2", "*ascending*")]
    [InlineData("|skip_connect 0|", "Gene 'skip_connect 0' in computed node 1*")]
    public void A_wrong_text_says_what_is_wrong(string text, string message) =>
        FluentActions.Invoking(() => Genotype.Parse(text)).Should().Throw<FormatException>().WithMessage(message);

    [Fact]
    public void Sparse_cells_that_leave_out_a_node_have_no_such_form() =>
        FluentActions.Invoking(() => DartsGenotypeText.Format(Genotype.Parse("normal=|a~0|+|a~1|:2;reduction=|a~0|")))
            .Should().Throw<ArgumentException>().WithMessage("*nodes without two genes*");

    [Fact]
    public void Other_cells_have_no_such_form() =>
        FluentActions.Invoking(() => DartsGenotypeText.Format(NasBench201Genotypes.AllSkip)).Should().Throw<ArgumentException>()
            .WithMessage("*has the cells cell*");
}
