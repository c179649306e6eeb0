using System.CommandLine;
using PaperTables;
using PaperTables.CommandLine;
using PaperTables.Figures;
using PaperTables.Reports;
using PaperTables.Strategies;
using PaperTables.Sweeps;
using PaperTables.Tables;
using PaperTables.Training;

var root = new RootCommand(
    "Reproduces the tables of \"Single-DARTS: Towards Stable Architecture Search\". Begin with: search --data <folder> --out <folder>")
{
    SearchCommand.Create(),
    StrategyCommand.Create(),
    TrainCommand.Create(),
    LatencyCommand.Create(),
    TableCommand.ImageNet(),
    TableCommand.Cifar(),
    FigureCommand.Create(),
    ReportCommand.Create(),
    SweepCommand.Create(),
};
root.Add(OptionsPage.Create(root));
root.Add(MethodsPage.Create());
ParseResult parsed = root.Parse(args);
// Signals are handled by the search itself, which may need longer for its checkpoint than a fixed time.
int code = await parsed.InvokeAsync(new InvocationConfiguration { ProcessTerminationTimeout = null });
return parsed.Errors.Count > 0 ? ExitCode.BadInput : code;
