using SingleDarts.Core.Genotypes;
using SingleDarts.Core.Spaces;

namespace SingleDarts.Core.Tests.Spaces;

public class RandomGenotypeTests
{
    [Fact]
    public void A_seed_gives_one_genotype_of_the_space()
    {
        SearchSpace space = SearchSpaces.Darts();
        space.RandomGenotype(3).Should().Be(space.RandomGenotype(3)).And.NotBe(space.RandomGenotype(4));
        for (long seed = 0; seed < 50; seed++)
            foreach (CellSpecification kind in space.Cells)
            {
                CellGenotype cell = space.RandomGenotype(seed)[kind.Name];
                kind.Validate(cell);
                cell.Nodes.Should().OnlyContain(genes => genes.Count == 2 && genes.All(g => g.Operation != "none"));
            }
    }

    [Fact]
    public void Operations_and_edges_are_equally_likely()
    {
        SearchSpace space = SearchSpaces.Darts();
        Gene[] last = [.. Enumerable.Range(0, 3000).SelectMany(seed => space.RandomGenotype(seed)["normal"].Nodes[3])];
        foreach (var share in last.GroupBy(g => g.Operation).Select(g => (double)g.Count() / last.Length))
            share.Should().BeApproximately(1.0 / 7, 0.02);
        foreach (var share in last.GroupBy(g => g.Source).Select(g => (double)g.Count() / last.Length))
            share.Should().BeApproximately(1.0 / 5, 0.02);
        last.Select(g => g.Operation).Distinct().Should().HaveCount(7);
    }

    /// <summary>Three standard errors of 1/10 in 3,000 draws are 0.016.</summary>
    [Fact]
    public void Every_pair_of_sources_of_a_node_is_equally_likely_and_so_is_every_pair_of_operations()
    {
        SearchSpace space = SearchSpaces.Darts();
        IReadOnlyList<Gene>[] last = [.. Enumerable.Range(0, 3000).Select(seed => space.RandomGenotype(seed)["reduction"].Nodes[3])];
        var pairs = last.GroupBy(genes => string.Join(' ', genes.Select(gene => gene.Source).Order())).ToArray();
        pairs.Should().HaveCount(10);
        pairs.Should().OnlyContain(pair => Math.Abs(((double)pair.Count() / last.Length) - 0.1) < 0.02);
        var operations = last.GroupBy(genes => string.Join(' ', genes.OrderBy(gene => gene.Source).Select(gene => gene.Operation)));
        operations.Should().HaveCount(49);
        operations.Should().OnlyContain(pair => Math.Abs(((double)pair.Count() / last.Length) - (1.0 / 49)) < 0.012);
    }
}
