using SingleDarts.Core.Runtime;
using static TorchSharp.torch;

namespace SingleDarts.Core.Runs;

/// <summary>Wall-clock seconds of an epoch, also of its part before a resume.</summary>
internal sealed class EpochTimes : IResumable
{
    /// <summary>Of the steps.</summary>
    public double Steps { get; set; }

    /// <summary>Of these, spent on batches.</summary>
    public double Data { get; set; }

    /// <summary>Of the evaluation.</summary>
    public double Evaluation { get; set; }

    /// <summary>Begins an epoch.</summary>
    public void Reset()
    {
        Steps = 0;
        Data = 0;
        Evaluation = 0;
    }

    /// <inheritdoc/>
    public IReadOnlyDictionary<string, Tensor> SaveState() => new Dictionary<string, Tensor> { ["seconds"] = Seconds };

    /// <inheritdoc/>
    public void LoadState(IReadOnlyDictionary<string, Tensor> saved)
    {
        using Tensor seconds = Seconds;
        double[] all = Host.Doubles(saved.Find("seconds", seconds.shape));
        Steps = all[0];
        Data = all[1];
        Evaluation = all[2];
    }

    private Tensor Seconds => tensor([Steps, Data, Evaluation], dtype: ScalarType.Float64);
}
