using System.Globalization;

namespace SingleDarts.Core.Runs;

/// <summary>Where in a run a checkpoint was saved, as its metadata say.</summary>
/// <param name="Epoch">Number of epochs that are done.</param>
/// <param name="Step">Number of steps of the next epoch that are done.</param>
/// <param name="StopReason">Why a stopping rule ended the run there, or null.</param>
internal readonly record struct CheckpointPlace(int Epoch, int Step, string? StopReason = null)
{
    private const string FormatVersion = "2";

    public Dictionary<string, string> ToMetadata()
    {
        var metadata = new Dictionary<string, string>
        {
            ["format"] = FormatVersion,
            ["epoch"] = Epoch.ToString(CultureInfo.InvariantCulture),
            ["step"] = Step.ToString(CultureInfo.InvariantCulture),
        };
        if (StopReason is not null)
            metadata["stopReason"] = StopReason;
        return metadata;
    }

    /// <exception cref="InvalidDataException">Another format, or no place; the message names the folder.</exception>
    public static CheckpointPlace Read(IReadOnlyDictionary<string, string> metadata, string folder)
    {
        if (metadata.GetValueOrDefault("format") != FormatVersion)
            throw new InvalidDataException(
                $"The checkpoint in {folder} has format '{metadata.GetValueOrDefault("format") ?? "none"}'; expected '{FormatVersion}'. " +
                "Resume with the library that saved it.");
        return int.TryParse(metadata.GetValueOrDefault("epoch"), CultureInfo.InvariantCulture, out int epoch) &&
            int.TryParse(metadata.GetValueOrDefault("step"), CultureInfo.InvariantCulture, out int step) && epoch >= 0 && step >= 0
            ? new CheckpointPlace(epoch, step, metadata.GetValueOrDefault("stopReason"))
            : throw new InvalidDataException($"The checkpoint in {folder} does not say at which epoch and step it was saved.");
    }
}
