using SingleDarts.Core.Search;
using SingleDarts.Core.Supernets;
using static TorchSharp.torch;

namespace SingleDarts.Core.Diagnostics;

/// <summary>p as numbers, with the random numbers of sampled relaxations put back.</summary>
internal static class Probabilities
{
    /// <summary>Of p divided by its sum, in nats.</summary>
    public static double Entropy(double[] p) => p.Select(value => value / p.Sum()).Where(share => share != 0)
        .Sum(share => -share * Math.Log(share));

    public static Dictionary<string, double[,]> Of(SearchMoment moment)
    {
        using var scope = NewDisposeScope();
        Supernet supernet = moment.Context.Supernet;
        Tensor state = supernet.RelaxationGenerator.get_state();
        var snapshot = supernet.Snapshot();
        supernet.RelaxationGenerator.set_state(state);
        return snapshot.ToDictionary(cell => cell.Key, cell => cell.Value.OperationWeights);
    }
}
