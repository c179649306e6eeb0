using SingleDarts.Core.Schemes;
using SingleDarts.Core.Search;
using SingleDarts.Core.Spaces;

namespace SingleDarts.Core.Tests.Search.Methods;

public class SdartsTests
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Everything_but_the_perturbation_is_that_of_DARTS_in_seven_candidates(bool isAdversarial)
    {
        SearchMethod method = isAdversarial ? SearchMethods.SdartsAdv() : SearchMethods.SdartsRs();
        SearchSpace space = method.Space(SearchSpaces.Darts());
        foreach (CellSpecification cell in space.Cells)
            cell.Topology.Edges.Should().OnlyContain(edge => cell.Allowed(edge).SequenceEqual(Enumerable.Range(1, 7)));
        SearchOptions options = method.Options(space), darts = SearchMethods.Darts().Options(space);
        MixturePerturbation perturbation = isAdversarial ? new AdversarialPerturbation { Steps = 7 } : new RandomPerturbation();
        options.Should().Be(darts with
        {
            Scheme = (BiLevelScheme)darts.Scheme with { Perturbation = perturbation },
            TrackRunningStatistics = isAdversarial,
        });
    }
}
