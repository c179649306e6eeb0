namespace SingleDarts.Core.Data;

/// <summary>How far a load or a download is.</summary>
/// <param name="Done">Images decoded, or bytes downloaded.</param>
/// <param name="Total">Their number at the end; null if the server does not say.</param>
public readonly record struct LoadProgress(long Done, long? Total);
