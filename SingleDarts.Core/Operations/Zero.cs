using static TorchSharp.torch;

namespace SingleDarts.Core.Operations;

/// <summary>The operation <c>none</c>: zeros of the shape that the place asks for (NAS-Bench-201 and DARTS).</summary>
internal sealed class Zero : nn.Module<Tensor, Tensor>, IOnnxOperation
{
    private readonly OperationContext context;

    /// <summary>Builds the module for a place.</summary>
    /// <param name="context">Channels and stride.</param>
    public Zero(OperationContext context) : base(nameof(Zero)) => this.context = context;

    /// <summary>Zeros, [N, OutChannels, ⌈spatial / stride⌉ ...].</summary>
    /// <param name="input">[N, InChannels, spatial ...].</param>
    public override Tensor forward(Tensor input) => Of(input, context);

    /// <summary>Zeros of the shape that a place asks for.</summary>
    /// <param name="input">[N, InChannels, spatial ...].</param>
    /// <param name="context">The place.</param>
    internal static Tensor Of(Tensor input, OperationContext context) => input.new_zeros(Shape(input, context));

    /// <summary>The shape that a place asks for.</summary>
    /// <param name="input">[N, InChannels, spatial ...].</param>
    /// <param name="context">The place.</param>
    internal static long[] Shape(Tensor input, OperationContext context)
    {
        long[] shape = input.shape;
        shape[1] = context.OutChannels;
        for (int i = 2; i < shape.Length; i++)
            shape[i] = (shape[i] + context.Stride - 1) / context.Stride;
        return shape;
    }

    /// <inheritdoc/>
    string IOnnxOperation.Export(OnnxGraph graph, string input)
    {
        string samples = graph.Add("Shape", [input], ("start", 0), ("end", 1)), spatial = graph.Add("Shape", [input], ("start", 2));
        if (context.Stride > 1)
            spatial = graph.Add("Div", [graph.Add("Add", [spatial, graph.Constant(context.Stride - 1L)]),
                graph.Constant((long)context.Stride)]);
        string shape = graph.Add("Concat", [samples, graph.Constant(context.OutChannels), spatial], ("axis", 0));
        return graph.Add("ConstantOfShape", [shape]);
    }
}
