using System.CommandLine;
using PaperTables.CommandLine;
using PaperTables.Training;
using SingleDarts.Core.Spaces;

namespace PaperTables.Figures;

/// <summary>The command line of <c>figure pareto</c>.</summary>
internal static class ParetoFigureCommand
{
    public static Command Create()
    {
        Option<string> table = new("--table") { Description = "NAS-Bench-201 table (csv or csv.gz).", Required = true };
        Option<string> costs = new("--costs")
        {
            Description = "Costs of all cells (csv or csv.gz) with the column index and one for each cost.", Required = true,
        };
        Option<string?> column = new("--column") { Description = "The cost that is drawn. Default: the first of the file." };
        Option<NasBench201Metric> metric = new("--metric")
        {
            Description = "The accuracy that is drawn.", DefaultValueFactory = _ => NasBench201Metric.Cifar10Test,
        };
        Option<double> lowest = new("--from") { Description = "Lowest accuracy that is drawn, in percent." };
        Option<string[]> mark = new("--mark")
        {
            Description = "Cells that are marked: their text, or the run folder of a search.", AllowMultipleArgumentsPerToken = true,
        };
        Option<string> output = new("--out") { Description = "Folder for the files.", DefaultValueFactory = _ => "." };
        var command = new Command("pareto", "Accuracy against latency or energy over all cells of NAS-Bench-201, with the Pareto front.")
        {
            table, costs, column, metric, lowest, mark, output,
        };
        command.SetAction(parsed => Outcome.OfFiles(() =>
        {
            NasBench201Table accuracies = NasBench201Table.Load(parsed.GetValue(table)!);
            NasBench201Costs all = NasBench201Costs.Load(parsed.GetValue(costs)!);
            string name = parsed.GetValue(column) ?? all.Columns[0];
            return ParetoFigure.Draw(accuracies, all[name], name, parsed.GetValue(metric),
                [.. (parsed.GetValue(mark) ?? []).Select(cell => (NameOf(cell),
                    accuracies[new NetworkChoice(cell, "nasbench201", null, null).Genotype()]))],
                parsed.GetValue(lowest), parsed.GetValue(output)!);
        }));
        return command;
    }

    private static string NameOf(string cell) => Directory.Exists(cell) ? Path.GetFileName(Path.TrimEndingDirectorySeparator(cell)) : cell;
}
