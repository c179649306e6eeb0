using SingleDarts.Core.Operations;
using SingleDarts.Core.Spaces;
using SingleDarts.Core.Supernets;
using SingleDarts.Core.Tests.Search;
using static TorchSharp.torch;

namespace SingleDarts.Core.Tests.Supernets;

/// <summary>What somebody who builds a supernet without a search is told.</summary>
public class SupernetFaultTests
{
    [Fact]
    public void Start_values_of_another_size_are_refused() =>
        FluentActions.Invoking(() =>
            new Supernet(Small.Space, new Given("own", (alpha, _) => alpha, (e, o) => zeros(o, e, ScalarType.Float64))))
            .Should().Throw<ArgumentException>().WithMessage("*relaxation 'own'*[5, 6] of Float64 on cpu; expected [6, 5]*");

    [Fact]
    public void Operation_weights_of_another_size_are_refused()
    {
        using var scope = NewDisposeScope();
        using var supernet = new Supernet(Small.Space, new Given("own", (alpha, _) => alpha.sigmoid().t()));
        supernet.Invoking(s => s.call(randn(2, 3, 8, 8))).Should().Throw<ArgumentException>()
            .WithMessage("*relaxation 'own'*'cell'*[5, 6]*expected [6, 5]*");
        supernet.Invoking(s => s.Forward(randn(2, 3, 8, 8), new Dictionary<string, MixingWeights> { ["cell"] = rand(5, 6) }))
            .Should().Throw<ArgumentException>().WithMessage("*operation weights of cell 'cell' are [5, 6]; expected [6, 5]*");
        using var mixed = new MixedOp(NasBench201Operations.All, new OperationContext(4, 4, Affine: false));
        foreach (Tensor p in new[] { rand(6, 5), rand(5, 1), rand(4), rand(6) })
            mixed.Invoking(m => m.call(randn(2, 4, 8, 8), p)).Should().Throw<ArgumentException>().WithMessage("*expected [5]*");
    }

    [Fact]
    public void One_module_for_two_places_is_refused()
    {
        nn.Module<Tensor, Tensor>? one = null;
        CandidateOperation First(string name) => new(name, c => one ??= nn.Conv2d(c.InChannels, c.OutChannels, 1), isLearnable: true);
        FluentActions.Invoking(() => new MixedOp([First("a"), First("b")], new OperationContext(4, 4)))
            .Should().Throw<ArgumentException>().WithMessage("*Candidate 'a' and candidate 'b' are one module*");
        SearchSpace space = SearchProbeTests.With("own", c => one ??= nn.Conv2d(c.InChannels, c.OutChannels, 1)).Build();
        one = null;
        FluentActions.Invoking(() => new Supernet(space)).Should().Throw<ArgumentException>()
            .WithMessage("*'own' on edge 0->1 of cell 'cell' and candidate 'own' on edge 0->2 of cell 'cell' are one module*");
    }
}
