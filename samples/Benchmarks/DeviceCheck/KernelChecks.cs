using static TorchSharp.torch;

namespace Benchmarks;

/// <summary>The simplest operators by themselves, so that a failure further on is not looked for in the wrong place.</summary>
internal static class KernelChecks
{
    private static readonly Lazy<jit.CompilationUnit> Script = new(() => jit.compile("""
        def twice(x: Tensor, n: int) -> Tensor:
            for i in range(n):
                x = torch.relu(x) * 2.0 - 1.0
            return x

        """));

    public static IReadOnlyList<DeviceCheck> All { get; } =
    [
        new("matrix product", d => Compare(d, x => x.flatten(1).matmul(x.flatten(1).t()))),
        new("convolution, normalisation and pooling, forward and backward", d => Compare(d, Block)),
        new("depthwise and dilated convolutions, backward", d => Compare(d, Depthwise)),
        new("TorchScript", d => Compare(d, x => (Tensor)Script.Value.invoke("twice", x, 3))),
        new("cross-entropy and accuracy", d => Compare(d, Loss)),
    ];

    private static string Compare(CheckedDevice d, Func<Tensor, Tensor> function)
    {
        using var scope = NewDisposeScope();
        Tensor x = randn([4, 8, 12, 12], d.Exact, generator: new Generator(1UL));
        return d.Same("difference", function(x.to(d.Device)), function(x));
    }

    private static Tensor Draw(long[] shape, Tensor like) =>
        randn(shape, like.dtype, generator: new Generator(2UL)).to(like.device).requires_grad_();

    private static Tensor Gradients(Tensor output, params Tensor[] inputs) =>
        cat([.. autograd.grad([output.square().sum()], inputs).Append(output.detach()).Select(g => g.reshape(-1))]);

    private static Tensor Block(Tensor x)
    {
        Tensor weight = Draw([6, 8, 3, 3], x);
        Tensor y = nn.functional.conv2d(x, weight, padding: [1, 1], strides: [2, 2]);
        y = nn.functional.batch_norm(nn.functional.avg_pool2d(y, 3, 1, 1), null, null, training: true);
        return Gradients(y.relu() + y.pow(3), weight);
    }

    private static Tensor Depthwise(Tensor x)
    {
        Tensor weight = Draw([8, 1, 5, 5], x), dilated = Draw([8, 1, 3, 3], x);
        Tensor y = nn.functional.conv2d(x, weight, padding: [2, 2], groups: 8);
        return Gradients(nn.functional.conv2d(y, dilated, padding: [2, 2], dilation: [2, 2], groups: 8), weight, dilated);
    }

    private static Tensor Loss(Tensor x)
    {
        Tensor logits = x.flatten(2).mean([2]), labels = arange(4, ScalarType.Int64).to(x.device);
        return stack([nn.functional.cross_entropy(logits, labels), logits.argmax(1).eq(labels).sum().to(x.dtype)]);
    }
}
