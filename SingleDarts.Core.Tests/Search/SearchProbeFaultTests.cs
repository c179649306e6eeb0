using SingleDarts.Core.Data;
using SingleDarts.Core.Genotypes;
using SingleDarts.Core.Operations;
using SingleDarts.Core.Optimizers;
using SingleDarts.Core.Runs;
using SingleDarts.Core.Runtime;
using SingleDarts.Core.Schemes;
using SingleDarts.Core.Search;
using SingleDarts.Core.Spaces;
using SingleDarts.Core.Supernets;
using static SingleDarts.Core.Tests.Search.SearchProbeTests;
using static TorchSharp.torch;

namespace SingleDarts.Core.Tests.Search;

/// <summary>Every kind of fault that the trial before a search refuses, by the name of the part.</summary>
public class SearchProbeFaultTests
{
    private static readonly Dictionary<string,
        (Func<OperationContext, nn.Module<Tensor, Tensor>> Create, string[] Message)> Candidates = new()
    {
        ["shape"] = (c => new Module(c, (conv, x) => conv.call(x).mean([2, 3], keepdim: true)),
            ["[N, 2, 8, 8] into [N, 2, 1, 1]", "expected [N, 2, 8, 8]"]),
        ["shape in training"] = (c => new Trained(c, (conv, x) => conv.call(x).narrow(3, 0, 7)), ["into [N, 2, 8, 7]"]),
        ["samples"] = (c => new Module(c, (conv, x) => conv.call(x).narrow(0, 0, 1)), ["[1, 2, 8, 8] for 2 samples"]),
        ["type"] = (c => new Module(c, (conv, x) => conv.call(x).to(ScalarType.Float64)), ["Float64", "expected Float32"]),
        ["finite"] = (c => new Module(c, (conv, x) => conv.call(x).Minus(1e3).log()), ["not finite"]),
        ["finite in training"] = (c => new Trained(c, (conv, x) => conv.call(x).Over(0)), ["not finite"]),
        ["null"] = (c => new Module(c, (_, _) => null!), ["gives null"]),
        ["throws"] = (c => new Trained(c, (_, _) => throw new NotSupportedException("half a module")),
            ["in training mode", "half a module"]),
        ["detached"] = (c => new Module(c, (conv, x) => conv.call(x).detach()), ["passes no gradient back"]),
        ["weights detached"] = (c => new Module(c, (conv, x) => conv.call(x).detach().Plus(x)), ["get no gradient: conv.weight"]),
        ["input detached"] = (c => new Module(c, (conv, x) => conv.call(x.detach())), ["passes no gradient back"]),
        ["unused"] = (c => new Module(c, (_, x) => x.Times(2L)), ["get no gradient: conv.weight", "requires_grad"]),
        ["unregistered"] = (c => new Module(c, (conv, x) => conv.call(x), registers: false),
            ["declared learnable but has no parameters", "ModuleList", "isLearnable: false"]),
        ["in place"] = (c => nn.Sequential(nn.ReLU(inplace: true), nn.Conv2d(c.InChannels, c.OutChannels, 1)),
            ["changes its input in place", "nn.ReLU() without inplace"]),
        ["in place behind a view"] = (c => nn.Sequential(nn.Identity(), new Module(c, (conv, x) => conv.call(x.view_as(x).relu_()))),
            ["changes its input in place"]),
        ["evaluation"] = (c => Evaluating(new Module(c, (conv, x) => conv.call(x))), ["evaluation mode", "eval()"]),
        ["backward"] = (c => new Module(c, (conv, x) => conv.call(x).exp() is var y ? y.Plus(y.relu_().Times_(2)) : null!),
            ["fails", "inplace operation"]),
        ["factory throws"] = (_ => throw new FormatException("no module today"), ["factory of operation 'own'", "no module today"]),
        ["factory gives null"] = (_ => null!, ["operation 'own' returned null"]),
    };

    public static TheoryData<string> KindsOfCandidates => [.. Candidates.Keys];

    [Theory]
    [MemberData(nameof(KindsOfCandidates))]
    public void A_candidate_is_refused_by_its_name(string kind)
    {
        var (create, message) = Candidates[kind];
        var faults = Trial(With("own", create).Build()).Faults;
        faults.Should().ContainSingle().Which.Should().ContainAll(message);
        faults[0].Should().Contain("'own'");
        if (!kind.StartsWith("factory", StringComparison.Ordinal))
            faults[0].Should().Contain("'own' on edge 0->1 of cell 'cell'");
    }

