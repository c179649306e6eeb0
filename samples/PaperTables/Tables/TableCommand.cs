using System.CommandLine;
using PaperTables.CommandLine;
using PaperTables.Runs;
using SingleDarts.Core.Genotypes;
using SingleDarts.Core.Spaces;
using SingleDarts.Core.Training;
using Spectre.Console;

namespace PaperTables.Tables;

/// <summary>
/// The command lines of <c>table2</c> and <c>table3</c>: the paper's costs beside those that we count, and the accuracies of trainings that
/// were done here, each with its scale.
/// </summary>
internal static class TableCommand
{
    private const int Width = 170;

    public static Command ImageNet() => Make("table2", "Table 2: cells of the DARTS space on ImageNet.",
        TableRow.ImageNet, TableRow.FurtherImageNet,
        channels => DartsNetworks.ImageNetSpace(channels: channels ?? 48),
        "train --network imagenet --recipe imagenet --genotype CDARTS-ImageNet --data <ImageNet> --device cuda --gradient-accumulation " +
        "8 --out runs/imagenet");

    public static Command Cifar() => Make("table3", "Table 3: cells of the DARTS space on CIFAR-10.",
        TableRow.Cifar, TableRow.FurtherCifar,
        channels => DartsNetworks.CifarSpace(channels: channels ?? 36),
        "train --network cifar --recipe cifar --layers 20 --genotype DARTS-V2 --data cifar-10-batches-bin --test " +
        "<folder>/test_batch.bin --device cuda --out runs/darts-v2");

    private static Command Make(
        string name, string description, IReadOnlyList<TableRow> rows, IReadOnlyList<TableRow> further, Func<long?, SearchSpace> space,
        string fullScale)
    {
        Option<string[]> trained = new("--trained") { Description = "Run folders of train.", AllowMultipleArgumentsPerToken = true };
        var command = new Command(name, description) { trained };
        command.SetAction(parsed => Outcome.OfFiles(() =>
        {
            RecordedTraining[] runs = [.. (parsed.GetValue(trained) ?? []).Select(folder => new RecordedTraining(folder))];
            AnsiConsole.Profile.Width = Math.Max(AnsiConsole.Profile.Width, Width);
            AnsiConsole.Write(Costs(rows, space));
            AnsiConsole.Write(Costs(further, space).Title("Related work beyond the paper's table"));
            Terminal.WriteLine(
                "Ours: parameters without the auxiliary classifier, and multiply-adds of convolutions and the classifier for one " +
            "image. Top-1 is the papers'.");
            if (runs.Length > 0)
                AnsiConsole.Write(Trained(runs));
            Terminal.WriteLine($"At full scale: {fullScale}");
            return [];
        }));
        return command;
    }

    private static Table Costs(IReadOnlyList<TableRow> rows, Func<long?, SearchSpace> space)
    {
        var table = new Table().AddColumns("architecture", "FLOPs/M, paper", "ours", "params/M, paper", "ours", "top-1/%, paper",
            "cells", "note");
        foreach (TableRow row in rows)
        {
            var (channels, cost) = Cost(row, space);
            table.AddPlainRow(
                row.Architecture, row.Flops?.ToString() ?? "", cost is { } c ? $"{c.MultiplyAdds / 1e6:F2}" : "", $"{row.Parameters}",
                cost is { } d ? $"{d.Parameters / 1e6:F3}" : "", row.Top1, row.Published is null ? "" : row.Published + channels, row.Note);
        }
        return table;
    }

    private static (string Channels, ModuleCost? Cost) Cost(TableRow row, Func<long?, SearchSpace> space)
    {
        if (row.Published is null)
            return ("", null);
        Genotype genotype = DartsGenotypes.Named(row.Published).Genotype;
        if (row.ScaledUnder is not { } limit)
            return ("", new CostModel(space(null)).Of(genotype));
        var (channels, cost) = DartsNetworks.LargestWithin(genotype, limit * 1_000_000L, c => space(c));
        return ($", {channels} channels", cost);
    }

    private static Table Trained(RecordedTraining[] runs)
    {
        var table = new Table().Title("Trained here")
            .AddColumns("cells", "network", "data", "epochs × batch", "params/M with auxiliary", "seed", "top-1/%");
        foreach (RecordedTraining run in runs)
            table.AddPlainRow(run.Cells, run.Network, run.Data, run.Length, $"{run.Parameters:F3}", run.Seed, $"{run.Top1:F2}");
        return table;
    }
}
