using SingleDarts.Core.Data;
using SingleDarts.Core.Genotypes;
using SingleDarts.Core.Runs;
using SingleDarts.Core.Runtime;
using SingleDarts.Core.Schemes;
using SingleDarts.Core.Search;
using SingleDarts.Core.Spaces;
using SingleDarts.Core.Supernets;
using static TorchSharp.torch;

namespace SingleDarts.Core.Tests.Schemes;

/// <summary>What RSPS selects at the end, scored once more from the samples on: batches of at most 8 of α's 20 samples.</summary>
public class PathSelectionTests
{
    private const int BatchSize = 8, BatchesPerPass = 3;

    [Fact]
    public async Task The_result_is_the_first_best_of_candidates_that_are_scored_anew_at_the_end()
    {
        using ClassificationDataset data = Small.Data();
        var scores = new Scores(data);
        SearchResult result = await Small.Search(data, OptimizationSchemes.UniformPath)
            .Deriving(new DrawnSelection { Count = 7, CountPerEpoch = 3, BatchSize = 8 }).ObservedBy(scores).RunAsync();
        scores.Accuracies.Distinct().Should().HaveCountGreaterThan(1);
        int best = scores.Accuracies.IndexOf(scores.Accuracies.Max());
        best.Should().BeGreaterThan(0, "the first candidate would also win if nothing were scored");
        result.Genotype.Should().Be(scores.Genotypes[best]);
        result.Architecture["cell"].Alpha.Cast<double>().Distinct().Should().ContainSingle("α stands still");
        result.Epochs[^1].Genotype.Should().NotBe(result.Genotype);
    }

    /// <summary>Twenty samples in batches of 8, 8 and 4, each counted once, and the same batches for every genotype.</summary>
    [Fact]
    public async Task The_second_score_of_a_finalist_is_its_accuracy_on_all_samples_of_alpha()
    {
        using ClassificationDataset data = Small.Data();
        var whole = new Whole();
        var recomputed = new WholeScores(data);
        await Small.Search(data, OptimizationSchemes.UniformPath).Deriving(whole).ObservedBy(recomputed).RunAsync();
        recomputed.Accuracies.Should().HaveCount(2).And.OnlyHaveUniqueItems();
        whole.Accuracies.TakeLast(2).Should().Equal(recomputed.Accuracies, (a, b) => Math.Abs(a - b) < 1e-12);
        recomputed.Accuracies.Should().OnlyContain(accuracy => Math.Abs((20 * accuracy) - Math.Round(20 * accuracy)) < 1e-9);
    }

    /// <summary>Scores two genotypes on all samples.</summary>
    private sealed record Whole : IDerivation
    {
        public string Name => "whole";

        public List<double> Accuracies { get; } = [];

        public Genotype Derive(DerivationContext context)
        {
            for (long seed = 0; seed < 2; seed++)
                Accuracies.Add(context.WholeAccuracy(Small.Space.RandomGenotype(seed), BatchSize));
            return Small.Space.RandomGenotype(0L);
        }
    }

    /// <summary>Scores genotypes at the end of a search, from the samples on.</summary>
    private abstract class Rescoring(ClassificationDataset data) : IRunObserver
    {
        public List<double> Accuracies { get; } = [];

        protected RandomStreams Streams { get; } = new(1);

        public void OnCompleted(RunMoment moment)
        {
            using var scope = NewDisposeScope();
            using var _ = no_grad();
            Supernet supernet = ((SearchMoment)moment).Context.Supernet;
            supernet.eval();
            long[] samples = SampleOrder.Split(Small.Samples, 0.5, Streams.CreateGenerator("allocation")).Second;
            using var source = new BatchSource(data, CPU, ScalarType.Float32, ImageAugmentation.NormalizeOnly(data.MeasureNormalization()));
            foreach (var (genotype, batches) in Candidates(samples))
            {
                long right = 0, all = 0;
                foreach (long[] batch in batches)
                {
                    LabeledBatch images = source.Get(batch, new Generator(0));
                    right += supernet.Forward(images.Inputs, genotype).argmax(1).eq(images.Labels).sum().item<long>();
                    all += batch.Length;
                }
                Accuracies.Add((double)right / all);
            }
            supernet.train();
        }

        /// <summary>Genotypes, and the batches that each is scored on.</summary>
        protected abstract IEnumerable<(Genotype Genotype, IEnumerable<long[]> Batches)> Candidates(long[] samples);

        /// <summary>α's samples in the order of a pass.</summary>
        protected IEnumerable<long[]> Pass(long[] samples, long pass) =>
            SampleOrder.Shuffle(samples, Streams.CreateGenerator("evaluation order", pass)).Chunk(BatchSize);
    }

    /// <summary>Two genotypes on the first whole pass behind the position at which the derivation of the end begins.</summary>
    private sealed class WholeScores(ClassificationDataset data) : Rescoring(data)
    {
        protected override IEnumerable<(Genotype, IEnumerable<long[]>)> Candidates(long[] samples)
        {
            long[][] all = [.. Pass(samples, ((4L << 32) / BatchesPerPass) + 1)];
            all.SelectMany(batch => batch).Should().BeEquivalentTo(samples);
            return [(Small.Space.RandomGenotype(0L), all), (Small.Space.RandomGenotype(1L), all)];
        }
    }

    /// <summary>The candidates of the end, each on a batch of its own.</summary>
    private sealed class Scores(ClassificationDataset data) : Rescoring(data)
    {
        public List<Genotype> Genotypes { get; } = [];

        protected override IEnumerable<(Genotype, IEnumerable<long[]>)> Candidates(long[] samples)
        {
            Generator drawn = Streams.CreateGenerator("derivation", 3);
            for (long n = 4L << 32; n < (4L << 32) + 7; n++)
            {
                Genotypes.Add(Small.Space.RandomGenotype(drawn));
                yield return (Genotypes[^1], [Pass(samples, n / BatchesPerPass).ElementAt((int)(n % BatchesPerPass))]);
            }
        }
    }
}
