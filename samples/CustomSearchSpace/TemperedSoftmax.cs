using SingleDarts.Core.Runtime;
using static TorchSharp.torch;

namespace CustomSearchSpace;

/// <summary>A relaxation from outside the library: a softmax whose temperature falls during the search.</summary>
internal sealed record TemperedSoftmax(double Start, double End) : IRelaxation
{
    public string Name => "tempered-softmax";

    public Tensor Initialize(long edges, long operations, Generator generator) =>
        randn([edges, operations], dtype: ScalarType.Float64, generator: generator).Times(1e-3);

    public MixingWeights Relax(Tensor alpha, RelaxationContext context)
    {
        using Tensor tempered = alpha.Over(Start + (End - Start) * context.Progress);
        return tempered.softmax(-1);
    }
}
