using System.Globalization;
using SingleDarts.Core.Genotypes;
using SingleDarts.Core.Runtime;

namespace SingleDarts.Core.Spaces;

/// <summary>Reads and checks the rows of a <see cref="NasBench201Table"/>.</summary>
internal static class NasBench201Csv
{
    private static readonly string[] required =
    [
        "index", "arch", "cifar10_valid", "cifar10_test", "cifar100_valid", "cifar100_test",
        "imagenet16_valid", "imagenet16_test",
    ];

    /// <summary>The rows, and the seconds of the columns of accuracies that have some.</summary>
    public static (List<NasBench201Result> Rows, Dictionary<NasBench201Metric, NasBench201Times> Times) Read(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        FileBehind.RefuseBroken(path);
        if (!File.Exists(path))
            throw new FileNotFoundException(
                $"There is no NAS-Bench-201 table at '{path}'; give the path of a CSV file (plain or .gz) with the columns " +
                $"{string.Join(", ", required)}.", path);
        using StreamReader reader = PlainOrGzip.Open(path);
        return Rows(new NumberedLines(reader, path));
    }

    private static (List<NasBench201Result>, Dictionary<NasBench201Metric, NasBench201Times>) Rows(NumberedLines lines)
    {
        string header = lines.Next() ?? throw lines.Fault("the file is empty", "a header line and 15,625 rows");
        string[] names = lines.Split(header);
        var missing = required.Except(names).ToList();
        if (missing.Count > 0)
            throw lines.Fault(
                $"the columns {Quoted.Of(string.Join(", ", names))}",
                $"also {string.Join(", ", missing)}, in any order, separated by commas");
        if (names.GroupBy(n => n).FirstOrDefault(g => g.Count() > 1) is { } twice)
            throw lines.Fault($"the column '{twice.Key}' {twice.Count()} times", "each column once");
        var column = names.Select((name, i) => (name, i)).ToDictionary(c => c.name, c => c.i);

        Dictionary<NasBench201Metric, NasBench201Times> times = Times(lines, column);
        var rows = new List<NasBench201Result>(NasBench201Genotypes.Count);
        var lineOfCell = new int[NasBench201Genotypes.Count];
        var lineOfIndex = new int[NasBench201Genotypes.Count];
        while (lines.Next() is { } line)
        {
            if (line.Length == 0)
                continue;
            string[] fields = lines.Split(line);
            if (fields.Length != names.Length)
                throw lines.Fault($"{fields.Length} values", $"{names.Length}, as in the header");
            var values = new Fields(lines, column, fields);
            NasBench201Result row = Row(values);
            int cell = NasBench201Genotypes.IndexOf(row.Genotype);
            lines.Once(lineOfIndex, row.Index, $"the index {row.Index}");
            lines.Once(lineOfCell, cell, $"the cell '{row.Genotype}'");
            rows.Add(row);
            foreach (var (name, metric) in NasBench201Columns.Accuracies)
                if (times.GetValueOrDefault(metric) is { } of)
                    of.Seconds[cell] = values.Seconds(name + Ending(of.IsPerEpoch));
        }
        if (rows.Count != NasBench201Genotypes.Count)
            throw lines.Fault(
                $"the end after {rows.Count} rows", $"{NasBench201Genotypes.Count} rows, one per cell; the file may be cut off");
        return NasBench201Columns.Fault(rows) is { } fault ? throw lines.Fault(fault.Found, fault.Expected) : (rows, times);
    }

    /// <summary>Room for the seconds of the columns that have some.</summary>
    private static Dictionary<NasBench201Metric, NasBench201Times> Times(NumberedLines lines, Dictionary<string, int> column)
    {
        var times = new Dictionary<NasBench201Metric, NasBench201Times>();
        foreach (bool isPerEpoch in new[] { false, true })
            foreach (var (name, metric) in NasBench201Columns.Accuracies.Where(of => column.ContainsKey(of.Column + Ending(isPerEpoch))))
                if (!times.TryAdd(metric, new NasBench201Times(isPerEpoch, new double[NasBench201Genotypes.Count])))
                    throw lines.Fault($"the columns {name + Ending(false)} and {name + Ending(true)}", "one of both at most");
        return times;
    }

