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
            tensor.copy_(Find(saved, name, tensor));
    }

    /// <summary>A saved tensor of the shape of another one.</summary>
    /// <exception cref="InvalidDataException">It is missing or has another shape.</exception>
    public static Tensor Find(IReadOnlyDictionary<string, Tensor> saved, string name, Tensor like) =>
        saved.TryGetValue(name, out Tensor? found) && found.shape.SequenceEqual(like.shape) ? found : throw new InvalidDataException(
            $"'{name}' has shape [{(found is null ? "none" : string.Join(", ", found.shape))}]; expected " +
            $"[{string.Join(", ", like.shape)}]. It was saved by another version, or for another space or network.");
}
