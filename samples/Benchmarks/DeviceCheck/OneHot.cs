using SingleDarts.Core.Supernets;
using static TorchSharp.torch;

namespace Benchmarks;

/// <summary>One operation on each edge, drawn from a softmax; the gradient is the softmax's.</summary>
internal sealed record OneHot : IRelaxation
{
    public string Name => "one-hot";

    public Tensor Initialize(long edges, long operations, Generator generator) =>
        randn([edges, operations], dtype: ScalarType.Float64, generator: generator);

    public MixingWeights Relax(Tensor alpha, RelaxationContext context)
    {
        using Tensor soft = alpha.softmax(-1);
        // Drawn on the CPU, whose generator it is, and brought to the device.
        Tensor noise = rand(alpha.shape, ScalarType.Float64, generator: context.Generator).to(alpha.dtype).to(alpha.device);
        return MixingWeights.StraightThrough((soft.log() - noise.log().neg().log()).softmax(-1));
    }
}
