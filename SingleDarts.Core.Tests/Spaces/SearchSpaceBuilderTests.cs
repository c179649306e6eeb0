using SingleDarts.Core.Data;
using SingleDarts.Core.Genotypes;
using SingleDarts.Core.Operations;
using SingleDarts.Core.Runtime;
using SingleDarts.Core.Schemes;
using SingleDarts.Core.Search;
using SingleDarts.Core.Spaces;
using SingleDarts.Core.Supernets;
using SingleDarts.Core.Optimizers;
using static TorchSharp.torch;

namespace SingleDarts.Core.Tests.Spaces;

public class SearchSpaceBuilderTests
{
    [Fact]
    public void Every_fault_of_a_definition_is_listed() =>
        SearchSpace.Define("empty").Channels(0).Stages(0).Cell(0, inputs: 3).Invoking(b => b.Build())
            .Should().Throw<ArgumentException>()
                .WithMessage("*input shape*classes*Channels are 0*0 stages*0 candidate*3 input and 0 computed*");

    [Fact]
    public void Two_operations_of_one_name_are_refused() =>
        SearchSpace.Define("own").Input(3, 8, 8).Classes(2).Operations(NasBench201Operations.All).Operation(NasBench201Operations.None)
            .Invoking(b => b.Build()).Should().Throw<ArgumentException>().WithMessage("*2 operations*'none'*");

    [Theory]
    [InlineData("a|b")]
    [InlineData("a~1")]
    [InlineData("a+b")]
    [InlineData("")]
    public void A_name_that_genotypes_cannot_carry_is_refused(string name) =>
        FluentActions.Invoking(() => new CandidateOperation(name, Blocks.Skip, false)).Should().Throw<ArgumentException>()
            .WithMessage($"*'{name}'*");

    [Fact]
    public void Cells_of_two_inputs_are_placed_as_in_DARTS()
    {
        SearchSpace space = Darts();
        space.Cells.Select(c => c.Name).Should().Equal("normal", "reduction");
        space.Cells[0].Topology.Edges.Should().HaveCount(14);
        var cells = space.Layout.Layers.Cast<CellPlacement>().ToList();
        cells.Select(c => (c.Cell.Name, c.Channels, c.Stride)).Should().Equal(
            ("normal", 4, 1), ("normal", 4, 1), ("reduction", 8, 2), ("normal", 8, 1), ("normal", 8, 1));
        cells.Select(c => (c.Inputs[0].InChannels, c.Inputs[0].Stride, c.Inputs[1].InChannels, c.Inputs[1].Stride)).Should().Equal(
            (12, 1, 12, 1), (12, 1, 16, 1), (16, 1, 16, 1), (16, 2, 32, 1), (32, 1, 32, 1));
    }

    [Fact]
    public void Both_kinds_of_cells_get_gradients_and_their_own_genotype()
    {
        using var scope = NewDisposeScope();
        SearchSpace space = Darts();
        using var supernet = new Supernet(space);
        supernet.call(randn(2, 3, 8, 8)).Squared().sum().backward();
        supernet.Architecture.Named.Should().OnlyContain(a => a.Parameter.grad!.abs().sum().item<float>() > 0);
        Genotype genotype = space.Derive(new TopEdges(), supernet.Snapshot());
        genotype.Cells.Keys.Should().Equal("normal", "reduction");
        genotype["normal"].Nodes.Should().OnlyContain(n => n.Count == 2);
        new CostModel(space).Of(genotype).Parameters.Should().BePositive();
    }

    [Fact]
    public async Task Vectors_are_searched_as_images_are()
    {
        using var data = new ClassificationDataset(randn(60, 5), randint(0, 2, 60, dtype: ScalarType.Int64), 2, "vectors");
        SearchResult result = await ArchitectureSearch.In(Vectors(c => nn.Linear(c.InChannels, c.OutChannels))).On(data).For(2, 20)
            .RunAsync();
        result.Genotype[Genotype.OnlyCell].Nodes.Should().HaveCount(2);
    }

    public static TheoryData<IOptimizationScheme> Schemes =>
    [
        OptimizationSchemes.SingleLevel, OptimizationSchemes.BiLevel, OptimizationSchemes.BiLevelSecondOrder,
        new BiLevelScheme { Gradient = ArchitectureGradient.Exact }, OptimizationSchemes.SameSubset,
    ];

    [Theory]
    [MemberData(nameof(Schemes))]
    public void A_weight_that_no_loss_reaches_is_left_where_it_is_by_a_loop_of_ones_own(IOptimizationScheme scheme)
    {
        using var search = new SmallSearch(
            OptimizerSettings.Default.Sgd(0.1), space: Vectors(c => new WithUnused(c)), batch: () => new LabeledBatch(
                randn([6, 5], dtype: ScalarType.Float64), randint(0, 2, 6, dtype: ScalarType.Int64)));
        for (int i = 0; i < 3; i++)
            scheme.Step(search.Step);
        search.Supernet.Weights.Where(w => w.Name.EndsWith("unused", StringComparison.Ordinal)).Should().HaveCount(3)
            .And.OnlyContain(w => w.Parameter.item<double>() == 7);
    }

    private static SearchSpace Darts() => SearchSpace.Define("darts-like").Input(3, 8, 8).Classes(5)
        .Operations(NasBench201Operations.All).Cell(nodes: 4, inputs: 2, CellOutput.Concatenation)
        .Channels(4, stemMultiplier: 3).Stages(2, cellsPerStage: 2).ReductionCells().Build();

    private static SearchSpace Vectors(Func<OperationContext, nn.Module<Tensor, Tensor>> linear) =>
        SearchSpace.Define("vectors").Input(5).Classes(2).Channels(8).Cell(nodes: 2)
        .Operation("identity", _ => nn.Identity(), isLearnable: false)
        .Operation("linear", c => nn.Sequential(nn.ReLU(), linear(c)))
        .Stem(c => nn.Linear(c.InChannels, c.OutChannels))
        .Head(c => nn.Linear(c.InChannels, c.OutChannels)).Build();

    private sealed class WithUnused : nn.Module<Tensor, Tensor>
    {
        private readonly TorchSharp.Modules.Linear linear;
        private readonly TorchSharp.Modules.Parameter unused = new(TensorArithmetic.Filled([1], 7, ScalarType.Float32));

        public WithUnused(OperationContext c) : base(nameof(WithUnused))
        {
            linear = nn.Linear(c.InChannels, c.OutChannels);
            RegisterComponents();
        }

        public override Tensor forward(Tensor input) => linear.call(input);
    }
}
