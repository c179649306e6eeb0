using SingleDarts.Core.Kernels;
using SingleDarts.Core.Operations;
using SingleDarts.Core.Runtime;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace SingleDarts.Core.Tests.Kernels;

/// <summary>Kernels of our own against libtorch's, over random sizes, with vectors of every width and numbers of both types.</summary>
public class NodeMixtureTests
{
    private static readonly string[] Kinds = ["sep3", "sep5", "dil3", "dil5", "sep7", "max", "average", "skip"];

    public static TheoryData<int, ScalarType> Widths() => new()
    {
        { 512, ScalarType.Float64 }, { 256, ScalarType.Float64 }, { 512, ScalarType.Float32 }, { 256, ScalarType.Float32 },
    };

    [Theory]
    [MemberData(nameof(Widths))]
    public void A_mixture_and_its_gradients_are_those_of_the_modules(int bits, ScalarType type)
    {
        using var width = new VectorWidth(bits);
        var random = new Random(bits + (int)type);
        for (int i = 0; i < 40; i++)
        {
            using var scope = NewDisposeScope();
            int stride = random.Next(1, 3), channels = new[] { 1, 2, 3, 4, 8, 12, 16, 20, 32 }[random.Next(9)], parts = random.Next(1, 4);
            int height = random.Next(2, 12), columns = random.Next(2) == 0 ? height : random.Next(2, 20);
            var place = new OperationContext(channels, channels, stride, Affine: random.Next(2) == 0, TrackRunningStatistics: false);
            var terms = new List<MergedTerm>();
            for (int row = 0; row < 2; row++)
                for (int k = 0; k < Kinds.Length; k++)
                    if ((random.Next(2) == 0 || k == row) && (Kinds[k] != "skip" || stride == 1))
                        terms.Add(new MergedTerm(row, k, 3 + row, Module(Kinds[k], place)));
            terms.ForEach(term => term.Module.to(type));
            // A view into wider pixels, as partial channels give it.
            Tensor whole = randn([3, channels * parts, height, columns], type);
            if (random.Next(3) > 0)
                whole = NativeKernels.ChannelsLast(whole);
            Tensor x = whole.narrow(1, channels * random.Next(parts), channels).detach().requires_grad_();
            // Weights side by side in one buffer, as an optimiser keeps them.
            Parameter[] weights = [.. terms.SelectMany(term => term.Module.parameters())];
            Tensor buffer = randn([weights.Sum(w => w.numel())], type);
            long next = 0;
            using (no_grad())
                foreach (Parameter weight in weights)
                    NativeKernels.ShareStorage(weight, buffer.narrow(0, (next += weight.numel()) - weight.numel(), weight.numel())
                        .view(weight.shape));
            Tensor p = randn([2, Kinds.Length], type, requires_grad: true);
            Check(x, p, terms, type == ScalarType.Float64 ? 1e-10 : 2e-3, $"{i}: {channels} channels, {height}x{columns}, stride {stride}");
        }
    }

    [Fact]
    public void What_does_not_fit_together_is_refused_before_memory_is_read()
    {
        using var scope = NewDisposeScope();
        var place = new OperationContext(4, 4, 1, Affine: false, TrackRunningStatistics: false);
        Tensor p = randn([1, 2]);
        void Refused(Tensor x, string words, params nn.Module<Tensor, Tensor>[] modules)
        {
            MergedTerm[] terms = [.. modules.Select((module, k) => new MergedTerm(0, k, 1, module))];
            Action act = () => MergedFunction.Apply(NodeMixture.Of(x, terms, 2)!, [x], p, recompute: false, new BackwardState());
            act.Should().Throw<ArgumentException>().WithMessage(words);
        }
        Refused(randn(2, 4, 6, 6), "*[2, 4, 3, 3]*[2, 4, 6, 6]*one shape*",
            Module("dil3", place), Module("sep3", place with { Stride = 2 }));
        Refused(randn(2, 8, 6, 6), "*Float32 of 8 channels; expected Float32 of 4*", Module("dil3", place));
        Refused(randn([2, 4, 6, 6], ScalarType.Float64), "*Float64 of 4 channels; expected Float32 of 4*", Module("dil3", place));
    }

