using SingleDarts.Core.Data;
using SingleDarts.Core.Runtime;
using SingleDarts.Core.Schemes;
using SingleDarts.Core.Search;
using static TorchSharp.torch;

namespace SingleDarts.Core.Tests.Search;

public class SearchBatchesTests
{
    private const int Samples = 25;

    [Theory]
    [InlineData(ArchitectureSampling.WithReplacement)]
    [InlineData(ArchitectureSampling.WithoutReplacement)]
    public void Two_batches_of_the_same_subset_never_share_a_sample(ArchitectureSampling sampling)
    {
        long[] samples = SampleOrder.All(Samples);
        using var source = new Counting();
        using SearchBatches batches = Of(source, new SampleAllocation(samples, samples, sampling));
        bool repeated = false;
        for (int epoch = 0; epoch < 20; epoch++)
            for (int step = 0; step < batches.StepsPerEpoch; step++)
            {
                var (weights, architecture) = batches.Samples(epoch, step);
                architecture.Should().HaveSameCount(weights);
                architecture!.Intersect(weights).Should().BeEmpty();
                repeated |= architecture!.Distinct().Count() < architecture!.Length;
            }
        repeated.Should().Be(sampling == ArchitectureSampling.WithReplacement);
    }

    [Fact]
    public void An_epoch_passes_over_every_sample_once_in_an_order_of_its_own_that_does_not_depend_on_what_was_asked_before()
    {
        using var source = new Counting();
        using SearchBatches batches = Of(source), others = Of(source);
        long[] Epoch(int epoch) => [.. Enumerable.Range(0, batches.StepsPerEpoch).SelectMany(step => batches.Samples(epoch, step).Weights)];
        batches.StepsPerEpoch.Should().Be(4);
        Epoch(3).Order().Should().Equal(SampleOrder.All(Samples));
        Epoch(4).Should().NotEqual(Epoch(3));
        others.Samples(4, 2).Weights.Should().Equal(batches.Samples(4, 2).Weights);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void No_batch_is_made_beyond_the_end_of_the_last_epoch(bool prefetch)
    {
        using var source = new Counting();
        using (SearchBatches batches = Of(source, prefetch: prefetch))
            for (int epoch = 0; epoch < 2; epoch++)
                for (int step = 0; step < batches.StepsPerEpoch; step++)
                {
                    using var scope = NewDisposeScope();
                    var (weights, architecture) = batches.Get(epoch, step);
                    architecture.Should().BeSameAs(weights);
                    weights.Inputs.dtype.Should().Be(ScalarType.Float64, "a source of another type is converted");
                }
        source.Batches.Should().Be(2 * 4);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Evaluation_batches_pass_over_alphas_samples_without_augmentation_again_and_again(bool prefetch)
    {
        using var scope = NewDisposeScope();
        using var source = new Counting();
        long[] samples = [.. SampleOrder.All(Samples).Skip(4)];
        using SearchBatches batches = Of(source, new SampleAllocation(SampleOrder.All(4), samples, ArchitectureSampling.None), prefetch);
        using SearchBatches others = Of(source, new SampleAllocation(SampleOrder.All(4), samples, ArchitectureSampling.None));
        // 21 samples are four batches of five, and one that no batch statistics can be taken of.
        long[] Batch(SearchBatches of, long n, int? size) => [.. of.Evaluation(n, size).Inputs.data<double>().Select(x => (long)x)];
        long[] Pass(int pass) => [.. Enumerable.Range(4 * pass, 4).SelectMany(n => Batch(batches, n, 5))];
        Pass(0).Should().HaveCount(20).And.OnlyHaveUniqueItems().And.BeSubsetOf(samples);
        Pass(1).Should().NotEqual(Pass(0));
        Batch(others, 6, 5).Should().Equal(Batch(batches, 6, 5));
        Batch(batches, 2, null).Should().HaveCount(5, "three batches of eight are a pass, the last of what is left");
        Batch(batches, 1, 99).Order().Should().Equal(samples);
        batches.Evaluation(3, 5, augments: true).Inputs.data<double>().ToArray().Should().Equal([0, 0, 0, 0, 0], "it is that of steps");
        batches.Invoking(b => b.Evaluation(0, 1)).Should().Throw<ArgumentOutOfRangeException>();
        var (weights, architecture) = batches.Get(0, 0);
        architecture.Should().BeSameAs(weights, "no batches are drawn for α");
    }

    /// <summary>CIFAR-10 in halves, as the searches of NAS-Bench-201 have it.</summary>
    [Theory]
    [InlineData(64, 391, 40)]
    [InlineData(128, 196, 40)]
    public void Halves_of_CIFAR_10_have_the_published_numbers_of_batches(int batchSize, int steps, int last)
    {
        using var scope = NewDisposeScope();
        using var source = new Counting();
        long[] all = SampleOrder.All(50_000);
        using var batches = new SearchBatches(source,
            new SampleAllocation(all[..25_000], all[25_000..], ArchitectureSampling.WithReplacement), new RandomStreams(1), CPU,
            new SearchOptions { BatchSize = batchSize, Epochs = 1, Prefetch = false, DataType = ScalarType.Float64 });
        batches.StepsPerEpoch.Should().Be(steps);
        var (weights, architecture) = batches.Samples(0, steps - 1);
        weights.Should().HaveCount(last);
        architecture.Should().HaveCount(last);
        batches.EvaluationBatchesPerPass(512).Should().Be(49);
        batches.Evaluation(48, 512).Inputs.shape[0].Should().Be(424);
        batches.Evaluation(49, 512).Inputs.shape[0].Should().Be(512, "a hundred candidates are two passes and two batches");
        batches.EvaluationBatchesPerPass(64).Should().Be(391);
    }

    private static SearchBatches Of(IBatchSource source, SampleAllocation? allocation = null, bool prefetch = false) => new(
        source, allocation ?? new SampleAllocation(SampleOrder.All(Samples)), new RandomStreams(1), CPU,
        new SearchOptions { BatchSize = 8, Epochs = 2, Prefetch = prefetch, DataType = ScalarType.Float64 });

    private sealed class Counting : IBatchSource
    {
        private int batches;

        public int Batches => Volatile.Read(ref batches);

        public string Name => "counting";

        public long Count => Samples;

        public int Classes => 2;

        public IReadOnlyList<long> InputShape => [1];

        public LabeledBatch Get(ReadOnlySpan<long> indices, Generator generator)
        {
            Interlocked.Increment(ref batches);
            return new(zeros(indices.Length, 1), zeros(indices.Length, ScalarType.Int64));
        }

        public IBatchSource ForEvaluation() => new Numbers();

        public void Dispose()
        {
        }
    }

    /// <summary>Each sample is its own number.</summary>
    private sealed class Numbers : IBatchSource
    {
        public string Name => "numbers";

        public long Count => Samples;

        public int Classes => 2;

        public IReadOnlyList<long> InputShape => [1];

        public LabeledBatch Get(ReadOnlySpan<long> indices, Generator generator) =>
            new(tensor(indices.ToArray()).to(float32).unsqueeze(1), zeros(indices.Length, ScalarType.Int64));

        public void Dispose()
        {
        }
    }
}
