using SingleDarts.Core.Runtime;
using Spectre.Console;

namespace PaperTables.CommandLine;

/// <summary>
/// What this program prints. Much of it comes from files of other people: a terminal shows control characters in it and does not
/// obey them.
/// </summary>
internal static class Terminal
{
    public static void Write(string text) => Console.Write(Quoted.Escape(text));

    public static void WriteLine(string line) => Console.WriteLine(Quoted.Escape(line));

    public static void WriteErrorLine(string line) => Console.Error.WriteLine(Quoted.Escape(line));

    /// <summary>Adds a row of plain text, in which square brackets are no markup.</summary>
    public static void AddPlainRow(this Table table, params IEnumerable<string> cells) =>
        table.AddRow(cells.Select(cell => new Text(Quoted.Escape(cell))));
}
