namespace SingleDarts.Core.Data;

/// <summary>Which official part of CIFAR to load.</summary>
public enum CifarPart
{
    /// <summary>The 50,000 training images.</summary>
    Train,

    /// <summary>The 10,000 test images.</summary>
    Test,
}
