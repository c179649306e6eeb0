using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace SingleDarts.Core.Operations;

/// <summary>The modules of TorchSharp as ONNX operators, in evaluation mode.</summary>
internal static class OnnxModules
{
    private const string Remedy = "implement IOnnxOperation in a module that does the same";

    /// <summary>Adds a module.</summary>
    /// <param name="graph">The graph.</param>
    /// <param name="module">A module of TorchSharp, or <see cref="BatchNormalization"/>.</param>
    /// <param name="input">Name of its input.</param>
    /// <exception cref="NotSupportedException">The module, or the way in which it is set, has no form here.</exception>
    public static string Export(OnnxGraph graph, nn.Module module, string input)
    {
        // A module that derives from one of these may compute something else.
        bool isKnown = module.GetType().Assembly == typeof(nn).Assembly || module is BatchNormalization;
        return (isKnown ? module : null) switch
        {
            Identity or TorchSharp.Modules.Dropout or Dropout2d => input,
            Sequential all => graph.Export(input, [.. all.children()]),
            Convolution { transposed: false } convolution => Convolve(graph, convolution, input),
            BatchNorm normalization => Normalize(graph, normalization, input),
            Linear linear => Linear(graph, linear, input),
            ReLU => graph.Add("Relu", [input]),
            Sigmoid => graph.Add("Sigmoid", [input]),
            Tanh => graph.Add("Tanh", [input]),
            SiLU => graph.Add("Mul", [input, graph.Add("Sigmoid", [input])]),
            Hardswish => graph.Add("HardSwish", [input]),
            MaxPool2d pool => graph.Add("MaxPool", [input], [("dilations", Pair(pool.dilation, 1)),
                .. Window(pool.kernel_size, pool.stride, pool.padding, pool.ceil_mode)]),
            AvgPool2d { divisor_override: null } pool => graph.Add("AveragePool", [input], [
                ("count_include_pad", pool.count_include_pad ? 1 : 0),
                .. Window(pool.kernel_size, pool.stride, pool.padding, pool.ceil_mode)]),
            AdaptiveAvgPool2d pool when pool.output_size.All(size => size == 1) => graph.Add("GlobalAveragePool", [input]),
            Flatten { start_dim: 1, end_dim: -1 } => graph.Add("Flatten", [input], ("axis", 1)),
            null => throw new NotSupportedException($"{module.GetType().Name} has no ONNX form; implement IOnnxOperation in it, or " +
                "build it of modules that have one (docs/how-to/deploy.md)."),
            _ => throw new NotSupportedException($"{module.GetType().Name}, as it is set here, has no ONNX form; {Remedy}, or take " +
                "one of the modules in docs/how-to/deploy.md."),
        };
    }

    /// <summary>Adds a convolution.</summary>
    /// <param name="graph">The graph.</param>
    /// <param name="convolution">The convolution.</param>
    /// <param name="input">Name of its input.</param>
    /// <param name="stride">The stride in every direction; the module's own if null.</param>
    public static string Convolve(OnnxGraph graph, Convolution convolution, string input, long? stride = null)
    {
        if (convolution.padding_mode != PaddingModes.Zeros)
            throw new NotSupportedException($"A convolution with padding mode {convolution.padding_mode} has no ONNX form; pad with " +
                $"zeros, or {Remedy}.");
        long[] kernel = convolution.weight.shape[2..];
        long[] dilations = Each(convolution.dilation, kernel.Length, 1);
        long[] spare = [.. kernel.Zip(dilations, (k, d) => d * (k - 1))];
        // "Same" puts the odd pixel at the end.
        long[] pads = convolution.padding_type switch
        {
            Padding.Same => [.. spare.Select(each => each / 2), .. spare.Select(each => each - each / 2)],
            Padding.Valid => new long[2 * kernel.Length],
            _ => [.. Each(convolution.padding, kernel.Length, 0), .. Each(convolution.padding, kernel.Length, 0)],
        };
        string[] weights = [.. new Tensor?[] { convolution.weight, convolution.bias }.OfType<Tensor>().Select(graph.Constant)];
        long[] strides = Each(stride is { } all ? [all] : convolution.stride, kernel.Length, 1);
        return graph.Add("Conv", [input, .. weights],
            ("kernel_shape", kernel), ("strides", strides), ("pads", pads), ("dilations", dilations), ("group", convolution.groups));
    }

    private static string Normalize(OnnxGraph graph, BatchNorm normalization, string input)
    {
        if (normalization is not { running_mean: { } mean, running_var: { } variance })
            throw new NotSupportedException("A batch normalisation without running statistics depends on the other samples of the batch; " +
                "let it track them.");
        using Tensor one = ones_like(mean), zero = zeros_like(mean);
        return graph.Add("BatchNormalization",
            [input, graph.Constant(normalization.weight ?? one), graph.Constant(normalization.bias ?? zero), graph.Constant(mean),
                graph.Constant(variance)], ("epsilon", normalization.eps));
    }

    private static string Linear(OnnxGraph graph, Linear linear, string input)
    {
        using Tensor transposed = linear.weight.t();
        string product = graph.Add("MatMul", [input, graph.Constant(transposed)]);
        return linear.bias is { } bias ? graph.Add("Add", [product, graph.Constant(bias)]) : product;
    }

    private static (string, object)[] Window(long[] kernel, long[]? stride, long[]? padding, bool ceilMode)
    {
        if (ceilMode)
            throw new NotSupportedException($"A pooling with ceil_mode has no ONNX form; leave ceil_mode out, or {Remedy}.");
        long[] size = Pair(kernel, 1), pad = Pair(padding, 0);
        long[] strides = stride is { Length: > 0 } ? Pair(stride, 1) : size;
        return [("kernel_shape", size), ("strides", strides), ("pads", (long[])[.. pad, .. pad])];
    }

    private static long[] Pair(long[]? values, long missing) => Each(values, 2, missing);

    /// <summary>One number for each direction.</summary>
    private static long[] Each(long[]? values, int directions, long missing) => values switch
    {
        null or [] => [.. Enumerable.Repeat(missing, directions)],
        [var all] => [.. Enumerable.Repeat(all, directions)],
        _ => values,
    };
}
