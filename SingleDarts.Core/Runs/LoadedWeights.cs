namespace SingleDarts.Core.Runs;

/// <summary>What <see cref="ModuleWeights.LoadWeights"/> found in a file.</summary>
/// <param name="Metadata">Strings that were saved with the weights.</param>
/// <param name="Missing">Names of the module that the file lacks; these tensors are as they were.</param>
/// <param name="Unexpected">Names of the file that the module lacks.</param>
public sealed record LoadedWeights(
    IReadOnlyDictionary<string, string> Metadata, IReadOnlyList<string> Missing, IReadOnlyList<string> Unexpected);
