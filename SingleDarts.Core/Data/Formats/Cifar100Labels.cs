namespace SingleDarts.Core.Data;

/// <summary>Which of its two labels a CIFAR-100 image is loaded with.</summary>
public enum Cifar100Labels
{
    /// <summary>The 100 classes.</summary>
    Fine,

    /// <summary>The 20 superclasses.</summary>
    Coarse,
}
