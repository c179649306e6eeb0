using System.CommandLine;
using PaperTables;

var root = new RootCommand(
    "Reproduces the tables of \"Single-DARTS: Towards Stable Architecture Search\". Begin with: search --data <folder> --out <folder>")
{
    SearchCommand.Create(),
};
ParseResult parsed = root.Parse(args);
int code = await parsed.InvokeAsync();
return parsed.Errors.Count > 0 ? ExitCode.BadInput : code;
