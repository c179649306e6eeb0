using System.CommandLine;
using PaperTables.CommandLine;
using SingleDarts.Core.Genotypes;
using SingleDarts.Core.Runtime;
using SingleDarts.Core.Spaces;
using SingleDarts.Core.Training;
using TorchSharp;
using static TorchSharp.torch;

namespace PaperTables.Training;

/// <summary>The command line of <c>latency</c>: parameters, multiply-adds and measured time of a genotype's network.</summary>
internal static class LatencyCommand
{
    public static Command Create()
    {
        var command = new Command("latency", "Prints parameters, multiply-adds and the time of a forward pass of a genotype's network on " +
            "this machine.\n\nExample: latency --genotype PC-DARTS --network imagenet --threads 1\nExit codes: as of search.");
        foreach (SettingOption entry in OptionTable<LatencySettings>.Entries)
            command.Add(entry.Option);
        command.SetAction((parsed, _) => Outcome.OfAsync(token => Task.FromResult(Run(OptionTable<LatencySettings>.Read(parsed), token))));
        return command;
    }

    private static int Run(LatencySettings settings, CancellationToken cancellationToken)
    {
        var choice = new NetworkChoice(settings.Genotype, settings.Network, settings.Channels, settings.Layers);
        Genotype genotype = choice.Genotype();
        bool isImageNet = settings.Network == "imagenet";
        long size = settings.ImageSize ?? (isImageNet ? 224 : 32);
        Device device = Devices.Parse(settings.Device);
        if (settings.Threads is { } threads)
            set_num_threads(threads);
        using EvaluationNetwork network = choice.Create(genotype, settings.Classes ?? (isImageNet ? 1000 : 10), [3, size, size], new()
        {
            AllowRepeatedEdges = true,
        });
        ModuleCost cost = network.MeasureCost();
        network.to(device);
        InferenceLatency latency = InferenceLatency.Measure(
            network, [3, size, size], settings.BatchSize, settings.Passes, cancellationToken: cancellationToken);
        Terminal.WriteLine($"{genotype}\n{cost.Parameters:N0} parameters, {cost.MultiplyAdds / 1e6:F2} M multiply-adds\n" +
            $"{1e3 * latency.Median:F2} ms for {latency.BatchSize} image(s) of {size}x{size} on {settings.Device}, " +
            $"{(device.type == DeviceType.CPU ? $"{get_num_threads()} thread(s), " : "")}" +
            $"quartiles {1e3 * latency.LowerQuartile:F2} to {1e3 * latency.UpperQuartile:F2} ms over {latency.Passes} passes");
        return ExitCode.Success;
    }
}
