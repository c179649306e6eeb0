using System.CommandLine;
using PaperTables.CommandLine;
using SingleDarts.Core.Genotypes;
using SingleDarts.Core.Runs;
using SingleDarts.Core.Runtime;
using SingleDarts.Core.Spaces;
using SingleDarts.Core.Training;

namespace PaperTables.Training;

/// <summary>The command line of <c>train</c>: trains the network of a genotype from scratch (Section 5.1.2).</summary>
internal static class TrainCommand
{
    public static Command Create()
    {
        var command = new Command("train", "Trains the network of a genotype from scratch and tests it after every epoch.\n\n" +
            "Example: train --genotype runs/darts --data cifar-10-batches-bin --test test_batch.bin --epochs 600 --out runs/trained\n" +
            "Exit codes: as of search.")
        {
            Aliases = { "evaluate" },
        };
        foreach (SettingOption entry in OptionTable<TrainingSettings>.Entries)
            command.Add(entry.Option);
        command.SetAction((parsed, _) => Outcome.OfAsync(async token =>
        {
            await RunAsync(OptionTable<TrainingSettings>.Read(parsed), token);
            return ExitCode.Success;
        }));
        return command;
    }

    private static async Task RunAsync(TrainingSettings settings, CancellationToken cancellationToken)
    {
        Genotype genotype = settings.Choice.Genotype();
        if (settings.Resume && settings.Out is null)
            throw new ArgumentException("--resume goes on with the run in a folder; name it with --out <folder>.");
        TorchRuntime.EnsureLoaded();
        var (train, test) = settings.Open(cancellationToken);
        using (train)
        using (test)
        {
            AuxiliaryHeadOptions? auxiliary = settings.AuxiliaryFor(train.InputShape);
            using var network = settings.Choice.Create(genotype, train.Classes, train.InputShape, new()
            {
                Seed = settings.Seed,
                Auxiliary = auxiliary,
                AllowRepeatedEdges = true,
            });
            ModuleCost cost = network.MeasureCost();
            Terminal.WriteLine(
                $"{genotype}\n{cost.Parameters:N0} parameters, {cost.MultiplyAdds / 1e6:F2} M multiply-adds, auxiliary classifier: " +
                (auxiliary is null ? "none" : $"{network.AuxiliaryParameters:N0} more parameters while training"));
            await foreach (TrainingEpochReport epoch in NetworkTraining.Of(network, settings.Options(auxiliary is not null))
                .On(train).EvaluatedOn(test).ReportingTo(new ConsoleProgressBar()).RunEpochsAsync(cancellationToken))
                Terminal.WriteLine($"epoch {epoch.Epoch}/{epoch.Epochs}  loss {epoch.TrainLoss:F3}  train {100 * epoch.TrainTop1:F2}%  " +
                    $"test {100 * epoch.Test?.Top1:F2}%  top-{epoch.Test?.K} {100 * epoch.Test?.TopK:F2}%" +
                    $"{(epoch.EmaTest is { } a ? $"  average {100 * a.Top1:F2}%" : "")}  {epoch.Seconds:F0} s");
        }
    }
}
