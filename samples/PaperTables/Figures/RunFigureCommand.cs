using System.CommandLine;
using SingleDarts.Core.Diagnostics;
using SingleDarts.Core.Spaces;

namespace PaperTables.Figures;

/// <summary>The command lines of <c>figure 1</c>, <c>2</c>, <c>3</c> and <c>a1</c>, which read run folders.</summary>
internal static class RunFigureCommand
{
    private static readonly CellSpecification Cell = SearchSpaces.NasBench201(10).Cells[0];

    public static IEnumerable<Command> All()
    {
        yield return Make("1", "Accuracy of the genotype after each epoch.", "test accuracy on CIFAR-10 (%)", [], (_, _) => Accuracy);
        Option<bool> cosine = new("--cosine") { Description = "Cosine, which compares across layers, instead of the value." };
        Option<string> pair = new("--pair") { Description = "Pair of batches: paper, independent, acting or epochApart.", DefaultValueFactory = _ => "paper" };
        pair.AcceptOnlyFromAmong("paper", "independent", "acting", "epochApart");
        yield return Make("2", "Gradient correlation at the nodes of the recorded cells.", "gradient correlation", [cosine, pair],
            (parsed, _) => run => Correlation(run, parsed.GetValue(pair)!, parsed.GetValue(cosine)));
        foreach (string figure in new[] { "3", "a1" })
        {
            Option<string> edge = new("--edge") { Description = "The edge, target<-source.", DefaultValueFactory = _ => "3<-2" };
            yield return figure == "3"
                ? Make("3", "∂L/∂p of every operation on an edge of the last cell.", "∂L/∂p (nats)", [edge],
                    (parsed, scheme) => run => Gradients(run, scheme, Row(parsed.GetValue(edge)!)))
                : Make("a1", "Operation weights of an edge.", "operation weight p", [edge],
                    (parsed, scheme) => run => Probabilities(run, scheme, Row(parsed.GetValue(edge)!)));
        }
    }

    private static Command Make(
        string name, string description, string yLabel, Option[] options, Func<ParseResult, string, Func<RecordedRun, IEnumerable<Measured>>> measure)
    {
        Option<string[]> single = new("--single-level") { Description = "Run folders; several are seeds.", AllowMultipleArgumentsPerToken = true };
        Option<string[]> bi = new("--bi-level") { Description = "Run folders; several are seeds.", AllowMultipleArgumentsPerToken = true };
        Option<string> output = new("--out") { Description = "Folder for the files.", DefaultValueFactory = _ => "." };
        var command = new Command(name, description) { single, bi, output };
        foreach (Option option in options)
            command.Add(option);
        command.SetAction(parsed => FigureCommand.Run(() =>
        {
            Band[] bands = [.. new[] { ("bi-level", bi), ("single-level", single) }
                .SelectMany(s => Band.Of(s.Item1, parsed.GetValue(s.Item2) ?? [], measure(parsed, s.Item1)))];
            return bands.Length == 0
                ? throw new ArgumentException("There is nothing to draw; name run folders with --single-level and --bi-level.")
                : RunFigure.Draw(bands, yLabel, sharesY: name != "2", parsed.GetValue(output)!, "figure-" + name);
        }));
        return command;
    }

    private static IEnumerable<Measured> Accuracy(RecordedRun run) =>
        Records<GenotypeAccuracyRecord>(run, "genotype-accuracy").Select(r => new Measured("genotype", "accuracy", r.Epoch, r.Cifar10Test));

    private static IEnumerable<Measured> Correlation(RecordedRun run, string pair, bool cosine) =>
        from record in Records<GradientCorrelationRecord>(run, "gradient-correlation")
        from node in record.Nodes
        let correlation = pair switch { "paper" => node.Paper, "independent" => node.Independent, "acting" => node.Acting, _ => node.EpochApart }
        where correlation is not null
        select new Measured($"cell {node.Cell}", $"node {node.Node}", record.Epoch, cosine ? correlation.Value.Cosine : correlation.Value.Value);

    private static IEnumerable<Measured> Gradients(RecordedRun run, string scheme, int row) =>
        from record in Records<OperationGradientsRecord>(run, "operation-gradients")
        from k in Enumerable.Range(0, Cell.Operations.Count)
        select new Measured(scheme, Cell.Operations[k].Name, record.Epoch, LastCell(record).Gradient[row, k]);

    private static IEnumerable<Measured> Probabilities(RecordedRun run, string scheme, int row)
    {
        var records = Records<OperationProbabilitiesRecord>(run, "operation-probabilities");
        double steps = Math.Max(1, records.Max(r => r.Step));
        return from record in records
               from k in Enumerable.Range(0, Cell.Operations.Count)
               select new Measured(scheme, Cell.Operations[k].Name, record.Epoch - 1 + (record.Step / steps), record.OperationWeights[Cell.Name][row, k]);
    }

    private static IReadOnlyList<T> Records<T>(RecordedRun run, string name) where T : DiagnosticRecord =>
        run.Records<T>(name) is { Count: > 0 } records ? records : throw new FileNotFoundException(
            $"{run.RecordsFile(name)} has no record; run the search with --diagnose{(name == "genotype-accuracy" ? " and --table" : "")}.");

    private static CellGradient LastCell(OperationGradientsRecord record) => record.Cells.Count > 0 ? record.Cells[^1] : throw new ArgumentException(
        "The run has no record of ∂L/∂p in a cell of its own; run the search with --diagnose, or with OperationGradients { Cells = [...] }.");

    private static int Row(string edge) =>
        Cell.Topology.Edges.Select(e => (CellEdge?)e).FirstOrDefault(e => e.ToString() == edge)?.Index ?? throw new ArgumentException(
            $"There is no edge '{edge}'; the cell has {string.Join(", ", Cell.Topology.Edges)}.");
}