    [Fact]
    public void The_number_of_threads_does_not_change_a_bit()
    {
        using var scope = NewDisposeScope();
        var place = new OperationContext(8, 8, 1, Affine: false, TrackRunningStatistics: false);
        MergedTerm[] terms = [.. Kinds.Select((kind, k) => new MergedTerm(0, k, 1, Module(kind, place)))];
        Tensor x = randn([19, 8, 9, 9], requires_grad: true), p = randn([1, Kinds.Length], requires_grad: true);
        Tensor g = randn([19, 8, 9, 9]);
        int before = get_num_threads();
        try
        {
            Tensor[] Run(int threads)
            {
                set_num_threads(threads);
                NodeMixture mixture = NodeMixture.Of(x, terms, Kinds.Length)!;
                Tensor y = MergedFunction.Apply(mixture, [x], p, recompute: false, new BackwardState())[0];
                return [y, .. autograd.grad([y], [x, p, .. mixture.Weights], [g])];
            }
            Tensor[] one = Run(1);
            foreach (int threads in new[] { 2, 3 })
                foreach (var (a, b) in one.Zip(Run(threads)))
                    Host.Doubles(a).Should().Equal(Host.Doubles(b));
        }
        finally
        {
            set_num_threads(before);
        }
    }

    private static void Check(Tensor x, Tensor p, List<MergedTerm> terms, double tolerance, string which)
    {
        var mixture = NodeMixture.Of(x, terms, Kinds.Length)!;
        mixture.Weights.Select(w => w.Handle).Should().BeEquivalentTo(
            terms.SelectMany(term => term.Module.parameters()).Select(w => w.Handle), "every weight is used");
        var expected = mixture.Targets.Select(target => terms.Where(term => term.Target == target)
            .Select(term => term.Module.call(x) * p[term.Row, term.Column]).Aggregate((a, b) => a.Plus(b))).ToArray();
        var fault = new BackwardState();
        Tensor[] actual = [.. MergedFunction.Apply(mixture, [x], p, recompute: which.Length % 2 == 0, fault)];
        Tensor[] inputs = [x, p, .. mixture.Weights];
        Tensor[] g = [.. expected.Select(e => randn_like(e))];
        for (int i = 0; i < expected.Length; i++)
            Difference(expected[i], actual[i]).Should().BeLessThan(tolerance, "of output {0} of {1}", i, which);
        Tensor[] of = [.. autograd.grad(expected, inputs, g, allow_unused: true)], own = [.. autograd.grad(actual, inputs, g)];
        fault.Throw();
        for (int i = 0; i < of.Length; i++)
            Difference(of[i], own[i]).Should().BeLessThan(
                tolerance, "of gradient {0} [{1}] of {2}", i, string.Join(',', inputs[i].shape), which);

        fault.Ask([]);
        autograd.backward([.. MergedFunction.Apply(mixture, [x], p, recompute: false, fault)], g);
        fault.Throw();
        mixture.Weights.All(w => w.grad is null).Should().BeTrue("nothing asks for those gradients");
        Host.Doubles(x.grad!).Should().Equal(Host.Doubles(own[0]), "of {0}", which);
        Host.Doubles(p.grad!).Should().Equal(Host.Doubles(own[1]), "of {0}", which);
    }

    private static nn.Module<Tensor, Tensor> Module(string kind, OperationContext place) => kind switch
    {
        "sep3" => new SeparableConvolution(place, 3),
        "sep5" => new SeparableConvolution(place, 5),
        "sep7" => new SeparableConvolution(place, 7),
        "dil3" => new DepthwiseBlock(place, 3, 2),
        "dil5" => new DepthwiseBlock(place, 5, 2),
        "max" => new PoolingBatchNorm(place, true),
        "average" => new PoolingBatchNorm(place, false),
        _ => nn.Identity(),
    };

    /// <summary>Largest distance, relative to the largest number.</summary>
    private static double Difference(Tensor? expected, Tensor actual) => expected is null || expected.IsInvalid
        ? Largest(actual) : Largest(expected.sub(actual)) / (0.3 + Largest(expected));

    private static double Largest(Tensor x) => x.numel() == 0 ? 0 : x.abs().max().to(ScalarType.Float64).item<double>();
}
