using System.Globalization;
using SingleDarts.Core.Genotypes;
using SingleDarts.Core.Runtime;

namespace SingleDarts.Core.Spaces;

/// <summary>
/// Costs of all 15,625 cells of NAS-Bench-201 on devices, for example the latencies (ms) and energies (mJ) of HW-NAS-Bench, read from a CSV
/// file: a column <c>index</c> with the benchmark's index, and any number of columns of costs, where −1 says that the device cannot run the
/// cell. The file is not part of the package.
/// </summary>
public sealed class NasBench201Costs
{
    private const string Index = "index";
    private readonly IReadOnlyDictionary<string, double[]> columns;

    private NasBench201Costs(IReadOnlyList<string> names, IReadOnlyDictionary<string, double[]> columns)
    {
        Columns = names;
        this.columns = columns;
    }

    /// <summary>Names of the costs, in the order of the file.</summary>
    public IReadOnlyList<string> Columns { get; }

    /// <summary>A cost of every cell by the benchmark's index, as <see cref="NasBench201Result.Index"/>; NaN where there is none.</summary>
    /// <param name="column">One of <see cref="Columns"/>.</param>
    /// <exception cref="ArgumentException">There is no such column.</exception>
    public IReadOnlyList<double> this[string column] => columns.TryGetValue(Given.NotNull(column), out double[]? values) ? values
        : throw new ArgumentException(
            $"There is no cost {Quoted.Of(column)}; the file has {string.Join(", ", Columns)}.", nameof(column));

    /// <summary>Reads a file, plain or compressed by gzip (told by the content, not by the name).</summary>
    /// <param name="path">A CSV file with a header line.</param>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    /// <exception cref="InvalidDataException">The column of the index or every cost is missing, a value is no number of 0 or more and not
    /// −1, or the rows are not those of the 15,625 cells, each once; the message names file and line.</exception>
    public static NasBench201Costs Load(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        FileBehind.RefuseBroken(path);
        if (!File.Exists(path))
            throw new FileNotFoundException(
                $"There is no table of costs at '{path}'; give a CSV file (plain or .gz) with a column '{Index}' and one for each cost.",
                path);
        using StreamReader reader = PlainOrGzip.Open(path);
        var lines = new BoundedLines(reader, $"Table of costs '{path}'", ReadLimits.LineCharacters);
        return Read(lines, (found, expected) => new InvalidDataException(
            $"Table of costs '{path}', line {lines.Number}: found {found}; expected {expected}. Correct the file."));
    }

    /// <summary>A cost of a cell; NaN if there is none.</summary>
    /// <param name="genotype">A cell of the space.</param>
    /// <param name="column">One of <see cref="Columns"/>.</param>
    /// <param name="table">The table that knows the benchmark's index of the cell.</param>
    /// <exception cref="ArgumentException">The genotype is none of the space, or there is no such column.</exception>
    public double Of(Genotype genotype, string column, NasBench201Table table) => this[column][Given.NotNull(table)[genotype].Index];

    private static NasBench201Costs Read(BoundedLines lines, Func<string, string, InvalidDataException> fault)
    {
        string[] Split(string line) => CsvLine.Split(line) ??
            throw fault($"{Quoted.Of(line)}, where a quote is left open or text follows a closed one", "\"value\" between commas");
        string[] names = Split(lines.Next() ?? throw fault("an empty file", "a header line and 15,625 rows"));
        if (names.Count(name => name == Index) != 1 || names.Length < 2 || names.Distinct().Count() < names.Length)
            throw fault($"the columns {Quoted.Of(string.Join(", ", names))}", $"'{Index}' and one or more costs, each once");
        int place = Array.IndexOf(names, Index), rows = 0;
        var columns = names.Where(name => name != Index).ToDictionary(name => name, _ => new double[NasBench201Genotypes.Count]);
        var isRead = new bool[NasBench201Genotypes.Count];
        while (lines.Next() is { } line)
        {
            if (line.Length == 0)
                continue;
            string[] fields = Split(line);
            if (fields.Length != names.Length)
                throw fault($"{fields.Length} values", $"{names.Length}, as in the header");
            if (!int.TryParse(fields[place], NumberStyles.None, CultureInfo.InvariantCulture, out int index) || index >= isRead.Length)
                throw fault($"the index {Quoted.Of(fields[place])}", $"a whole number from 0 to {isRead.Length - 1}");
            if (isRead[index])
                throw fault($"the index {index} again", "each once");
            isRead[index] = true;
            rows++;
            for (int i = 0; i < names.Length; i++)
                if (i != place)
                    columns[names[i]][index] = Cost(fields[i], names[i]);
        }
        return rows == isRead.Length ? new([.. names.Where(name => name != Index)], columns)
            : throw fault($"the end after {rows} rows", $"{isRead.Length} rows, one per cell; the file may be cut off");

        double Cost(string text, string column) =>
            !double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out double cost) || !double.IsFinite(cost) ||
                (cost < 0 && cost != -1) ? throw fault($"{Quoted.Of(text)} in column {column}",
                "a number of 0 or more with a decimal point, or -1 for a cell that the device cannot run")
            : cost < 0 ? double.NaN : cost;
    }
}
