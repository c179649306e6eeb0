using System.Globalization;
using SingleDarts.Core.Runtime;

namespace SingleDarts.Core.Spaces;

/// <summary>Reads the rows of a <see cref="LatencyTable"/>.</summary>
internal static class LatencyCsv
{
    private const string Operation = "operation", Seconds = "seconds", Channels = "channels", Stride = "stride";

    /// <summary>The rows; what a table cannot hold is a fault of their line.</summary>
    public static List<OperationLatency> Read(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        FileBehind.RefuseBroken(path);
        if (!File.Exists(path))
            throw new FileNotFoundException(
                $"There is no table of latencies at '{path}'; give a CSV file with the columns {Operation} and {Seconds}.", path);
        using var reader = new StreamReader(BoundedFile.Open(path));
        var lines = new BoundedLines(reader, $"Table of latencies '{path}'", ReadLimits.LineCharacters);
        InvalidDataException Fault(string found, string expected) =>
            new($"Table of latencies '{path}', line {lines.Number}: found {found}; expected {expected}. Correct the line.");
        string[] Fields(string line) => CsvLine.Split(line) ?? throw Fault(
            $"{Quoted.Of(line)}, where a quote is left open or text follows a closed one", "\"value\" between commas");

        string[] names = Fields(lines.Next() ?? throw Fault("an empty file", $"a header with {Operation} and {Seconds}"));
        string[][] headers = [[Operation, Seconds], [Channels, Operation, Seconds, Stride]];
        if (!headers.Any(header => header.SequenceEqual(names.Order(StringComparer.Ordinal))))
            throw Fault($"the columns {Quoted.Of(string.Join(", ", names))}",
                $"{Operation} and {Seconds}, or also {Channels} and {Stride}, each once");
        var rows = new List<OperationLatency>();
        var lineOf = new Dictionary<(string, long?, int?), int>();
        while (lines.Next() is { } line)
        {
            if (line.Length == 0)
                continue;
            string[] fields = Fields(line);
            if (fields.Length != names.Length)
                throw Fault($"{fields.Length} values", $"{names.Length}, as in the header");
            string Of(string name) => names.Contains(name) ? fields[Array.IndexOf(names, name)] : "";
            int? Whole(string name) => Of(name).Length == 0 ? null
                : int.TryParse(Of(name), NumberStyles.None, CultureInfo.InvariantCulture, out int number) && number >= 1 ? number
                : throw Fault($"{Quoted.Of(Of(name))} in column {name}", "a whole number from 1 on, or nothing");
            double duration = double.TryParse(Of(Seconds), NumberStyles.Float, CultureInfo.InvariantCulture, out double parsed)
                && parsed >= 0 && double.IsFinite(parsed) ? parsed
                : throw Fault($"{Quoted.Of(Of(Seconds))} in column {Seconds}", "a number of seconds, 0 or more, with a decimal point");
            var row = new OperationLatency(Of(Operation), duration, Whole(Channels), Whole(Stride));
            if (!Genotypes.Gene.IsName(row.Operation))
                throw Fault($"{Quoted.Of(row.Operation)} in column {Operation}", "the name of an operation");
            if (row.Channels is null != row.Stride is null)
                throw Fault($"{(row.Channels is null ? Stride : Channels)} alone", $"both {Channels} and {Stride}, or none of them");
            if (!lineOf.TryAdd((row.Operation, row.Channels, row.Stride), lines.Number))
                throw Fault(
                    $"the place of '{row.Operation}' in line {lineOf[(row.Operation, row.Channels, row.Stride)]} again", "each once");
            rows.Add(row);
        }
        return rows.Count > 0 ? rows : throw Fault("the end behind the header", "a row for each operation");
    }
}
