using SingleDarts.Core.Data;
using SingleDarts.Core.Diagnostics;
using SingleDarts.Core.Search;
using SingleDarts.Core.Spaces;

namespace SingleDarts.Core.Tests.Diagnostics;

public class TrajectoryTests
{
    [Fact]
    public async Task Probabilities_are_recorded_before_the_first_step_at_the_interval_and_after_each_epoch()
    {
        using ClassificationDataset data = Small.Data();
        OperationProbabilities watch = new() { Interval = 3 };
        SearchResult result = await Small.Search(data).ObservedBy(watch).RunAsync();
        watch.Records.Select(r => (r.Epoch, r.Step)).Should().Equal((1, 0), (1, 3), (1, 4), (2, 3), (2, 4), (3, 3), (3, 4));
        watch.Records[0].OperationWeights["cell"].Cast<double>().Should().OnlyContain(p => Math.Abs(p - 0.125) < 1e-6);
        foreach (EpochReport epoch in result.Epochs)
            watch.Records.Single(r => (r.Epoch, r.Step) == (epoch.Epoch, 4)).OperationWeights["cell"].Cast<double>()
                .Should().Equal(epoch.Architecture["cell"].OperationWeights.Cast<double>());
    }

    [Fact]
    public async Task Accuracy_is_the_table_row_of_each_epochs_genotype()
    {
        using ClassificationDataset data = Small.Data();
        var watch = new GenotypeAccuracy(Every.Table);
        SearchResult result = await Small.Search(data).ObservedBy(watch).RunAsync();
        watch.Records.Select(r => r.Genotype).Should().Equal(result.Epochs.Select(e => e.Genotype));
        watch.Records.Should().OnlyContain(r => r.Cifar10Test == NasBench201Genotypes.IndexOf(r.Genotype) + 0.5 && r.IsFinite);
    }

    [Fact]
    public async Task A_genotype_that_the_table_lacks_leaves_a_marked_record()
    {
        using ClassificationDataset data = Small.Data();
        var watch = new GenotypeAccuracy(Every.Table);
        await Small.Search(data).Deriving(new TopEdges(1)).ObservedBy(watch).RunAsync();
        watch.Records.Should().HaveCount(3).And.OnlyContain(r => !r.IsFinite && double.IsNaN(r.Cifar10Test));
    }
}
