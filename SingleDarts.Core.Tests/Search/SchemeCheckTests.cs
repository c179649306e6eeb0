using SingleDarts.Core.Data;
using SingleDarts.Core.Runs;
using SingleDarts.Core.Schemes;
using SingleDarts.Core.Search;

namespace SingleDarts.Core.Tests.Search;

/// <summary>What only a step or a resume can show of somebody else's scheme is refused there, by the scheme's name.</summary>
public class SchemeCheckTests
{
    [Fact]
    public async Task A_step_that_gives_no_scalars_is_refused_by_the_scheme()
    {
        using ClassificationDataset data = Small.Data();
        async Task Refused(Func<BatchOutcome, StepOutcome?> change, string message) => await FluentActions
            .Awaiting(() => Small.Search(data, new Own(step => change(step.UpdateWeights())!)).RunAsync())
            .Should().ThrowAsync<InvalidRunException>().WithMessage($"*scheme 'own' gives {message}*");
        await Refused(_ => null, "null");
        await Refused(w => new(w with { Correct = null! }), "Weights.Correct that is null");
        await Refused(w => new(w with { Loss = w.Loss.expand(4) }, w), "Weights.Loss [4]");
        await Refused(w => new(w, w with { Loss = w.Loss.clone().requires_grad_() }), "Architecture.Loss [] with a gradient history");
        await Refused(w => new(w, w with { Size = 0 }), "Architecture of 0 samples");
    }

    [Fact]
    public async Task Alpha_that_is_stepped_without_a_gradient_is_named()
    {
        using ClassificationDataset data = Small.Data();
        await FluentActions.Awaiting(() => Small.Search(data, new Own(step =>
        {
            BatchOutcome w = step.UpdateWeights();
            step.ArchitectureOptimizer.Step();
            return new StepOutcome(w, w);
        })).RunAsync()).Should().ThrowAsync<InvalidOperationException>()
            .WithMessage("*None of the 1 parameters ('cell' first) has a gradient*");
    }

    [Fact]
    public async Task A_resume_with_other_samples_is_refused()
    {
        using var folder = new TemporaryFolder();
        using ClassificationDataset data = Small.Data();
        ArchitectureSearch With(Func<long, SampleAllocation> allocate) =>
            Small.Search(data, new Own(OptimizationSchemes.SameSubset.Step, allocate));
        await With(n => new(SampleOrder.All(n), SampleOrder.All(n))).SavingTo(folder["run"]).RunAsync();
        foreach (Func<long, SampleAllocation> other in new Func<long, SampleAllocation>[]
        {
            n => new([.. SampleOrder.All(n).Reverse()], SampleOrder.All(n)),
            n => new(SampleOrder.All(n), [.. SampleOrder.All(n).Skip(1)]),
            n => new(SampleOrder.All(n), SampleOrder.All(n), ArchitectureSampling.WithoutReplacement),
        })
            await FluentActions.Awaiting(() => With(other).ResumingFrom(folder["run"]).RunAsync())
                .Should().ThrowAsync<InvalidRunException>().WithMessage("*allocation was*and is*");
        await With(n => new(SampleOrder.All(n), SampleOrder.All(n))).ResumingFrom(folder["run"]).RunAsync();
    }
}
