using System.Globalization;
using SingleDarts.Core.Runtime;

namespace SingleDarts.Core.Runs;

/// <summary>Where in a run a checkpoint was saved, as its metadata say.</summary>
/// <param name="Epoch">Number of epochs that are done.</param>
/// <param name="Step">Number of steps of the next epoch that are done.</param>
/// <param name="Stop">How a rule ended the run there; null if none did.</param>
internal readonly record struct CheckpointPlace(int Epoch, int Step, RunStop? Stop = null)
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
        if (Stop is not null)
        {
            metadata["stopReason"] = Stop.Reason;
            metadata["resultEpoch"] = Stop.ResultEpoch.ToString(CultureInfo.InvariantCulture);
        }
        return metadata;
    }

    /// <exception cref="InvalidDataException">Another format, or no place; the message names the folder.</exception>
    public static CheckpointPlace Read(IReadOnlyDictionary<string, string> metadata, string folder)
    {
        if (metadata.GetValueOrDefault("format") != FormatVersion)
            throw new InvalidDataException(
                $"The checkpoint in {folder} has format {Quoted.Of(metadata.GetValueOrDefault("format") ?? "none")}; expected " +
                $"'{FormatVersion}'. " +
                "Resume with the library that saved it.");
        if (Number("epoch") is not { } epoch || Number("step") is not { } step)
            throw new InvalidDataException($"The checkpoint in {folder} does not say at which epoch and step it was saved.");
        return new CheckpointPlace(epoch, step, metadata.TryGetValue("stopReason", out string? reason)
            ? new RunStop(reason, Number("resultEpoch") ?? epoch) : null);

        int? Number(string name) =>
            int.TryParse(metadata.GetValueOrDefault(name), CultureInfo.InvariantCulture, out int number) && number >= 0 ? number : null;
    }
}
