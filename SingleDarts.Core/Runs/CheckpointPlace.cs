using System.Globalization;
using static TorchSharp.torch;

namespace SingleDarts.Core.Runs;

/// <summary>Where in a run a checkpoint was saved, as its metadata say, and how its tensors are put back.</summary>
/// <param name="Epoch">Number of epochs that are done.</param>
/// <param name="Step">Number of steps of the next epoch that are done.</param>
internal readonly record struct CheckpointPlace(int Epoch, int Step)
{
    private const string FormatVersion = "1";

    public Dictionary<string, string> ToMetadata() => new()
    {
        ["format"] = FormatVersion,
        ["epoch"] = Epoch.ToString(CultureInfo.InvariantCulture),
        ["step"] = Step.ToString(CultureInfo.InvariantCulture),
    };

    /// <exception cref="InvalidDataException">Another format, or no place; the message names the folder.</exception>
    public static CheckpointPlace Read(IReadOnlyDictionary<string, string> metadata, string folder)
    {
        if (metadata.GetValueOrDefault("format") != FormatVersion)
            throw new InvalidDataException(
                $"The checkpoint in {folder} has format '{metadata.GetValueOrDefault("format") ?? "none"}'; expected '{FormatVersion}'. " +
                "Resume with the library that saved it.");
        return int.TryParse(metadata.GetValueOrDefault("epoch"), CultureInfo.InvariantCulture, out int epoch) &&
            int.TryParse(metadata.GetValueOrDefault("step"), CultureInfo.InvariantCulture, out int step) && epoch >= 0 && step >= 0
            ? new CheckpointPlace(epoch, step)
            : throw new InvalidDataException($"The checkpoint in {folder} does not say at which epoch and step it was saved.");
    }

    /// <summary>Copies saved tensors into those that live.</summary>
    /// <exception cref="InvalidDataException">One is missing or of another shape; the message names it and the folder.</exception>
    public static void Restore(IReadOnlyDictionary<string, Tensor> saved, IEnumerable<(string Name, Tensor Value)> live, string folder)
    {
        using var _ = no_grad();
        foreach (var (name, tensor) in live)
        {
            if (!saved.TryGetValue(name, out Tensor? found) || !found.shape.SequenceEqual(tensor.shape))
                throw new InvalidDataException(
                    $"The checkpoint in {folder} has '{name}' of shape [{(found is null ? "none" : string.Join(", ", found.shape))}]; " +
                    $"expected [{string.Join(", ", tensor.shape)}]. It was saved by another version, or for another space or network.");
            tensor.copy_(found);
        }
    }

    /// <summary>The tensors whose names have a prefix, without it.</summary>
    public static Dictionary<string, Tensor> Part(IReadOnlyDictionary<string, Tensor> saved, string prefix) => saved
        .Where(t => t.Key.StartsWith(prefix, StringComparison.Ordinal))
        .ToDictionary(t => t.Key[prefix.Length..], t => t.Value);
}
