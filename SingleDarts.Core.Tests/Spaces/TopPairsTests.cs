using SingleDarts.Core.Genotypes;
using SingleDarts.Core.Spaces;
using SingleDarts.Core.Training;

namespace SingleDarts.Core.Tests.Spaces;

public class TopPairsTests
{
    [Fact]
    public void A_node_keeps_its_best_pairs_which_may_be_of_one_source()
    {
        var scores = new double[14, 5];
        scores[0, 0] = 0.9;                          // 'none' never counts
        scores[0, 2] = scores[1, 3] = 0.4;
        scores[2, 1] = 0.2;                          // node 1: both of source 2
        scores[4, 1] = 0.3;
        scores[4, 3] = 0.5;
        scores[8, 4] = scores[8, 1] = scores[6, 2] = 0.6;      // ties: the lower source, then the earlier operation
        IReadOnlyList<IReadOnlyList<Gene>> nodes = new TopPairs().Derive(Cells.Darts, Cells.Snapshot(scores)).Nodes;
        nodes[0].Should().Equal(new Gene("skip_connect", 0), new Gene("sep_conv_3x3", 1));
        nodes[1].Should().Equal(new Gene("sep_conv_3x3", 2), new Gene("max_pool_3x3", 2));
        nodes[2].Should().Equal(new Gene("skip_connect", 1), new Gene("max_pool_3x3", 3));
        new TopPairs(4).Derive(Cells.Darts, Cells.Snapshot(scores)).Nodes[1].Should().HaveCount(4);
    }

    [Fact]
    public void Random_scores_keep_what_a_sort_of_all_pairs_keeps()
    {
        var random = new Random(3);
        bool repeats = false;
        for (int trial = 0; trial < 50; trial++)
        {
            var scores = new double[14, 5];
            for (int i = 0; i < 70; i++)
                scores[i / 5, i % 5] = random.NextDouble();
            CellGenotype derived = new TopPairs().Derive(Cells.Darts, Cells.Snapshot(scores));
            for (int node = 0, first = 0; node < 4; first += node + 2, node++)
            {
                var best = (from source in Enumerable.Range(0, node + 2)
                            from k in Enumerable.Range(1, 4)
                            orderby -scores[first + source, k]
                            select new Gene(Cells.Darts.Operations[k].Name, source)).Take(2).ToArray();
                derived.Nodes[node].Should().Equal(best);
                repeats |= best[0].Source == best[1].Source;
            }
        }
        repeats.Should().BeTrue("otherwise no node read one source twice");
    }

    [Fact]
    public void A_genotype_that_reads_a_source_twice_is_counted_written_read_and_built()
    {
        var scores = new double[14, 8];
        for (int i = 0; i < scores.Length; i++)
            scores[i / 8, i % 8] = 0.01 * (i % 7);
        scores[0, 4] = scores[0, 3] = 1;
        SearchSpace space = SearchSpaces.Darts(3, channels: 4, layers: 3, height: 8, width: 8);
        Genotype genotype = space.Derive(new TopPairs(), space.Cells.ToDictionary(c => c.Name, _ => Cells.Snapshot(scores)));
        genotype["normal"].Nodes[0].Should().Equal(new Gene("skip_connect", 0), new Gene("sep_conv_3x3", 0));

        DartsGenotypeText.Parse(DartsGenotypeText.Format(genotype)).Should().Be(genotype);
        Genotype.Parse(genotype.ToString()).Should().Be(genotype);
        using var network = new EvaluationNetwork(space, genotype, new() { AllowRepeatedEdges = true });
        network.MeasureCost().Parameters.Should().Be(new CostModel(space).Of(genotype).Parameters);
        FluentActions.Invoking(() => new EvaluationNetwork(space, genotype)).Should().Throw<ArgumentException>()
            .WithMessage("*reads node 0 2 times (skip_connect~0, sep_conv_3x3~0)*AllowRepeatedEdges*");
    }

    [Fact]
    public void Invalid_settings_and_cells_are_rejected()
    {
        FluentActions.Invoking(() => new TopPairs(0)).Should().Throw<ArgumentOutOfRangeException>();
        var zeros = Cells.Cell("cell", inputs: 1, nodes: 2, "none", "none_too");
        new TopPairs().Faults(zeros).Should().ContainSingle().Which.Should().Contain("only zero operations");
        FluentActions.Invoking(() => new TopPairs().Derive(Cells.Darts, Cells.Snapshot(new double[6, 5])))
            .Should().Throw<ArgumentException>().WithMessage("*[6, 5]*[14, 5]*");
    }
}
