using SingleDarts.Core.Data;
using SingleDarts.Core.Runtime;
using SingleDarts.Core.Schemes;
using SingleDarts.Core.Search;

namespace SingleDarts.Core.Tests.Search;

public class BatchPlanTests
{
    [Theory]
    [InlineData(ArchitectureSampling.WithReplacement)]
    [InlineData(ArchitectureSampling.WithoutReplacement)]
    public void Two_batches_of_the_same_subset_never_share_a_sample(ArchitectureSampling sampling)
    {
        long[] samples = SampleOrder.All(25);
        var plan = new BatchPlan(new SampleAllocation(samples, samples, sampling), 8, new RandomStreams(1));
        bool repeated = false;
        for (int epoch = 0; epoch < 20; epoch++)
            for (int step = 0; step < plan.StepsPerEpoch; step++)
            {
                long[] weights = plan.WeightBatch(epoch, step);
                long[] architecture = plan.ArchitectureBatch(epoch, step, weights);
                architecture.Should().HaveSameCount(weights);
                architecture.Intersect(weights).Should().BeEmpty();
                repeated |= architecture.Distinct().Count() < architecture.Length;
            }
        repeated.Should().Be(sampling == ArchitectureSampling.WithReplacement);
    }

    [Fact]
    public void An_epoch_passes_over_every_sample_once_in_an_order_of_its_own_that_does_not_depend_on_what_was_asked_before()
    {
        var plan = new BatchPlan(new SampleAllocation(SampleOrder.All(25)), 8, new RandomStreams(1));
        long[] Epoch(BatchPlan p, int epoch) => [.. Enumerable.Range(0, p.StepsPerEpoch).SelectMany(step => p.WeightBatch(epoch, step))];
        plan.StepsPerEpoch.Should().Be(4);
        Epoch(plan, 3).Order().Should().Equal(SampleOrder.All(25));
        Epoch(plan, 4).Should().NotEqual(Epoch(plan, 3));
        new BatchPlan(new SampleAllocation(SampleOrder.All(25)), 8, new RandomStreams(1)).WeightBatch(4, 2).Should().Equal(plan.WeightBatch(4, 2));
    }
}
