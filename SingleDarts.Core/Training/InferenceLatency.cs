using System.Diagnostics;
using SingleDarts.Core.Runtime;
using TorchSharp;
using static TorchSharp.torch;

namespace SingleDarts.Core.Training;

/// <summary>How long forward passes of a network take on the machine at hand.</summary>
/// <param name="Median">Median of the passes, seconds.</param>
/// <param name="LowerQuartile">A quarter of the passes take this time or less, seconds.</param>
/// <param name="UpperQuartile">A quarter of the passes take this time or more, seconds.</param>
/// <param name="Passes">Passes that were measured.</param>
/// <param name="BatchSize">Samples of a pass.</param>
public sealed record InferenceLatency(double Median, double LowerQuartile, double UpperQuartile, int Passes, int BatchSize)
{
    /// <summary>
    /// Measures passes in evaluation mode and without gradients, after some that do not count. The device has finished each pass before its
    /// time is taken. The network is left as it was, the mode of every module included.
    /// </summary>
    /// <param name="network">Any network of one input; the input is of the device and type of its weights.</param>
    /// <param name="shape">Shape of a sample, for example channels, height and width.</param>
    /// <param name="batchSize">Samples of a pass.</param>
    /// <param name="passes">Passes that are measured.</param>
    /// <param name="warmUp">Passes before them.</param>
    /// <param name="cancellationToken">Ends the measurement after the pass in progress.</param>
    /// <exception cref="ArgumentOutOfRangeException">There is no sample, no pass, or an empty shape.</exception>
    /// <exception cref="OperationCanceledException">Cancelled.</exception>
    public static InferenceLatency Measure(
        nn.Module<Tensor, Tensor> network, IReadOnlyList<long> shape, int batchSize = 1, int passes = 50, int warmUp = 10,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(network);
        ArgumentNullException.ThrowIfNull(shape);
        ArgumentOutOfRangeException.ThrowIfLessThan(batchSize, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(passes, 1);
        ArgumentOutOfRangeException.ThrowIfNegative(warmUp);
        foreach (long side in shape)
            ArgumentOutOfRangeException.ThrowIfLessThan(side, 1, nameof(shape));
        TorchRuntime.EnsureLoaded();
        var (device, dtype) = network.parameters().Select(p => (p.device, p.dtype)).FirstOrDefault((CPU, ScalarType.Float32));
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        using var mode = new ModeLoan(network, training: false);
        using var generator = new Generator(0, CPU);
        Tensor input = randn([batchSize, .. shape], ScalarType.Float32, generator: generator).to(device).to(dtype);
        for (int pass = 0; pass < warmUp; pass++)
            Seconds(network, input, cancellationToken);
        double[] seconds = [.. Enumerable.Range(0, passes).Select(_ => Seconds(network, input, cancellationToken)).Order()];
        return new(At(seconds, 0.5), At(seconds, 0.25), At(seconds, 0.75), passes, batchSize);
    }

    private static double Seconds(nn.Module<Tensor, Tensor> network, Tensor input, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        using var scope = NewDisposeScope();
        Synchronize(input.device);
        long start = Stopwatch.GetTimestamp();
        network.call(input);
        Synchronize(input.device);
        return Stopwatch.GetElapsedTime(start).TotalSeconds;
    }

    private static void Synchronize(Device device)
    {
        if (device.type == DeviceType.CUDA)
            cuda.synchronize(device);
    }

    /// <summary>A quantile of ordered numbers, between its neighbours in proportion.</summary>
    private static double At(double[] ordered, double share)
    {
        double place = share * (ordered.Length - 1);
        int below = (int)place;
        return below + 1 == ordered.Length ? ordered[below] : ordered[below] + (place - below) * (ordered[below + 1] - ordered[below]);
    }
}
