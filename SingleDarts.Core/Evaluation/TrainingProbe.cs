using System.Runtime.InteropServices;
using SingleDarts.Core.Data;
using SingleDarts.Core.Runtime;
using static TorchSharp.torch;

namespace SingleDarts.Core.Evaluation;

/// <summary>Tries a network on empty samples, so that one that does not fit the data is found before any work.</summary>
internal static class TrainingProbe
{
    /// <summary>A sentence that says why the network does not fit; <see langword="null"/> where it does. The network is left as it was.</summary>
    public static string? Fault(ClassificationNetwork network, IBatchSource train, double auxiliaryWeight)
    {
        string name = network.GetName();
        try
        {
            var (logits, _) = Shapes(network, train, training: false);
            if (!logits!.SequenceEqual([2, train.Classes]))
                return $"The network '{name}' gives logits of shape [{string.Join(", ", logits!)}] for 2 samples of '{train.Name}'; expected " +
                    $"[2, {train.Classes}]. Build the network for the number of classes of the data.";
            if (auxiliaryWeight == 0)
                return null;
            var (_, auxiliary) = Shapes(network, train, training: true);
            return auxiliary is null
                ? $"The auxiliary weight is {auxiliaryWeight} but the network '{name}' has no auxiliary classifier; build it with one or set " +
                    "AuxiliaryWeight to 0."
                : auxiliary.SequenceEqual([2, train.Classes]) ? null
                : $"The auxiliary classifier of '{name}' gives logits of shape [{string.Join(", ", auxiliary)}]; expected [2, {train.Classes}].";
        }
        catch (Exception e) when (e is ArgumentException or InvalidOperationException or ExternalException)
        {
            return $"The network '{name}' cannot take a sample [{string.Join(", ", train.InputShape)}] of '{train.Name}': " +
                $"{e.Message.Split('\n')[0]} Build the network for the data or resize the data.";
        }
    }

    /// <summary>Training mode moves running statistics and draws random numbers, so both are put back.</summary>
    private static (long[]? Logits, long[]? Auxiliary) Shapes(ClassificationNetwork network, IBatchSource train, bool training)
    {
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        using var random = GlobalRandom.Borrow(0);
        using var mode = new ModeLoan(network, training);
        var buffers = network.named_buffers().Select(b => (Live: b.buffer, Saved: b.buffer.clone())).ToList();
        try
        {
            Tensor like = network.parameters().First();
            var (logits, auxiliary) = network.Classify(zeros([2, .. train.InputShape], like.dtype, like.device));
            return (logits.shape, auxiliary?.shape);
        }
        finally
        {
            foreach (var (live, saved) in buffers)
                live.copy_(saved);
        }
    }
}
