using System.Diagnostics.CodeAnalysis;
using SingleDarts.Core.Genotypes;

namespace SingleDarts.Core.Spaces;

/// <summary>
/// The measured accuracies of all 15,625 cells of NAS-Bench-201, read from a CSV file. The file is not part of the package; its
/// columns are in <c>docs/reference/genotypes.md</c>.
/// </summary>
public sealed class NasBench201Table
{
    private readonly NasBench201Result[] byCell;
    private readonly IReadOnlyDictionary<NasBench201Metric, NasBench201Times> times;

    internal NasBench201Table(
        IEnumerable<NasBench201Result> results, IReadOnlyDictionary<NasBench201Metric, NasBench201Times>? times = null)
    {
        this.times = times ?? new Dictionary<NasBench201Metric, NasBench201Times>();
        Results = [.. results.OrderBy(r => r.Index)];
        byCell = [.. Results.OrderBy(r => NasBench201Genotypes.IndexOf(r.Genotype))];
    }

    /// <summary>All rows; the row of benchmark index i is at place i.</summary>
    public IReadOnlyList<NasBench201Result> Results { get; }

    /// <summary>Number of rows: 15,625.</summary>
    public int Count => Results.Count;

    /// <summary>The row of a cell; the order of genes within a node does not matter.</summary>
    /// <param name="genotype">A cell of the space.</param>
    /// <exception cref="ArgumentException">It is none of the space; the message says why.</exception>
    public NasBench201Result this[Genotype genotype] => byCell[NasBench201Genotypes.IndexOf(genotype)];

    /// <summary>Reads a table, plain or compressed by gzip (told by the content, not by the name).</summary>
    /// <param name="path">A CSV file with a header line.</param>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    /// <exception cref="InvalidDataException">
    /// Columns are missing, a value is wrong, the rows are not the 15,625 cells, each once, or a column cannot be what its name says (an
    /// accuracy as a fraction, an error rate, another data set, millions of parameters); the message names file and line.
    /// </exception>
    public static NasBench201Table Load(string path)
    {
        var (rows, times) = NasBench201Csv.Read(path);
        return new NasBench201Table(rows, times);
    }

    /// <summary>Whether the file says how long the evaluations behind a column take.</summary>
    /// <param name="metric">The column.</param>
    public bool HasSeconds(NasBench201Metric metric) => times.ContainsKey(metric);

    /// <summary>Seconds that the evaluation behind an accuracy takes: the training of the cell's network and its test.</summary>
    /// <param name="genotype">A cell of the space.</param>
    /// <param name="metric">The column of the accuracy.</param>
    /// <param name="epochs">Epochs of the training, for a file that has the seconds of an epoch.</param>
    /// <exception cref="ArgumentException">It is none of the space.</exception>
    /// <exception cref="InvalidOperationException">The file has no seconds for the column.</exception>
    public double Seconds(Genotype genotype, NasBench201Metric metric, int epochs)
    {
        int cell = NasBench201Genotypes.IndexOf(genotype);
        return times.GetValueOrDefault(metric) is { } of ? of.Seconds[cell] * (of.IsPerEpoch ? epochs : 1)
            : throw new InvalidOperationException(
                $"The table has no seconds for {metric}; add a column such as cifar10_valid_seconds, beside that of the accuracies.");
    }

    /// <summary>The row of a cell if it is one of the space.</summary>
    /// <param name="genotype">Any genotype.</param>
    /// <param name="result">The row, or <see langword="null"/>.</param>
    public bool TryGet(Genotype genotype, [NotNullWhen(true)] out NasBench201Result? result)
    {
        ArgumentNullException.ThrowIfNull(genotype);
        result = NasBench201Genotypes.TryDigits(genotype, out _, out _) ? this[genotype] : null;
        return result is not null;
    }

    /// <summary>The row of the highest accuracy; the lower benchmark index of equals.</summary>
    /// <param name="metric">The column.</param>
    public NasBench201Result Best(NasBench201Metric metric) => Results.MaxBy(r => r.Accuracy(metric))!;

    /// <summary>One plus the number of cells with a higher accuracy: 1 is the best, and equals share a rank.</summary>
    /// <param name="genotype">A cell of the space.</param>
    /// <param name="metric">The column.</param>
    /// <exception cref="ArgumentException">It is none of the space.</exception>
    public int Rank(Genotype genotype, NasBench201Metric metric)
    {
        double accuracy = this[genotype].Accuracy(metric);
        return 1 + Results.Count(r => r.Accuracy(metric) > accuracy);
    }

    /// <summary>How far the accuracy is below that of <see cref="Best"/>, in percentage points; 0 is the best.</summary>
    /// <param name="genotype">A cell of the space.</param>
    /// <param name="metric">The column.</param>
    /// <exception cref="ArgumentException">It is none of the space.</exception>
    public double Regret(Genotype genotype, NasBench201Metric metric) =>
        Best(metric).Accuracy(metric) - this[genotype].Accuracy(metric);
}
