using System.Diagnostics;
using SingleDarts.Core.Data;
using SingleDarts.Core.Schemes;
using SingleDarts.Core.Spaces;
using SingleDarts.Core.Supernets;
using SingleDarts.Core.Optimizers;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace SingleDarts.Core.Tests.Supernets;

/// <summary>
/// What goes wrong in the backward pass of a merged cell comes out as an exception: at once where the library stands behind the call, at
/// the next use where a user called <c>backward</c>. The gradients are NaN until then.
/// </summary>
public class BackwardStateTests
{
    [Theory]
    [InlineData("forward")]
    [InlineData("zero the weights' gradients")]
    [InlineData("zero the gradients of alpha")]
    [InlineData("step the weights")]
    [InlineData("step alpha")]
    public void A_backward_pass_of_the_user_that_failed_is_thrown_at_the_next_use_and_nothing_moves(string use)
    {
        using var scope = NewDisposeScope();
        using Supernet supernet = Create();
        using var weights = new ScheduledOptimizer(OptimizerSettings.Default.Sgd(0.1), supernet.Weights);
        using var alpha = new ScheduledOptimizer(OptimizerSettings.Default.Adam(0.1), supernet.Architecture.Named);
        var (input, labels) = Batch();
        Tensor before = cat([.. supernet.Weights.Select(w => w.Parameter.detach().flatten())]), alphaBefore = Alpha(supernet).clone();

        nn.functional.cross_entropy(supernet.call(input), labels).backward(create_graph: true);
        Action next = use switch
        {
            "forward" => () => supernet.call(input),
            "zero the weights' gradients" => weights.ZeroGrad,
            "zero the gradients of alpha" => alpha.ZeroGrad,
            "step the weights" => weights.Step,
            _ => alpha.Step,
        };

        next.Should().Throw<InvalidOperationException>().WithMessage("*create_graph*PerEdge*");
        cat([.. supernet.Weights.Select(w => w.Parameter.detach().flatten())]).equal(before).all().item<bool>().Should()
            .BeTrue("nothing moves");
        Alpha(supernet).equal(alphaBefore).all().item<bool>().Should().BeTrue("nothing moves");
        next.Should().NotThrow("it is thrown once");
    }

    [Fact]
    public void Gradients_of_a_backward_pass_that_failed_are_not_a_number_and_never_zero()
    {
        using var scope = NewDisposeScope();
        using Supernet supernet = Create();
        var (input, labels) = Batch();

        nn.functional.cross_entropy(supernet.call(input), labels).backward(create_graph: true);

        Alpha(supernet, gradient: true).isnan().all().item<bool>().Should().BeTrue();
        // All that lies before or in the last cell; the head behind it has its gradients already.
        foreach (var (name, parameter) in supernet.Weights.Where(w => !w.Name.StartsWith("head") && w.Parameter.grad is not null))
            parameter.grad!.isnan().all().item<bool>().Should().BeTrue("of {0}", name);
    }

    [Fact]
    public void A_second_derivative_through_the_library_names_the_remedy_and_works_per_edge()
    {
        using var scope = NewDisposeScope();
        using Supernet supernet = Create();
        var (input, labels) = Batch();
        Tensor[] alpha = [.. supernet.Architecture.Named.Select(a => (Tensor)a.Parameter)];
        Tensor Loss() => nn.functional.cross_entropy(supernet.call(input), labels);

        supernet.Invoking(s => s.Gradients(Loss(), alpha, createGraph: true))
            .Should().Throw<InvalidOperationException>().WithMessage("*create_graph*PerEdge*");
        supernet.Execution = CellExecution.PerEdge;
        supernet.Gradients(Loss(), alpha, createGraph: true)[0].requires_grad.Should().BeTrue();
    }

    [Fact]
    public async Task A_search_whose_backward_pass_fails_ends_with_the_exception()
    {
        using ClassificationDataset data = Small.Data();

        await Small.Search(data, new SecondDerivative()).Invoking(search => search.RunAsync())
            .Should().ThrowAsync<InvalidOperationException>().WithMessage("*create_graph*PerEdge*");
    }

    [Fact]
    public void A_supernet_keeps_its_failures_from_others()
    {
        using var scope = NewDisposeScope();
        using Supernet failed = Create(), other = Create();
        var (input, labels) = Batch();

        nn.functional.cross_entropy(failed.call(input), labels).backward(create_graph: true);

        other.Invoking(s => s.call(input)).Should().NotThrow();
        failed.Invoking(s => s.call(input)).Should().Throw<InvalidOperationException>();
    }

    [LinuxTheory]
    [Trait("Category", "Slow")]
    [InlineData(CellExecution.Merged)]
    [InlineData(CellExecution.MergedWithRecomputation)]
    public void Memory_that_runs_out_is_an_exception_and_the_process_goes_on(CellExecution execution)
    {
        var start = new ProcessStartInfo(
            "dotnet", [typeof(OutOfMemory).Assembly.Location, "out-of-memory", execution.ToString()]) { RedirectStandardOutput = true };
        start.Environment["OMP_NUM_THREADS"] = "1";
        using Process process = Process.Start(start)!;
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();

        process.ExitCode.Should().Be(0);
        output.Should().MatchRegex(@"caught: .*memory.*\nthen \d");
    }

    private static Supernet Create()
    {
        var supernet = new Supernet(SearchSpaces.NasBench201(3, channels: 2, cellsPerStage: 1, height: 8, width: 8));
        supernet.train();
        return supernet;
    }

    private static (Tensor Input, Tensor Labels) Batch() => (randn(6, 3, 8, 8), tensor(new long[] { 0, 1, 2, 0, 1, 2 }));

    private static Tensor Alpha(Supernet supernet, bool gradient = false)
    {
        Parameter alpha = supernet.Architecture.Named[0].Parameter;
        return gradient ? alpha.grad! : alpha.detach();
    }

    private sealed class SecondDerivative : IOptimizationScheme
    {
        public string Name => "second derivative of merged cells";

        public SampleAllocation Allocate(long samples, Generator generator) => new(SampleOrder.All(samples));

        public StepOutcome Step(StepContext step)
        {
            BatchOutcome outcome = step.Evaluate(step.WeightBatch);
            outcome.Loss.backward(create_graph: true);
            step.WeightOptimizer.Step();
            outcome = outcome.Detach();
            return new StepOutcome(outcome, outcome);
        }
    }
}
