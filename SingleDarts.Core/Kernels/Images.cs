using System.Runtime.CompilerServices;
using SingleDarts.Core.Runtime;
using static TorchSharp.torch;

namespace SingleDarts.Core.Kernels;

/// <summary>Images of the CPU, [N, C, H, W], whose channels are innermost in memory and whose pixels follow each other at one
/// distance. Keep it alive while pointers are used.</summary>
internal sealed unsafe class Images
{
    private readonly byte* first;
    private readonly long numbers;

    private Images(Tensor tensor, long[] shape, long step)
    {
        Tensor = tensor;
        Step = step;
        (Count, Channels, Height, Width) = ((int)shape[0], (int)shape[1], (int)shape[2], (int)shape[3]);
        numbers = step * Pixels;
        first = (byte*)Host.Address(tensor);
    }

    /// <summary>The tensor.</summary>
    public Tensor Tensor { get; }

    /// <summary>Number N of images.</summary>
    public int Count { get; }

    /// <summary>C.</summary>
    public int Channels { get; }

    /// <summary>H.</summary>
    public int Height { get; }

    /// <summary>W.</summary>
    public int Width { get; }

    /// <summary>H W.</summary>
    public int Pixels => Height * Width;

    /// <summary>Distance of the pixels, in numbers.</summary>
    public long Step { get; }

    /// <summary>Whether the pixels follow each other at once.</summary>
    public bool IsDense => Step == Channels;

    /// <summary>The images of a tensor, or of a copy whose channels are innermost.</summary>
    /// <param name="x">[N, C, H, W].</param>
    public static Images Of(Tensor x)
    {
        long[] shape = x.shape, strides = x.stride();
        long step = shape[3] > 1 ? strides[3] : shape[2] > 1 ? strides[2] : shape[1];
        bool fits = (strides[1] == 1 || shape[1] == 1) && step >= shape[1] &&
            (strides[2] == step * shape[3] || shape[2] == 1) && (strides[0] == step * shape[3] * shape[2] || shape[0] == 1);
        return fits ? new Images(x, shape, step) : new Images(NativeKernels.ChannelsLast(x), shape, shape[1]);
    }

    /// <summary>The images of a tensor, or of a copy whose pixels follow each other at once.</summary>
    /// <param name="x">[N, C, H, W].</param>
    public static Images DenseOf(Tensor x) => Of(x).Dense();

    /// <summary>New images, whose numbers are arbitrary.</summary>
    /// <param name="like">Gives type and number.</param>
    /// <param name="channels">C.</param>
    /// <param name="height">H.</param>
    /// <param name="width">W.</param>
    public static Images New(Images like, int channels, int height, int width)
    {
        long[] shape = [like.Count, channels, height, width];
        return new Images(NativeKernels.NewImages(like.Tensor, shape), shape, channels);
    }

    /// <summary>These images, or a copy whose pixels follow each other at once.</summary>
    public Images Dense() => IsDense ? this : new Images(NativeKernels.ChannelsLast(Tensor), [Count, Channels, Height, Width], Channels);

    /// <summary>Throws unless the images have the shape of others.</summary>
    /// <param name="other">The others.</param>
    /// <exception cref="ArgumentException">They have not.</exception>
    public void RequireShapeOf(Images other)
    {
        if ((Count, Channels, Height, Width) != (other.Count, other.Channels, other.Height, other.Width))
            throw new ArgumentException($"Outputs of candidates are [{Count}, {Channels}, {Height}, {Width}] and [{other.Count}, " +
                $"{other.Channels}, {other.Height}, {other.Width}]; expected one shape, because they are summed. Correct the stride or " +
                "the channels of an operation.");
    }

    /// <summary>First number of an image.</summary>
    /// <param name="image">Its index.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public T* At<T>(int image) where T : unmanaged => (T*)first + image * numbers;
}
