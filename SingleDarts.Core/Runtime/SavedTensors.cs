using static TorchSharp.torch;

namespace SingleDarts.Core.Runtime;

/// <summary>Reads the saved state of a part.</summary>
internal static class SavedTensors
{
    /// <summary>The saved tensor of a name and shape.</summary>
    /// <param name="saved">What was saved.</param>
    /// <param name="name">Its name.</param>
    /// <param name="shape">The shape that it must have.</param>
    /// <exception cref="InvalidDataException">It is missing or has another shape.</exception>
    public static Tensor Find(this IReadOnlyDictionary<string, Tensor> saved, string name, params long[] shape) =>
        saved.TryGetValue(name, out Tensor? found) && found.shape.SequenceEqual(shape) ? found : throw new InvalidDataException(
            $"'{name}' has shape [{(found is null ? "none" : string.Join(", ", found.shape))}]; expected [{string.Join(", ", shape)}]. " +
            "It was saved by another version, or for another space or network.");
}