    [Fact]
    public void A_candidate_is_tried_in_every_stride()
    {
        SearchSpace space = SearchSpace.Define("own").Input(3, 8, 8).Classes(3).Channels(2)
            .Cell(nodes: 1, inputs: 2, CellOutput.Concatenation)
            .Stages(2).ReductionCells().Operation("skip", Blocks.Skip, isLearnable: false)
            .Operation("own", c => new Module(c, (conv, x) => c.Stride == 2 ? conv.call(x.relu_()) : conv.call(x))).Build();
        Trial(space).Faults.Should().ContainSingle().Which.Should().Contain("edge 0->2 of cell 'reduction'").And.Contain("in place");
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_candidate_that_forgets_to_register_its_fields_is_trained_and_counted(bool withinSequential)
    {
        SearchSpace space = With("own", c => new Module(c, (conv, x) => conv.call(x)) is var own && withinSequential
            ? nn.Sequential(nn.ReLU(), own) : own).Build();
        Trial(space).Faults.Should().BeEmpty();
        var costs = new CostModel(space);
        ModuleCost skips = costs.Of(Genotype.Parse("|skip~0|+|skip~0|skip~1|")), own = costs.Of(Genotype.Parse("|own~0|+|skip~0|skip~1|"));
        (own.Parameters - skips.Parameters).Should().Be(2 * 2);
        (own.MultiplyAdds - skips.MultiplyAdds).Should().Be(2 * 2 * 64);
    }

    [Fact]
    public void A_candidate_that_is_declared_zero_must_be_zero() => Trial(SearchSpace.Define("own").Input(3, 8, 8).Classes(3).Channels(2)
            .Operation("skip", Blocks.Skip, isLearnable: false)
                .Operation(new CandidateOperation("own", c => Blocks.Skip(c), isLearnable: false, isZero: true)).Build())
        .Faults.Should().ContainSingle().Which.Should().Contain("'own'").And.Contain("declared zero");

    public static TheoryData<string> Places => ["the stem", "the head", "the preprocessing", "the block between stages"];

    [Theory]
    [MemberData(nameof(Places))]
    public void Fixed_parts_are_refused_by_their_names(string place)
    {
        SearchSpace Space(Func<Func<OperationContext, nn.Module<Tensor, Tensor>>, Func<OperationContext, nn.Module<Tensor, Tensor>>> spoil)
        {
            SearchSpaceBuilder space = SearchSpace.Define("own").Input(3, 8, 8).Classes(3).Channels(2).Cell(nodes: 1, inputs: 2).Stages(2)
                .Operations(NasBench201Operations.All);
            return (place switch
            {
                "the stem" => space.Stem(spoil(Blocks.ConvolutionStem)),
                "the head" => space.Head(spoil(Blocks.PooledLinearHead)),
                "the preprocessing" => space.Preprocessing(spoil(Blocks.Preprocessing)),
                _ => space.Downsampling(spoil(c => new ResidualDownsampling(c))),
            }).Build();
        }
        string Fault(Func<Func<OperationContext, nn.Module<Tensor, Tensor>>, Func<OperationContext, nn.Module<Tensor, Tensor>>> spoil) =>
            Trial(Space(spoil)).Faults.Should().ContainSingle(f => f.Contains(place, StringComparison.OrdinalIgnoreCase)).Which;
        Fault(_ => _ => null!).Should().Contain("returned null");
        Fault(_ => _ => throw new FormatException("not today")).Should().Contain("not today");
        Fault(create => c => nn.Sequential(nn.ReLU(inplace: true), create(c))).Should().Contain("in place");
        Fault(create => c => new After(create(c), y => y.detach())).Should()
            .Contain(place == "the stem" ? "get no gradient" : "passes no gradient");
        Fault(create => c => new After(create(c), y => y.Over(0))).Should().Contain("not finite");
        Fault(create => c => new After(create(c), y => y.narrow(1, 0, 1))).Should().Contain("expected");
    }

    [Theory]
    [InlineData("candidate")]
    [InlineData("by place")]
    [InlineData("weights")]
    [InlineData("preprocessing")]
    public void One_module_in_two_places_is_refused(string kind)
    {
        var made = new Dictionary<OperationContext, nn.Module<Tensor, Tensor>>();
        nn.Module<Tensor, Tensor>? one = null;
        nn.Module<Tensor, Tensor> Of(OperationContext c) => nn.Conv2d(c.InChannels, c.OutChannels, 1);
        SearchSpaceBuilder space = kind == "preprocessing"
            ? With("own", Of).Cell(nodes: 2, inputs: 2).Preprocessing(c => one ??= Of(c))
            : With("own", c => kind switch
            {
                "candidate" => one ??= Of(c),
                "by place" => made.TryGetValue(c, out nn.Module<Tensor, Tensor>? old) ? old : made[c] = Of(c),
                _ => nn.Sequential(nn.ReLU(), one ??= Of(c)),
            });
        Trial(space.Build()).Faults.Should().ContainSingle().Which.Should()
            .Contain(kind == "preprocessing" ? "The preprocessing of input 0 of cell 'cell'"
                : "Candidate 'own' on edge 0->1 of cell 'cell' and candidate 'own' on edge")
            .And.Contain(kind == "weights" ? "share weights" : "are one module");
    }

    private static readonly Dictionary<string, (IRelaxation Relaxation, string[] Message)> Relaxed = new()
    {
        ["transposed"] = (new Given("own", (alpha, _) => alpha.softmax(-1).t()), ["[5, 6] of Float32", "expected [6, 5]"]),
        ["row"] = (new Given("own", (alpha, _) => alpha.softmax(-1).narrow(0, 0, 1)), ["[1, 5]", "expected [6, 5]"]),
        ["scalar"] = (new Given("own", (alpha, _) => alpha.sigmoid().mean()), ["[] of Float32", "expected [6, 5]"]),
        ["type"] = (new Given("own", (alpha, _) => alpha.to(ScalarType.Float64).sigmoid()), ["Float64", "expected [6, 5] of Float32"]),
        ["null"] = (new Given("own", (_, _) => null!), ["are null"]),
        ["finite"] = (new Given("own", (alpha, _) => alpha.Minus(1L).log()), ["not all finite"]),
        ["finite at the end"] = (new Given("own", (alpha, c) => c.Progress > 0.9 ? alpha.Over(0) : alpha.sigmoid()),
            ["progress 0.98", "not all finite"]),
        ["path"] = (new Given("own", (alpha, _) => alpha.sigmoid().detach()), ["no gradient path to α"]),
        ["gradient"] = (new Given("own", (alpha, _) => alpha.abs().sqrt()), ["gradient in α that is not finite"]),
        ["nothing"] = (new Given("own", (alpha, _) => MixingWeights.OnlyNonZero(alpha.Times(0L))), ["computes no candidate"]),
        ["throws"] = (new Given("own", (_, _) => throw new FormatException("not today")), ["fails", "not today"]),
        ["start rows"] = (new Given("own", (alpha, _) => alpha.sigmoid(), (e, o) => zeros(e + 1, o, ScalarType.Float64)),
            ["start values", "[7, 5]", "expected [6, 5]"]),
        ["start columns"] = (new Given("own", (alpha, _) => alpha.sigmoid(), (e, o) => zeros(e, o - 1, ScalarType.Float64)),
            ["start values", "[6, 4]"]),
        ["start type"] = (new Given("own", (alpha, _) => alpha.sigmoid(), (e, o) => zeros(e, o, ScalarType.Int64)),
            ["start values", "Int64", "expected [6, 5] (edges, operations) of Float64 on cpu"]),
        ["start finite"] = (new Given("own", (alpha, _) => alpha.sigmoid(), (e, o) =>
            TensorArithmetic.Filled([e, o], double.NaN, ScalarType.Float64)), ["start values", "not all finite"]),
        ["start throws"] = (new Given("own", (alpha, _) => alpha.sigmoid(), (_, _) => throw new FormatException("not today")),
            ["start values", "not today"]),
    };

    public static TheoryData<string> KindsOfRelaxations => [.. Relaxed.Keys];

    [Theory]
    [MemberData(nameof(KindsOfRelaxations))]
    public void A_relaxation_is_refused_by_its_name(string kind) =>
        Trial(Small.Space, o => o with { Relaxation = Relaxed[kind].Relaxation }).Faults.Should().ContainSingle().Which.Should()
            .ContainAll(Relaxed[kind].Message).And.Contain("relaxation 'own'");

    private static readonly Dictionary<string, (Func<SearchOptions, SearchOptions> Change, string[] Message)> Others = new()
    {
        ["penalty size"] = (o => o with { Penalties = [new Penalty(a => a["cell"].Squared())] }, ["penalty 'own'", "[6, 5]", "scalar"]),
        ["penalty null"] = (o => o with { Penalties = [new Penalty(_ => null!)] }, ["penalty 'own'", "null"]),
        ["penalty finite"] = (o => o with { Penalties = [new Penalty(a => a["cell"].log().mean())] }, ["penalty 'own'", "not finite"]),
        ["penalty path"] = (o => o with { Penalties = [new Penalty(a => a["cell"].detach().mean())] },
            ["penalty 'own'", "no gradient path"]),
        ["penalty throws"] = (o => o with { Penalties = [new Penalty(a => a["nowhere"].mean())] }, ["penalty 'own' fails", "'nowhere'"]),
        ["derivation throws"] = (o => o with { Derivation = new Rule(_ => throw new FormatException("not today")) },
            ["derivation 'own' fails", "not today"]),
        ["derivation null"] = (o => o with { Derivation = new Rule(_ => null!) }, ["derivation 'own' gives null"]),
        ["derivation outside"] = (o => o with { Derivation = new Rule(_ => CellGenotype.Parse("|nor_conv_7x7~0|+|none~0|+|none~0|")) },
            ["derivation 'own' fails", "nor_conv_7x7"]),
        ["transform samples"] = (o => o with { Transform = new Changed((x, t) => x.to(t).narrow(0, 0, 1)) },
            ["transform 'own'", "[1, 3, 8, 8]", "expected [2, 3, 8, 8]"]),
        ["transform shape"] = (o => o with { Transform = new Changed((x, t) => x.to(t).flatten(2)) }, ["transform 'own'", "[2, 3, 64]"]),
        ["transform type"] = (o => o with { Transform = new Changed((x, _) => x) }, ["transform 'own'", "Byte", "Float32"]),
        ["transform finite"] = (o => o with { Transform = new Changed((x, t) => x.to(t).Over(0)) }, ["transform 'own'", "not finite"]),
        ["scheme null"] = (o => o with { Scheme = new Own(_ => null!, _ => null!) }, ["scheme 'own' allots null"]),
        ["scheme throws"] = (o => o with { Scheme = new Own(_ => null!, _ => throw new FormatException("not today")) },
            ["scheme 'own' cannot allot", "not today"]),
        ["scheme duplicates"] = (o => o with { Scheme = new Own(_ => null!, n => new([.. SampleOrder.All(n), 0, 1])) },
            ["scheme 'own' allots 42 samples to the weights", "only 40 differ"]),
        ["scheme changes"] = (o => o with { Scheme = new Own(_ => null!, n => new([.. SampleOrder.All(n).OrderBy(_ => Guid.NewGuid())])) },
            ["scheme 'own' allots other samples"]),
    };

    public static TheoryData<string> KindsOfOthers => [.. Others.Keys];

    [Theory]
    [MemberData(nameof(KindsOfOthers))]
    public void Other_parts_are_refused_by_their_names(string kind)
    {
        using ClassificationDataset data = Small.Data();
        Small.Search(data).With(Others[kind].Change).Invoking(s => s.Build()).Should().Throw<InvalidRunException>()
            .Which.Faults.Should().ContainSingle().Which.Should().ContainAll(Others[kind].Message);
    }

    [Fact]
    public void Faults_of_several_parts_are_listed_at_once() => Trial(
            With("own", c => new Module(c, (_, x) => x.Times(2L))).Head(c => new After(Blocks.PooledLinearHead(c), y => y.Over(0))).Build(),
            o => o with { Relaxation = Relaxed["path"].Relaxation, Penalties = [new Penalty(_ => null!)] })
        .Faults.Should().HaveCount(4);

    private static nn.Module<Tensor, Tensor> Evaluating(nn.Module<Tensor, Tensor> module)
    {
        module.eval();
        return module;
    }

    private sealed class Trained : nn.Module<Tensor, Tensor>
    {
        private readonly TorchSharp.Modules.Conv2d conv;
        private readonly Func<TorchSharp.Modules.Conv2d, Tensor, Tensor> inTraining;

        public Trained(OperationContext context, Func<TorchSharp.Modules.Conv2d, Tensor, Tensor> inTraining) : base("trained")
        {
            this.inTraining = inTraining;
            conv = nn.Conv2d(context.InChannels, context.OutChannels, 1);
            RegisterComponents();
        }

        public override Tensor forward(Tensor input) => training ? inTraining(conv, input) : conv.call(input);
    }

    private sealed class After : nn.Module<Tensor, Tensor>
    {
        private readonly nn.Module<Tensor, Tensor> inner;
        private readonly Func<Tensor, Tensor> change;

        public After(nn.Module<Tensor, Tensor> inner, Func<Tensor, Tensor> change) : base("after")
        {
            (this.inner, this.change) = (inner, change);
            RegisterComponents();
        }

        public override Tensor forward(Tensor input) => change(inner.call(input));
    }

    private sealed class Penalty(Func<ArchitectureParameters, Tensor> value) : IPenalty
    {
        public string Name => "own";

        Tensor IPenalty.Penalty(ArchitectureParameters architecture, EpochPosition position) => value(architecture);
    }

    private sealed record Rule(Func<CellSnapshot, CellGenotype> Made) : CellDerivation
    {
        public override string Name => "own";

        public override CellGenotype Derive(CellSpecification cell, CellSnapshot snapshot) => Made(snapshot);
    }

    private sealed class Changed(Func<Tensor, ScalarType, Tensor> change) : IBatchTransform
    {
        public Tensor Apply(Tensor inputs, Generator generator, ScalarType dtype) => change(inputs, dtype);

        public override string ToString() => "own";
    }
}
