using SingleDarts.Core.Runtime;
using static TorchSharp.torch;

namespace SingleDarts.Core.Training;

/// <summary>
/// A moving average of a network's floating-point parameters and buffers, w̄ ← d w̄ + (1 − d) w; counters are those of the network.
/// </summary>
internal sealed class WeightEma : IDisposable
{
    private readonly double decay;
    private readonly IReadOnlyList<(string Name, Tensor Live, Tensor Average)> tensors;

    /// <summary>Begins at the weights of this moment.</summary>
    public WeightEma(ClassificationNetwork network, double decay)
    {
        using var scope = NewDisposeScope();
        this.decay = decay;
        tensors = [.. network.state_dict().Select(s => (s.Key, s.Value, s.Value.detach().clone().DetachFromDisposeScope()))];
    }

    /// <summary>The averages by the names of the network's <c>state_dict</c>.</summary>
    public IReadOnlyDictionary<string, Tensor> State => tensors.ToDictionary(t => t.Name, t => t.Average);

    /// <summary>Takes the weights of this moment in.</summary>
    public void Update()
    {
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        foreach (var (_, live, average) in tensors)
            if (average.is_floating_point())
                average.Times_(decay).Plus_(live, 1 - decay);
            else
                average.copy_(live);
    }

    /// <summary>Exchanges the average and the weights, bit for bit: twice leaves all as it was.</summary>
    public void Swap()
    {
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        foreach (var (_, live, average) in tensors)
        {
            using Tensor held = live.clone();
            live.copy_(average);
            average.copy_(held);
        }
    }

    public void Dispose()
    {
        foreach (var (_, _, average) in tensors)
            average.Dispose();
    }
}
