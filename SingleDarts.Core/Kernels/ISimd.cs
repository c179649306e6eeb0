using System.Numerics;

namespace SingleDarts.Core.Kernels;

/// <summary>What the kernels need of a vector of numbers; each width is one implementation, and the kernels are written once.</summary>
/// <typeparam name="TVector">The vector.</typeparam>
/// <typeparam name="T">The numbers, <see cref="float"/> or <see cref="double"/>.</typeparam>
internal unsafe interface ISimd<TVector, T> where TVector : unmanaged where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>Reads a vector.</summary>
    /// <param name="source">Where it begins.</param>
    static abstract TVector Load(T* source);

    /// <summary>Writes a vector.</summary>
    /// <param name="x">The vector.</param>
    /// <param name="target">Where it begins.</param>
    static abstract void Store(TVector x, T* target);

    /// <summary>The same number in every lane.</summary>
    /// <param name="x">The number.</param>
    static abstract TVector Fill(T x);

    /// <summary>a + b.</summary>
    static abstract TVector Add(TVector a, TVector b);

    /// <summary>a − b.</summary>
    static abstract TVector Subtract(TVector a, TVector b);

    /// <summary>a b + c, rounded once.</summary>
    static abstract TVector MultiplyAdd(TVector a, TVector b, TVector c);

    /// <summary>The greater number of each lane; NaN if one is.</summary>
    static abstract TVector Max(TVector a, TVector b);

    /// <summary>All bits of a lane where a = b, none elsewhere.</summary>
    static abstract TVector Equal(TVector a, TVector b);

    /// <summary>The bits that both have.</summary>
    static abstract TVector And(TVector a, TVector b);

    /// <summary>The bits of a that b does not have.</summary>
    static abstract TVector AndNot(TVector a, TVector b);

    /// <summary>x in the lanes where <paramref name="positive"/> is not at most 0, so NaN counts as positive; 0 elsewhere.</summary>
    static abstract TVector Where(TVector positive, TVector x);

    /// <summary>The lanes of a vector in another order.</summary>
    /// <param name="x">The vector.</param>
    /// <param name="lanes">For each lane the lane that it is read from, as integers of the size of <typeparamref name="T"/>.</param>
    static abstract TVector Shuffle(TVector x, TVector lanes);
}
