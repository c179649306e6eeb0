using SingleDarts.Core.Genotypes;
using SingleDarts.Core.Search;

namespace SingleDarts.Core.Tests.Search;

public class OperationLimitTests
{
    [Fact]
    public async Task The_search_ends_after_the_first_epoch_whose_genotype_reaches_the_limit()
    {
        using var data = Small.Data();
        ArchitectureSearch Search() => Small.Search(data).UpdatingArchitecture(o => o.Adam(0.1, 0.5, 0.999)).For(epochs: 8, batchSize: 10);
        Genotype[] free = [.. (await Search().RunAsync()).Epochs.Select(e => e.Genotype)];
        // A limit that some epoch after the first reaches for the first time.
        var (operation, count, first) = (
            from epoch in Enumerable.Range(1, free.Length - 2)
            from name in free[epoch].Cells[Genotype.OnlyCell].Nodes.SelectMany(node => node).Select(gene => gene.Operation).Distinct()
            let found = Found(free[epoch], name)
            where free.Take(epoch).All(earlier => Found(earlier, name) < found)
            select (name, found, epoch)).First();

        SearchResult limited = await Search().Following(new OperationLimit(operation, count)).RunAsync();

        limited.Epochs.Select(e => e.Genotype.ToString()).Should().Equal(free.Take(first + 1).Select(g => g.ToString()));
        limited.StopReason.Should().Be($"The cell cell has {count} × {operation}: {free[first][Genotype.OnlyCell]}");
    }

    [Fact]
    public async Task A_limit_that_is_never_reached_changes_nothing()
    {
        using var data = Small.Data();
        SearchResult limited = await Small.Search(data).Following(new OperationLimit("skip_connect", Count: 7)).RunAsync();
        limited.Epochs.Should().HaveCount(3);
        limited.StopReason.Should().BeNull();
    }

    private static int Found(Genotype genotype, string operation) =>
        genotype.ToString().Split('|').Count(part => part.StartsWith(operation + "~"));
}
