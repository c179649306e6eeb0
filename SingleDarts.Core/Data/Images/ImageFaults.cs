namespace SingleDarts.Core.Data;

/// <summary>What happens to a file that is no readable image.</summary>
public enum ImageFaults
{
    /// <summary>The batch fails with the file's name.</summary>
    Fail,

    /// <summary>Another image of the same class stands in for it; a class without any readable image fails.</summary>
    Skip,
}
