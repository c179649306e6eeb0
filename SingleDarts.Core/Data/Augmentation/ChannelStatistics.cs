using SingleDarts.Core.Runtime;
using static TorchSharp.torch;

namespace SingleDarts.Core.Data;

/// <summary>Measures the channels of a dataset, in float64 and in chunks.</summary>
internal static class ChannelStatistics
{
    private const long ValuesPerChunk = 1 << 22;

    public static Normalization Measure(ClassificationDataset data)
    {
        using var scope = NewDisposeScope();
        double scale = data.IsImage ? 255 : 1;
        long channels = data.InputShape[0];
        long perSample = data.InputShape.Aggregate(1L, (a, b) => a * b);
        double values = (double)data.Count * perSample / channels;

        Tensor Average(Func<Tensor, Tensor> term)
        {
            var total = zeros(channels, ScalarType.Float64, data.Inputs.device);
            foreach (var chunk in data.Inputs.split(Math.Max(1, ValuesPerChunk / perSample)))
            {
                using var inner = NewDisposeScope();
                total.Plus_(term(chunk.to(ScalarType.Float64).reshape(chunk.shape[0], channels, -1)).sum([0, 2]));
            }
            return total.Over(values);
        }

        var mean = Average(x => x);
        var variance = Average(x => (x - mean.unsqueeze(1)).Squared());
        double[] deviations = Host.Numbers<double>(variance.sqrt().Over(scale));
        int constant = Array.IndexOf(deviations, 0);
        if (constant >= 0)
            throw new InvalidOperationException(
                $"Channel {constant} of '{data.Name}' has the same value everywhere, so its standard deviation is 0 and it cannot be " +
                "normalised; remove it.");
        return new Normalization(Host.Numbers<double>(mean.Over(scale)), deviations);
    }
}
