using SingleDarts.Core.Genotypes;
using SingleDarts.Core.Operations;
using SingleDarts.Core.Spaces;
using SingleDarts.Core.Supernets;
using SingleDarts.Core.Training;
using static TorchSharp.torch;

namespace SingleDarts.Core.Tests.Mistakes;

/// <summary>Search spaces, candidates, genotypes, and networks of them.</summary>
internal static class MistakesInSpaces
{
    public static IReadOnlyList<Mistake> All { get; } =
    [
        Mistake.Of<ArgumentException>("a factory that throws",
            () => Built("mine", _ => throw new InvalidOperationException("no such file")),
            "operation 'mine'", "no such file", "InChannels"),
        Mistake.Of<Exception>("a factory that forgets to return", () => Built("mine", _ => null!), "operation 'mine'", "null", "module"),
        Mistake.Of<ArgumentException>("a factory that returns one module for all", Shared, "'mine'", "its own for each"),
        Mistake.Of<ArgumentException>("a candidate without weights",
            () => Built("mine", _ => nn.Identity()), "'mine'", "isLearnable: false"),
        Mistake.Of<ArgumentNullException>("no factory", () => Space().Operation("mine", null!), "create"),
        Mistake.Of<ArgumentException>("a name with a bar", () => Space().Operation("a|b", _ => nn.Identity()), "'a|b'", "letters"),
        Mistake.Of<ArgumentException>("two candidates of one name",
            () => Space().Operation(NasBench201Operations.Conv3x3).Build(), "nor_conv_3x3"),
        Mistake.Of<ArgumentException>("no candidates", () => SearchSpace.Define("x").Input(3, 8, 8).Classes(3).Cell(2).Channels(4).Build(),
            "operation"),
        Mistake.Of<ArgumentException>("a cell without nodes", () => Space().Cell(nodes: 0).Build(), "node"),
        Mistake.Of<ArgumentException>("a space of one class", () => Space().Classes(1).Build(), "class"),
        Mistake.Of<ArgumentException>("no input", () => Space().Input().Build(), "input"),
        Mistake.Of<ArgumentException>("no cells", () => Space().Stages(1, cellsPerStage: 0).Build(), "cell"),
        Mistake.Of<ArgumentException>("no channels", () => Space().Channels(0).Build(), "Channels are 0"),
        Mistake.Of<ArgumentException>(
            "a candidate that is not there", () => Space().Allow("cell", 0, "conv").Build(), "'conv'", "nor_conv_3x3"),
        Mistake.Of<ArgumentException>(
            "an edge that is not there", () => Space().Allow("cell", 9, "skip_connect").Build(), "9"),
        Mistake.Of<ArgumentNullException>("no shape", () => SearchSpaces.Darts(inputShape: null!, 10), "inputShape"),
        Mistake.Of<ArgumentException>("a shape of two numbers",
            () => SearchSpaces.NasBench201([32, 32], 10), "[32, 32]", "(channels, height, width)"),
        Mistake.Of<ArgumentException>("no layers", () => SearchSpaces.Darts(layers: 0), "layers"),
        Mistake.Of<FormatException>("a genotype of another program", () => Genotype.Parse("conv3x3-skip-pool"), "'|operation~source|...|'"),
        Mistake.Of<FormatException>("a gene that reads a node behind it",
            () => Genotype.Parse("Genotype([('a', 0), ('b', 2)], [2], [('a', 0), ('b', 1)], [2])"), "gene 2 of normal", "nodes 0 to 1"),
        Mistake.Of<ArgumentNullException>("no genotype", () => Genotype.Parse(null!), "text"),
        Mistake.Of<ArgumentException>("a published cell that is not there",
            () => DartsGenotypes.Named("DARTS-V3"), "'DARTS-V3'", "DARTS-V2"),
        Mistake.Of<ArgumentException>(
            "a cell of DARTS in NAS-Bench-201", () => NasBench201Genotypes.IndexOf(DartsGenotypes.DartsV2), "2 kinds of cell"),
        Mistake.Of<ArgumentException>("the cost of an operation that is not there",
            () => new CostModel(Small.Space).Of(Genotype.Parse("|conv~0|+|none~0|none~1|+|none~0|none~1|none~2|")), "conv", "nor_conv_3x3"),
        Mistake.Of<KeyNotFoundException>("the cost of a genotype of another space",
            () => new CostModel(Small.Space).Of(DartsGenotypes.DartsV2), "no cell 'cell'", "normal"),
        Mistake.Of<Exception>("a network of a genotype of another space",
            () => new EvaluationNetwork(Small.Space, DartsGenotypes.DartsV2), "no cell 'cell'", "normal"),
        Mistake.Of<ArgumentNullException>("a network of no genotype", () => new EvaluationNetwork(Small.Space, null!), "genotype"),
        Mistake.Of<ArgumentNullException>("a supernet of no space", () => new Supernet(null!), "space"),
        Mistake.Of<ArgumentException>("images of another size", () => Forward(zeros(2, 3, 9, 9)), "[2, 3, 9, 9]", "[N, 3, 8, 8]"),
        Mistake.Of<ArgumentException>("a number for a batch", () => Forward(zeros([])), "[]", "[N, 3, 8, 8]"),
        Mistake.Of<ArgumentException>("bytes for a batch", () => Forward(zeros(2, 3, 8, 8, dtype: ScalarType.Byte)), "Byte", "Float32"),
        Mistake.Of<ArgumentNullException>("no batch", () => Forward(null!), "input"),
        Mistake.Of<KeyNotFoundException>("the path of a genotype of another space", () => With(supernet =>
            supernet.Forward(zeros(2, 3, 8, 8), DartsGenotypes.DartsV2)), "no cell 'cell'"),
        Mistake.Of<ArgumentException>("mixing weights of no cell", () => With(supernet =>
            supernet.Forward(zeros(2, 3, 8, 8), new Dictionary<string, MixingWeights>())), "cell 'cell'"),
        Mistake.Of<ObjectDisposedException>("a supernet after Dispose", () =>
        {
            var supernet = new Supernet(Small.Space);
            supernet.Dispose();
            supernet.call(zeros(2, 3, 8, 8));
        }, "has been disposed"),
        Mistake.Of<ObjectDisposedException>("a network after Dispose", () =>
        {
            var network = new EvaluationNetwork(Small.Space, NasBench201Genotypes.AllSkip);
            network.Dispose();
            network.call(zeros(2, 3, 8, 8));
        }, "has been disposed"),
    ];

    public static SearchSpaceBuilder Space() => SearchSpace.Define("own").Input(3, 8, 8).Classes(3).Channels(4).Cell(nodes: 2)
        .Operation(NasBench201Operations.SkipConnect).Operation(NasBench201Operations.Conv3x3);

    private static void Built(string name, Func<OperationContext, nn.Module<Tensor, Tensor>> create)
    {
        using var supernet = new Supernet(Space().Operation(name, create).Build());
    }

    private static void Shared()
    {
        var one = nn.Conv2d(4, 4, 3, padding: 1);
        Built("mine", _ => one);
    }

    private static void With(Action<Supernet> act)
    {
        using var scope = NewDisposeScope();
        using var supernet = new Supernet(Small.Space);
        act(supernet);
    }

    private static void Forward(Tensor input) => With(supernet => supernet.call(input));
}
