using SingleDarts.Core.Optimizers;
using SingleDarts.Core.Runtime;
using SingleDarts.Core.Schemes;
using SingleDarts.Core.Search;
using SingleDarts.Core.Supernets;
using static TorchSharp.torch;

namespace SingleDarts.Core.Tests.Search;

/// <summary>Parts of a search that somebody else wrote.</summary>
public class OwnPartsTests
{
    [Fact]
    public void A_penalty_adds_its_own_gradient_to_that_of_the_loss()
    {
        using var search = new SmallSearch();
        var penalized = new StepContext(search.Supernet, search.Weights, search.Architecture, [new HalfSquare(0.3)])
        {
            WeightBatch = search.Train,
            ArchitectureBatch = search.Validation,
            Position = new EpochPosition(0, 0.5, 1),
        };
        using (no_grad())
            search.Alpha.copy_(search.Alpha.Plus(rand_like(search.Alpha)));
        Tensor before = search.Alpha.detach().clone();
        Tensor ofLoss = search.Gradients(search.Validation).Alpha;

        penalized.UpdateArchitecture();

        // Plain SGD at rate 1; the derivative of λ progress |α|² / 2 is λ progress α.
        Tensor expected = before - ofLoss - before.Times(0.3 * 0.5);
        (search.Alpha.detach() - expected).abs().max().item<double>().Should().BeLessThan(1e-12);
    }

    [Fact]
    public async Task A_schedule_is_asked_for_every_epoch()
    {
        using var data = Small.Data();
        var halving = OptimizerSettings.Default.Sgd(0.08) with { Schedule = new Halving(2) };
        SearchResult result = await Small.Search(data).UpdatingWeights(_ => halving).For(epochs: 5, batchSize: 10).RunAsync();
        result.Epochs.Select(e => e.WeightLearningRate).Should().Equal(0.08, 0.08, 0.04, 0.04, 0.02);
    }

    [Fact]
    public void A_schedule_that_finds_fault_with_itself_is_rejected_before_the_search()
    {
        using var data = Small.Data();
        var wrong = OptimizerSettings.Default.Sgd(0.08) with { Schedule = new Halving(0) };
        Small.Search(data).Invoking(s => s.UpdatingWeights(_ => wrong).Build())
            .Should().Throw<Exception>().WithMessage("*halves the learning rate of the weights every 0 epochs; expected 1 or more*");
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1.5)]
    [InlineData(double.NaN)]
    public void A_portion_outside_0_to_1_is_rejected_before_the_search(double portion)
    {
        using var data = Small.Data();
        Small.Search(data, new SameSubsetScheme { Portion = portion }).Invoking(s => s.Build())
            .Should().Throw<Exception>().WithMessage("*portion of the data must be within (0, 1]*");
    }

    private sealed record HalfSquare(double Strength) : IPenalty
    {
        public string Name => $"half square ({Strength})";

        public Tensor Penalty(ArchitectureParameters architecture, EpochPosition position) => architecture.Named
            .Select(alpha => alpha.Parameter.Squared().sum().Times(Strength * position.Progress / 2)).Aggregate((a, b) => a.Plus(b));
    }

    private sealed record Halving(int Every) : Schedule
    {
        public override double At(EpochPosition position) => Start / Math.Pow(2, position.Epoch / Every);

        public override IEnumerable<string> Faults(string what) =>
            Every >= 1 ? [] : [$"The schedule halves the {what} every {Every} epochs; expected 1 or more."];
    }
}
