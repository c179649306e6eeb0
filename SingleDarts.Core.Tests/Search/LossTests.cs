using SingleDarts.Core.Data;
using SingleDarts.Core.Runs;
using SingleDarts.Core.Runtime;
using SingleDarts.Core.Search;
using static TorchSharp.torch;

namespace SingleDarts.Core.Tests.Search;

/// <summary>A search minimises the loss that it is given.</summary>
public class LossTests
{
    private static Tensor Smoothed(Tensor logits, Tensor labels) => nn.functional.cross_entropy(logits, labels, label_smoothing: 0.5);

    [Fact]
    public async Task A_loss_of_ones_own_is_what_is_measured_and_minimised()
    {
        using ClassificationDataset data = Small.Data();
        SearchResult plain = await Small.Search(data).RunAsync();
        SearchResult given = await Small.Search(data)
            .Minimizing((logits, labels) => nn.functional.cross_entropy(logits, labels)).RunAsync();
        SearchResult smoothed = await Small.Search(data).Minimizing(Smoothed).RunAsync();
        SearchResult still = await Small.Search(data).Minimizing((logits, _) => logits.mean().Times(0.0)).RunAsync();
        Small.Alpha(given).Should().Equal(Small.Alpha(plain));
        Small.Alpha(smoothed).Should().NotEqual(Small.Alpha(plain));
        still.Epochs.Should().OnlyContain(epoch => epoch.WeightLoss == 0);
        Small.Alpha(still).Distinct().Should().ContainSingle("nothing depends on α");
    }

    [Theory]
    [InlineData("vector", "*The loss gives [2] for logits [2, 3]*Take the mean*")]
    [InlineData("nan", "*The loss is not finite*")]
    [InlineData("cut", "*The loss has no gradient path to the logits*")]
    [InlineData("throws", "*The loss fails: not today*")]
    public void A_loss_that_cannot_be_minimised_is_refused_before_the_search(string kind, string message)
    {
        using ClassificationDataset data = Small.Data();
        Func<Tensor, Tensor, Tensor> loss = kind switch
        {
            "vector" => (logits, _) => logits.sum(1),
            "nan" => (logits, _) => (logits / logits).mean(),
            "cut" => (logits, labels) => Smoothed(logits.detach(), labels),
            _ => (_, _) => throw new NotSupportedException("not today"),
        };
        Small.Search(data).Minimizing(loss).Invoking(search => search.Build()).Should().Throw<InvalidRunException>().WithMessage(message);
    }

    [Fact]
    public async Task A_resume_with_another_loss_is_refused()
    {
        using var folder = new TemporaryFolder();
        using ClassificationDataset data = Small.Data();
        await Small.Search(data).SavingTo(folder["run"]).RunAsync();
        await FluentActions.Awaiting(() => Small.Search(data).Minimizing(Smoothed).ResumingFrom(folder["run"]).RunAsync())
            .Should().ThrowAsync<InvalidRunException>().WithMessage("*loss was*cross-entropy*and is*own*");
    }
}
