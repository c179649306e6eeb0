using System.CommandLine;
using PaperTables;

var root = new RootCommand(
    "Reproduces the tables of \"Single-DARTS: Towards Stable Architecture Search\". Begin with: search --data <folder> --out <folder>")
{
    SearchCommand.Create(),
};
return await root.Parse(args).InvokeAsync();
