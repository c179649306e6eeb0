using SingleDarts.Core.Runtime;
using TorchSharp;
using static TorchSharp.torch;

namespace Benchmarks;

/// <summary>
/// The kernels that no execution of the step can do without: forward and backward convolutions (merged by source node and kernel size),
/// the statistics and the backward pass of the batch normalisations, average poolings (on the CPU as depthwise convolutions, the fastest
/// that libtorch has there). No sums, no activations, no optimiser, no autograd.
/// </summary>
internal sealed class KernelFloor : IDisposable
{
    private static readonly int[] KernelSizes = [1, 3];
    private readonly jit.CompilationUnit script = jit.compile("""
        def forward(x: Tensor, w: Tensor, stride: int) -> Tuple[Tensor, Tensor, Tensor]:
            padding = w.size(2) // 2
            y = torch.conv2d(x, w, None, [stride, stride], [padding, padding])
            mean, variance = torch.batch_norm_update_stats(y, None, None, 0.0)
            return y, mean, (variance + 1e-5).rsqrt_()

        def backward(g: Tensor, x: Tensor, w: Tensor, y: Tensor, mean: Tensor, deviation: Tensor, stride: int) -> Tuple[Tensor, Tensor]:
            padding = w.size(2) // 2
            gy, gs, gb = torch.native_batch_norm_backward(g, y, torch.ones_like(mean), None, None, mean, deviation, True, 1e-5, [True, True, False])
            gx, gw, none = torch.convolution_backward(gy, x, w, None, [stride, stride], [padding, padding], [1, 1], False, [0, 0], 1, [True, True, False])
            return gx, gw

        def pool(x: Tensor, w: Tensor) -> Tensor:
            return torch.conv2d(x, w, None, [1, 1], [1, 1], [1, 1], x.size(1))

        def last(x: Tensor) -> Tensor:
            return x.contiguous(memory_format=2)

        """);
    private readonly List<Convolution> convolutions = [];
    private readonly List<(Tensor X, Tensor Window)> poolings = [];
    private readonly Device device;

    public KernelFloor(StepSettings settings)
    {
        device = Devices.Parse(settings.Device);
        long channels = settings.Channels, size = settings.Size;
        Add(3, channels, 3, 1, size);
        for (int stage = 0; stage < 3; stage++)
        {
            if (stage > 0)
            {
                Add(channels, 2 * channels, 3, 2, size);
                Add(channels, 2 * channels, 1, 2, size);
                (channels, size) = (2 * channels, size / 2);
                Add(channels, channels, 3, 1, size);
            }
            for (int cell = 0; cell < settings.Cells; cell++)
                for (int targets = 3; targets >= 1; targets--)
                {
                    foreach (int kernel in KernelSizes)
                        Add(channels, targets * channels, kernel, 1, size);
                    poolings.Add((ChannelsLast(Draw(settings.Batch, channels, size, size)), ones(channels, 1, 3, 3, device: device)));
                }
        }

        void Add(long inputs, long outputs, int kernel, int stride, long height) => convolutions.Add(new Convolution(
            ChannelsLast(Draw(settings.Batch, inputs, height, height)), Draw(outputs, inputs, kernel, kernel), stride,
            ChannelsLast(Draw(settings.Batch, outputs, height / stride, height / stride))));

        Tensor Draw(params long[] shape) => randn(shape, device: device);
    }

    public void Run()
    {
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        var kept = new List<(Tensor Y, Tensor Mean, Tensor Deviation)>();
        foreach (Convolution c in convolutions)
            kept.Add(((Tensor, Tensor, Tensor))script.invoke("forward", c.X, c.Weight, c.Stride));
        Pool();
        for (int i = convolutions.Count - 1; i >= 0; i--)
        {
            using var inner = NewDisposeScope();
            Convolution c = convolutions[i];
            script.invoke("backward", c.Gradient, c.X, c.Weight, kept[i].Y, kept[i].Mean, kept[i].Deviation, c.Stride);
            kept[i].Y.Dispose();
        }
        Pool();
    }

    public void Dispose() => script.Dispose();

    /// <summary>The transpose of this pooling has the same cost, so that it stands for both directions.</summary>
    private void Pool()
    {
        foreach (var (x, window) in poolings)
            using (device.type == DeviceType.CPU ? (Tensor)script.invoke("pool", x, window) : nn.functional.avg_pool2d(x, 3, 1, 1)) { }
    }

    private Tensor ChannelsLast(Tensor x) => (Tensor)script.invoke("last", x);

    private sealed record Convolution(Tensor X, Tensor Weight, int Stride, Tensor Gradient);
}