    private static string Ending(bool isPerEpoch) => isPerEpoch ? NasBench201Columns.SecondsPerEpoch : NasBench201Columns.Seconds;

    private static NasBench201Result Row(Fields fields)
    {
        Genotype cell = fields.Cell();
        return new(
            fields.Index(), cell,
            fields.Percent("cifar10_valid"), fields.Percent("cifar10_test"),
            fields.Percent("cifar100_valid"), fields.Percent("cifar100_test"),
            fields.Percent("imagenet16_valid"), fields.Percent("imagenet16_test"),
            fields.OptionalNumber("params", found => NasBench201Columns.ParametersFault(cell, found)),
            fields.OptionalNumber("flops", found => NasBench201Columns.FlopsFault(cell, found)));
    }

    private sealed class Fields(NumberedLines lines, Dictionary<string, int> column, string[] fields)
    {
        public int Index() =>
            int.TryParse(this["index"], NumberStyles.None, CultureInfo.InvariantCulture, out int index)
            && index < NasBench201Genotypes.Count
                ? index
                : throw lines.Fault($"the index {Quoted.Of(this["index"])}", $"a whole number from 0 to {NasBench201Genotypes.Count - 1}");

        public Genotype Cell()
        {
            if (!CellGenotype.TryParse(this["arch"], out CellGenotype? cell))
                throw lines.Fault($"the genotype {Quoted.Of(this["arch"])}", $"a cell such as '{NasBench201Genotypes.AllSkip}'");
            return NasBench201Genotypes.TryDigits(cell, out _, out string fault)
                ? cell
                : throw lines.Fault(
                    $"the genotype {Quoted.Of(cell.ToString())}, which is none of the space ({fault})", "a cell of NAS-Bench-201");
        }

        public double Percent(string name) =>
            double.TryParse(this[name], NumberStyles.Float, CultureInfo.InvariantCulture, out double value)
            && value is >= 0 and <= 100
                ? value
                : throw lines.Fault($"{Quoted.Of(this[name])} in column {name}", "a percentage from 0 to 100 with a decimal point");

        public double Seconds(string name) =>
            double.TryParse(this[name], NumberStyles.Float, CultureInfo.InvariantCulture, out double value)
            && value is > 0 and < double.PositiveInfinity
                ? value
                : throw lines.Fault($"{Quoted.Of(this[name])} in column {name}", "a number of seconds above 0");

        public long? OptionalNumber(string name, Func<double, (string Found, string Expected)?> fault)
        {
            if (!column.ContainsKey(name))
                return null;
            if (!double.TryParse(this[name], NumberStyles.Float, CultureInfo.InvariantCulture, out double value))
                throw lines.Fault($"{Quoted.Of(this[name])} in column {name}", "a whole number");
            return fault(value) is { } wrong ? throw lines.Fault(wrong.Found, wrong.Expected) : (long)value;
        }

        private string this[string name] => fields[column[name]];
    }

    private sealed class NumberedLines(TextReader reader, string path)
    {
        private readonly BoundedLines lines = new(reader, $"NAS-Bench-201 table '{path}'", ReadLimits.LineCharacters);

        public string? Next() => lines.Next();

        public string[] Split(string line) => CsvLine.Split(line) ?? throw Fault(
            $"{Quoted.Of(line)}, where a quote is left open or text follows a closed one", "\"value\" between commas");

        public void Once(int[] firstLine, int key, string what)
        {
            if (firstLine[key] != 0)
                throw Fault($"{what}, already in line {firstLine[key]}", "each once");
            firstLine[key] = lines.Number;
        }

        public InvalidDataException Fault(string found, string expected) => new(
            $"NAS-Bench-201 table '{path}', line {lines.Number}: found {found}; expected {expected}. " +
            "Correct the line or fetch the file again.");
    }
}
