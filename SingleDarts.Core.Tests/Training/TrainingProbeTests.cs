using SingleDarts.Core.Data;
using SingleDarts.Core.Genotypes;
using SingleDarts.Core.Runs;
using SingleDarts.Core.Training;
using SingleDarts.Core.Operations;
using SingleDarts.Core.Runtime;
using SingleDarts.Core.Spaces;
using SingleDarts.Core.Tests.Search;
using static SingleDarts.Core.Tests.Fixtures.TrainingSetup;
using static TorchSharp.torch;

namespace SingleDarts.Core.Tests.Training;

/// <summary>What the trial before a training refuses and accepts.</summary>
public class TrainingProbeTests
{
    private static readonly Dictionary<string,
        (Func<TorchSharp.Modules.Linear, Tensor, bool, Tensor> Classify, string[] Message)> Networks = new()
    {
        ["shape in training"] = ((linear, x, training) => training ? linear.call(x).unsqueeze(0) : linear.call(x),
            ["[1, 2, 3]", "expected [2, 3]"]),
        ["type"] = ((linear, x, _) => linear.call(x).to(ScalarType.Float64), ["Float64", "expected Float32"]),
        ["finite"] = ((linear, x, training) => training ? linear.call(x).Over(0) : linear.call(x), ["not finite"]),
        ["detached"] = ((linear, x, _) => linear.call(x).detach(), ["get no gradient: linear.bias, linear.weight"]),
        ["partly detached"] = ((linear, x, _) => x.matmul(linear.weight.detach().t()).Plus(linear.bias!),
            ["get no gradient: linear.weight"]),
        ["throws"] = ((linear, x, training) => training ? throw new FormatException("not today") : linear.call(x),
            ["cannot take a sample", "not today"]),
        ["backward"] = ((linear, x, _) => linear.call(x).exp() is var y ? y.Plus(y.relu_().Times_(2)) : null!,
            ["modified by an inplace operation"]),
    };

    public static TheoryData<string> Kinds => [.. Networks.Keys];

    [Theory]
    [MemberData(nameof(Kinds))]
    public void A_network_is_refused_by_its_name(string kind)
    {
        using BatchSource train = Source(16);
        using var network = new OneLayer(Networks[kind].Classify);
        FluentActions.Invoking(() => Of(network, train).Build()).Should().Throw<InvalidRunException>()
            .Which.Faults.Should().ContainSingle().Which.Should().ContainAll(Networks[kind].Message).And.Contain("'one layer'");
    }

    [Fact]
    public void Frozen_weights_evaluation_mode_and_gradients_of_ones_own_are_accepted_and_left()
    {
        using BatchSource train = Source(16);
        using var network = new OneLayer((linear, x, _) => x.matmul(linear.weight.detach().t()).Plus(linear.bias!));
        network.get_parameter("linear.weight")!.requires_grad = false;
        network.get_parameter("linear.bias")!.grad = TensorArithmetic.Filled([3], 7, ScalarType.Float32);
        network.eval();
        Of(network, train).Build();
        network.training.Should().BeFalse();
        network.get_parameter("linear.bias")!.grad!.data<float>().ToArray().Should().Equal(7, 7, 7);
        network.get_parameter("linear.weight")!.grad.Should().BeNull();
    }

    [Fact]
    public void An_operation_of_a_genotype_that_changes_its_input_in_place_is_refused_by_its_name()
    {
        using BatchSource train = Source(16);
        EvaluationNetwork Network(bool inPlace, string genotype) => new(SearchProbeTests.With("own",
            c => nn.Sequential(nn.ReLU(inplace: inPlace), nn.Conv2d(c.InChannels, c.OutChannels, 1))).Build(), Genotype.Parse(genotype));
        Of(Network(inPlace: false, "|own~0|+|skip~0|own~1|"), train).Build();
        Of(Network(inPlace: true, "|skip~0|+|skip~0|skip~1|"), train).Build();
        FluentActions.Invoking(() => Of(Network(inPlace: true, "|own~0|+|skip~0|skip~1|"), train).Build()).Should()
            .Throw<InvalidRunException>()
            .Which.Faults.Should().ContainSingle().Which.Should()
                .ContainAll("Operation 'own' on edge 0->1 of cell 'cell'", "in place", "nn.ReLU()");
    }

    [Fact]
    public void Genes_that_reach_no_output_are_a_genotypes_own_choice()
    {
        using BatchSource train = Source(16);
        Of(new EvaluationNetwork(SearchProbeTests.With("conv", c => new ReluConvBatchNorm(c, 3)).Build(),
            Genotype.Parse("|conv~0|+|conv~0|")), train).Build();
    }

    [Fact]
    public void One_module_for_two_genes_is_refused()
    {
        nn.Module<Tensor, Tensor>? one = null;
        SearchSpace space = SearchProbeTests.With("own", c => one ??= nn.Conv2d(c.InChannels, c.OutChannels, 1)).Build();
        FluentActions.Invoking(() => new EvaluationNetwork(space, Genotype.Parse("|own~0|+|own~0|skip~1|"))).Should()
            .Throw<ArgumentException>()
            .WithMessage("*Operation 'own' on edge 0->1 of cell 'cell' and operation 'own' on edge 0->2 of cell 'cell' are one module*");
    }

    [Theory]
    [InlineData("samples", "[1, 3, 8, 8]*expected [2, 3, 8, 8]")]
    [InlineData("shape", "[2, 3, 8, 7]")]
    [InlineData("type", "of Byte")]
    [InlineData("finite", "not finite")]
    [InlineData("throws", "cannot give its first and last sample: *not today")]
    public void A_source_that_gives_other_batches_than_it_says_is_refused_by_its_name(string kind, string message)
    {
        using BatchSource train = Source(16), test = Source(16, transform: new Changed((x, type) => kind switch
        {
            "samples" => x.narrow(0, 0, 1).to(type),
            "shape" => x.narrow(3, 0, 7).to(type),
            "type" => x,
            "finite" => x.to(type).Over(0),
            _ => throw new FormatException("not today"),
        }));
        FluentActions.Invoking(() => Of(new TrainingNetwork(Classes, auxiliary: false), train).EvaluatedOn(test).Build())
            .Should().Throw<InvalidRunException>().WithMessage($"*(1 fault)*'{test.Name}'*{message}*");
    }

    private static NetworkTraining Of(ClassificationNetwork network, IBatchSource train) =>
        NetworkTraining.Of(network).On(train).For(1, 8).With(o => o with { AuxiliaryWeight = 0 });

    private sealed class OneLayer : ClassificationNetwork
    {
        private readonly TorchSharp.Modules.Linear linear = nn.Linear(3 * 8 * 8, Classes);
        private readonly Func<TorchSharp.Modules.Linear, Tensor, bool, Tensor> classify;

        public OneLayer(Func<TorchSharp.Modules.Linear, Tensor, bool, Tensor> classify) : base("one layer")
        {
            this.classify = classify;
            RegisterComponents();
        }

        public override (Tensor Logits, Tensor? Auxiliary) Classify(Tensor input) => (classify(linear, input.flatten(1), training), null);
    }

    private sealed class Changed(Func<Tensor, ScalarType, Tensor> change) : IBatchTransform
    {
        public Tensor Apply(Tensor inputs, Generator generator, ScalarType dtype) => change(inputs, dtype);
    }
}
