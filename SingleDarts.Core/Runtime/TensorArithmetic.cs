using TorchSharp;
using static TorchSharp.torch;

namespace SingleDarts.Core.Runtime;

/// <summary>
/// Arithmetic of tensors that a garbage collection on another thread cannot disturb. TorchSharp's operators with numbers, and its
/// <c>a + b</c>, hand libtorch a number that nothing keeps alive (docs/explanation/native-memory.md); these methods keep it until
/// libtorch has returned. The results are the same. Methods that end in an underscore change the tensor.
/// </summary>
public static class TensorArithmetic
{
    /// <summary>a + b, broadcast.</summary>
    /// <param name="a">Any shape.</param>
    /// <param name="b">Any shape that broadcasts with <paramref name="a"/>.</param>
    public static Tensor Plus(this Tensor a, Tensor b) => a.add(b, Scalars.One);

    /// <inheritdoc cref="Plus(Tensor, Tensor)"/>
    public static Tensor Plus_(this Tensor a, Tensor b) => a.add_(b, Scalars.One);

    /// <summary>a + factor · b, broadcast.</summary>
    /// <param name="a">Any shape.</param>
    /// <param name="b">Any shape that broadcasts with <paramref name="a"/>.</param>
    /// <param name="factor">Any number.</param>
    public static Tensor Plus(this Tensor a, Tensor b, double factor)
    {
        using Scalar scalar = Scalars.Of(factor);
        return a.add(b, scalar);
    }

    /// <inheritdoc cref="Plus(Tensor, Tensor, double)"/>
    public static Tensor Plus_(this Tensor a, Tensor b, double factor)
    {
        using Scalar scalar = Scalars.Of(factor);
        return a.add_(b, scalar);
    }

    /// <summary>a + number; an integer keeps the type of integers.</summary>
    /// <param name="a">Any shape.</param>
    /// <param name="number">Any number.</param>
    public static Tensor Plus(this Tensor a, double number)
    {
        using Scalar scalar = Scalars.Of(number);
        return a.add(scalar, Scalars.One);
    }

    /// <inheritdoc cref="Plus(Tensor, double)"/>
    public static Tensor Plus(this Tensor a, long number)
    {
        using Scalar scalar = Scalars.Of(number);
        return a.add(scalar, Scalars.One);
    }

    /// <inheritdoc cref="Plus(Tensor, double)"/>
    public static Tensor Plus_(this Tensor a, double number)
    {
        using Scalar scalar = Scalars.Of(number);
        return a.add_(scalar, Scalars.One);
    }

    /// <inheritdoc cref="Plus(Tensor, double)"/>
    public static Tensor Plus_(this Tensor a, long number)
    {
        using Scalar scalar = Scalars.Of(number);
        return a.add_(scalar, Scalars.One);
    }

    /// <summary>a − number; an integer keeps the type of integers.</summary>
    /// <param name="a">Any shape.</param>
    /// <param name="number">Any number.</param>
    public static Tensor Minus(this Tensor a, double number)
    {
        using Scalar scalar = Scalars.Of(number);
        return a.sub(scalar);
    }

    /// <inheritdoc cref="Minus(Tensor, double)"/>
    public static Tensor Minus(this Tensor a, long number)
    {
        using Scalar scalar = Scalars.Of(number);
        return a.sub(scalar);
    }

    /// <summary>number · a; an integer keeps the type of integers.</summary>
    /// <param name="a">Any shape.</param>
    /// <param name="number">Any number.</param>
    public static Tensor Times(this Tensor a, double number)
    {
        using Scalar scalar = Scalars.Of(number);
        return a.mul(scalar);
    }

    /// <inheritdoc cref="Times(Tensor, double)"/>
    public static Tensor Times(this Tensor a, long number)
    {
        using Scalar scalar = Scalars.Of(number);
        return a.mul(scalar);
    }

    /// <inheritdoc cref="Times(Tensor, double)"/>
    public static Tensor Times_(this Tensor a, double number)
    {
        using Scalar scalar = Scalars.Of(number);
        return a.mul_(scalar);
    }

    /// <summary>a / number.</summary>
    /// <param name="a">Any shape.</param>
    /// <param name="number">Any number but 0.</param>
    public static Tensor Over(this Tensor a, double number)
    {
        using Scalar scalar = Scalars.Of(number);
        return a.div(scalar);
    }

    /// <inheritdoc cref="Over"/>
    public static Tensor Over_(this Tensor a, double number)
    {
        using Scalar scalar = Scalars.Of(number);
        return a.div_(scalar);
    }

    /// <summary>a², element by element.</summary>
    /// <param name="a">Any shape.</param>
    public static Tensor Squared(this Tensor a) => a.pow(Scalars.Two);

    /// <summary>The larger of each value and a number.</summary>
    /// <param name="a">Any shape.</param>
    /// <param name="number">Any number.</param>
    public static Tensor AtLeast(this Tensor a, double number)
    {
        using Scalar scalar = Scalars.Of(number);
        return a.clamp_min(scalar);
    }

    /// <summary>The smaller of each value and a number.</summary>
    /// <param name="a">Any shape.</param>
    /// <param name="number">Any number.</param>
    public static Tensor AtMost(this Tensor a, double number)
    {
        using Scalar scalar = Scalars.Of(number);
        return a.clamp_max(scalar);
    }

    /// <summary>Where a mask holds, a number; elsewhere a.</summary>
    /// <param name="a">Any shape.</param>
    /// <param name="mask">Boolean, broadcast to the shape.</param>
    /// <param name="number">Any number.</param>
    public static Tensor Masked(this Tensor a, Tensor mask, double number)
    {
        using Scalar scalar = Scalars.Of(number);
        return a.masked_fill(mask, scalar);
    }

    /// <summary>0, 1, …, count − 1.</summary>
    /// <param name="count">At least 0.</param>
    /// <param name="type">Type of the result.</param>
    /// <param name="device">Device of the result; the CPU if <see langword="null"/>.</param>
    /// <returns>[count].</returns>
    public static Tensor Range(long count, ScalarType type = ScalarType.Int64, Device? device = null)
    {
        using Scalar stop = Scalars.Of(count);
        return arange(Scalars.Zero, stop, Scalars.One, type, device ?? CPU);
    }

    /// <summary>A tensor of one number.</summary>
    /// <param name="shape">Its shape.</param>
    /// <param name="number">Any number.</param>
    /// <param name="type">Type of the result.</param>
    /// <param name="device">Device of the result; the CPU if <see langword="null"/>.</param>
    public static Tensor Filled(long[] shape, double number, ScalarType type, Device? device = null)
    {
        using Scalar scalar = Scalars.Of(number);
        return full(shape, scalar, type, device ?? CPU);
    }
}
