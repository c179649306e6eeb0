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

    internal NasBench201Table(IEnumerable<NasBench201Result> results)
    {
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
    public static NasBench201Table Load(string path) => new(NasBench201Csv.Read(path));

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
