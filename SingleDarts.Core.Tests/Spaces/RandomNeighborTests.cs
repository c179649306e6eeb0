using SingleDarts.Core.Genotypes;
using SingleDarts.Core.Spaces;

namespace SingleDarts.Core.Tests.Spaces;

public class RandomNeighborTests
{
    /// <summary>Node uniform, then edge uniform within the node, then operation uniform among the other four.</summary>
    [Fact]
    public void One_edge_of_NasBench201_changes_with_the_published_frequencies()
    {
        const int Draws = 18_000;
        SearchSpace space = SearchSpaces.NasBench201();
        var random = new Random(1);
        Genotype parent = NasBench201Genotypes.Cifar100Best;
        int[] before = Digits(parent), edges = new int[6], operations = new int[5];
        for (int i = 0; i < Draws; i++)
        {
            int[] after = Digits(space.RandomNeighbor(parent, random));
            int changed = Enumerable.Range(0, 6).Single(e => after[e] != before[e]);
            edges[changed]++;
            if (changed == 0)
                operations[after[0]]++;
        }
        double[] shares = [1.0 / 3, 1.0 / 6, 1.0 / 6, 1.0 / 9, 1.0 / 9, 1.0 / 9];
        for (int e = 0; e < 6; e++)
            edges[e].Should().BeCloseTo((int)(shares[e] * Draws), Deviations(shares[e], Draws));
        for (int k = 0; k < 5; k++)
            operations[k].Should().BeCloseTo(k == before[0] ? 0 : edges[0] / 4, k == before[0] ? 0 : Deviations(0.25, edges[0]));
    }

    [Fact]
    public void One_gene_of_a_cell_that_chooses_its_edges_gets_another_operation_or_another_source()
    {
        SearchSpace space = SearchSpaces.Darts();
        var random = new Random(2);
        Genotype parent = space.RandomGenotype(5);
        int operations = 0, sources = 0, normal = 0, ofFirstNode = 0;
        for (int i = 0; i < 4000; i++)
        {
            Genotype child = space.RandomNeighbor(parent, random);
            var changed = Genes(parent).Zip(Genes(child)).Where(pair => pair.First != pair.Second).Should().ContainSingle().Which;
            foreach (CellSpecification kind in space.Cells)
                kind.Validate(child[kind.Name]);
            child.Count("none").Should().Be(0);
            bool isOperation = changed.First.Gene.Source == changed.Second.Gene.Source;
            isOperation.Should().Be(changed.First.Gene.Operation != changed.Second.Gene.Operation);
            operations += isOperation ? 1 : 0;
            sources += isOperation ? 0 : 1;
            normal += changed.First.Cell == "normal" ? 1 : 0;
            ofFirstNode += changed.First.Node == 0 ? 1 : 0;
        }
        normal.Should().BeCloseTo(2000, Deviations(0.5, 4000));
        ofFirstNode.Should().BeCloseTo(1000, Deviations(0.25, 4000));
        // The first node reads both inputs, so that it has no other source.
        sources.Should().BeCloseTo(1500, Deviations(0.375, 4000));
        operations.Should().Be(4000 - sources);
    }

    [Fact]
    public void A_neighbour_has_only_what_its_edges_allow_and_edges_without_choice_stay()
    {
        SearchSpace space = Restricted.Small;
        var random = new Random(3);
        Genotype genotype = space.RandomGenotype(1);
        var seen = new HashSet<(int, int)>();
        for (int i = 0; i < 2000; i++)
        {
            genotype = space.RandomNeighbor(genotype, random);
            int[] digits = Digits(genotype);
            for (int e = 0; e < 6; e++)
                seen.Add((e, digits[e]));
        }
        seen.Should().BeEquivalentTo(Restricted.Columns.SelectMany((columns, edge) => columns.Select(k => (edge, k))));
    }

    [Fact]
    public void A_space_without_choice_and_a_genotype_of_another_space_are_rejected()
    {
        SearchSpace single = SearchSpaces.NasBench201();
        for (int e = 0; e < 6; e++)
            single = single.Allow("cell", e, "skip_connect");
        single.Invoking(s => s.RandomNeighbor(NasBench201Genotypes.AllSkip, new Random(1)))
            .Should().Throw<ArgumentException>().WithMessage("*no neighbour*leaves no choice*");
        SearchSpaces.NasBench201().Invoking(s => s.RandomNeighbor(SearchSpaces.Darts().RandomGenotype(1), new Random(1)))
            .Should().Throw<Exception>().WithMessage("*no cell 'cell'*");
    }

    /// <summary>Five standard deviations of a count.</summary>
    private static uint Deviations(double share, int draws) => (uint)Math.Ceiling(5 * Math.Sqrt(share * (1 - share) * draws));

    private static int[] Digits(Genotype genotype) => [.. genotype["cell"].Nodes.SelectMany(genes => genes.OrderBy(g => g.Source))
        .Select(gene => NasBench201Genotypes.Operations.ToList().IndexOf(gene.Operation))];

    private static IEnumerable<(string Cell, int Node, Gene Gene)> Genes(Genotype genotype) => genotype.Cells.SelectMany(cell =>
        cell.Value.Nodes.SelectMany((genes, node) => genes.Select(gene => (cell.Key, node, gene))));
}
