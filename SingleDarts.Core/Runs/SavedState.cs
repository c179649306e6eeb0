using SingleDarts.Core.Runtime;
using static TorchSharp.torch;

namespace SingleDarts.Core.Runs;

/// <summary>Tensors that live, as a part of a run: saved as they are, and restored in place.</summary>
/// <param name="live">The tensors by name, asked for each time.</param>
internal sealed class SavedState(Func<IReadOnlyDictionary<string, Tensor>> live) : IResumable
{
    /// <inheritdoc/>
    public IReadOnlyDictionary<string, Tensor> SaveState() => live();

    /// <inheritdoc/>
    public void LoadState(IReadOnlyDictionary<string, Tensor> saved)
    {
        using var _ = no_grad();
        foreach (var (name, tensor) in live())
            tensor.copy_(saved.Find(name, tensor.shape));
    }
}
