using System.CommandLine;
using PaperTables.CommandLine;
using PaperTables.Runs;
using SingleDarts.Core.Spaces;

namespace PaperTables.Figures;

/// <summary>The command lines of <c>figure 1</c>, <c>2</c>, <c>3</c> and <c>a1</c>, which read run folders.</summary>
internal static class RunFigureCommand
{
    public static IEnumerable<Command> All() => [Accuracy(), Correlation(), Gradients(), Probabilities()];

    private static Command Accuracy()
    {
        Option<string?> table = new(
            "--table") { Description = "NAS-Bench-201 table (csv or csv.gz); without it, the records of the search." };
        return Make("1", "Accuracy of the genotype after each epoch.", "test accuracy on CIFAR-10 (%)", [table], parsed =>
        {
            NasBench201Table? loaded = parsed.GetValue(table) is { } file ? NasBench201Table.Load(file) : null;
            return (run, _) => RunMeasures.Accuracy(run, loaded);
        }, table);
    }

    private static Command Correlation()
    {
        Option<bool> cosine = new("--cosine") { Description = "Cosine, which compares across layers, instead of the value." };
        Option<string> pair = new("--pair") { Description = "Pair of batches: paper, independent, acting or epochApart.",
            DefaultValueFactory = _ => "paper" };
        Option<int[]> nodes = new("--nodes") { Description = "Nodes of the cells. Default: all that are recorded.",
            AllowMultipleArgumentsPerToken = true };
        pair.AcceptOnlyFromAmong("paper", "independent", "acting", "epochApart");
        return Make("2", "Gradient correlation at the nodes of the recorded cells.", "gradient correlation", [cosine, pair, nodes],
            parsed => (run, _) => RunMeasures.Correlation(run, parsed.GetValue(pair)!, parsed.GetValue(cosine),
                parsed.GetValue(nodes) ?? []));
    }

    private static Command Gradients()
    {
        Option<string?> edge = Edge();
        Option<int?> cell = new("--cell") { Description = "Number of the cell, from 1. Default: the last that is recorded." };
        return Make("3", "∂L/∂p of every operation on an edge of a cell.", "∂L/∂p (nats)", [edge, cell],
            parsed => (run, scheme) => RunMeasures.Gradients(run, scheme, parsed.GetValue(edge), parsed.GetValue(cell)));
    }

    private static Command Probabilities()
    {
        Option<string?> edge = Edge(), kind = new("--kind") { Description = "Kind of cell. Default: the first of the space." };
        return Make("a1", "Operation weights of an edge.", "operation weight p", [edge, kind],
            parsed => (run, scheme) => RunMeasures.Probabilities(run, scheme, parsed.GetValue(edge), parsed.GetValue(kind)));
    }

    private static Option<string?> Edge() => new("--edge") { Description = "The edge, target<-source. Default: the last of the cell." };

    private static Command Make(
        string name, string description, string yLabel, Option[] options, Func<ParseResult, Func<RecordedSearch, string,
        IEnumerable<Measured>>> measure, Option<string?>? table = null)
    {
        Option<string> output = new("--out") { Description = "Folder for the files.", DefaultValueFactory = _ => "." };
        var runs = new FigureRuns();
        var command = new Command(name, description);
        runs.AddTo(command);
        foreach (Option option in options)
            command.Add(option);
        command.Add(output);
        command.SetAction((parsed, _) => Outcome.OfAsync(async token =>
        {
            var measured = measure(parsed);
            Band[] bands = [.. (await runs.FindAsync(parsed, table, token))
                .SelectMany(s => Band.Of(s.Scheme, s.Folders, run => measured(run, s.Scheme)))];
            if (bands.Length == 0)
                throw new ArgumentException("There is nothing to draw; the runs have no such number that is finite.");
            foreach (string file in RunFigure.Draw(bands, yLabel, sharesY: name != "2", parsed.GetValue(output)!, "figure-" + name))
                Terminal.WriteLine(file);
            return ExitCode.Success;
        }));
        return command;
    }
}
