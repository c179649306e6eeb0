using System.Globalization;
using SingleDarts.Core.Genotypes;
using SingleDarts.Core.Runtime;

namespace SingleDarts.Core.Spaces;

/// <summary>
/// Seconds of every operation, measured on the device that a network is for. A row holds for one place (channels and stride, which with
/// the input of the space also give the resolution) or for all others. The latency of a network is the sum over its operations and
/// <see cref="FixedSeconds"/>. Operations that are zero need no row.
/// </summary>
public sealed class LatencyTable : CostMetric
{
    private readonly IReadOnlyDictionary<(string, long?, int?), double> seconds;

    /// <summary>Makes a table.</summary>
    /// <param name="rows">The rows, each operation and place once.</param>
    /// <param name="fixedSeconds">What stem, preprocessing and head take together; they only matter for a limit.</param>
    /// <exception cref="ArgumentException">There is no row, a number is negative or not finite, a place has no channels or no stride, or
    /// a row comes twice.</exception>
    public LatencyTable(IEnumerable<OperationLatency> rows, double fixedSeconds = 0) : base("seconds")
    {
        ArgumentNullException.ThrowIfNull(rows);
        Rows = [.. rows];
        FixedSeconds = fixedSeconds;
        if (Rows.Count == 0)
            throw new ArgumentException("The table of latencies has no rows; give one for each operation.", nameof(rows));
        if (!IsDuration(fixedSeconds))
            throw new ArgumentException($"The fixed parts take {fixedSeconds} seconds; expected 0 or more.", nameof(fixedSeconds));
        var known = new Dictionary<(string, long?, int?), double>();
        foreach (OperationLatency row in Rows)
            if (Fault(row) is { } fault)
                throw new ArgumentException(fault, nameof(rows));
            else if (!known.TryAdd((row.Operation, row.Channels, row.Stride), row.Seconds))
                throw new ArgumentException($"The table of latencies has '{row.Operation}' twice" +
                    (row.Channels is null ? "" : $" for {row.Channels} channels, stride {row.Stride}") + "; expected each place once.",
                    nameof(rows));
        seconds = known;
    }

    /// <summary>Makes a table of operations that take the same time at every place.</summary>
    /// <param name="seconds">Seconds by name of the operation.</param>
    /// <param name="fixedSeconds">What stem, preprocessing and head take together.</param>
    /// <inheritdoc cref="LatencyTable(IEnumerable{OperationLatency}, double)" path="/exception"/>
    public LatencyTable(IReadOnlyDictionary<string, double> seconds, double fixedSeconds = 0)
        : this(Given.NotNull(seconds).Select(row => new OperationLatency(row.Key, row.Value)), fixedSeconds)
    {
    }

    /// <summary>The rows.</summary>
    public IReadOnlyList<OperationLatency> Rows { get; }

    /// <summary>What stem, preprocessing and head take together.</summary>
    public double FixedSeconds { get; }

    /// <summary>Reads a CSV file with the columns <c>operation</c> and <c>seconds</c>, and <c>channels</c> and <c>stride</c> if rows are
    /// for places, in any order; both are empty in a row for all other places.</summary>
    /// <param name="path">The file.</param>
    /// <param name="fixedSeconds">What stem, preprocessing and head take together.</param>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    /// <exception cref="InvalidDataException">The file is no such table; the message names the line, what was found and what was
    /// expected.</exception>
    public static LatencyTable Load(string path, double fixedSeconds = 0) => new(LatencyCsv.Read(path), fixedSeconds);

    /// <inheritdoc/>
    public override IEnumerable<string> Faults(SearchSpace space)
    {
        ArgumentNullException.ThrowIfNull(space);
        string[] known = [.. space.Cells.SelectMany(cell => cell.Operations.Select(operation => operation.Name)).Distinct()];
        string[] unknown = [.. Rows.Select(row => row.Operation).Except(known)];
        if (unknown.Length > 0)
            yield return $"The table of latencies has {string.Join(", ", unknown)}, which the space '{space.Name}' has not; expected " +
                $"some of {string.Join(", ", known)}. Remove the rows.";
        string[] missing = [.. Places(space).Where(of => Seconds(of) is null)
            .Select(of => $"'{of.Operation}' at {of.Channels} channels and stride {of.Stride}").Distinct()];
        if (missing.Length > 0)
            yield return $"The table of latencies has no row for {string.Join(", ", missing.Take(3))}" +
                (missing.Length > 3 ? $" and {missing.Length - 3} more" : "") + $"; expected one for every operation of '{space.Name}' " +
                "at every place. Add them, or rows without channels and stride for all places.";
    }

    private protected override OperationCosts Measure(SearchSpace space)
    {
        var operations = space.Cells.ToDictionary(cell => cell.Name, cell => OperationCosts.Table(cell, (edge, k) =>
            PlacesOf(space, cell).Sum(placed => Seconds(Place(placed, edge, k))!.Value)));
        return new OperationCosts(Unit, FixedSeconds, operations, genotype => FixedSeconds + space.Cells.Sum(cell =>
            Genes(cell, genotype[cell.Name]).Sum(gene => operations[cell.Name][gene.Edge, gene.Column])));
    }

    /// <summary>Edges and columns of the genes that are run.</summary>
    private static IEnumerable<(int Edge, int Column)> Genes(CellSpecification cell, CellGenotype genotype)
    {
        cell.Validate(new CellGenotype(genotype.Nodes), allowRepeatedEdges: true);
        int inputs = cell.Topology.Inputs;
        return genotype.Nodes.SelectMany((genes, i) => genes
            .Where(gene => gene.Source < inputs || genotype.Nodes[gene.Source - inputs].Count > 0)
            .Select(gene => (cell.Topology.Edge(gene.Source, inputs + i).Index, cell.Column(gene.Operation))));
    }

    private double? Seconds((string Operation, long Channels, int Stride, bool IsZero) of) =>
        seconds.TryGetValue((of.Operation, of.Channels, of.Stride), out double here) ? here
        : seconds.TryGetValue((of.Operation, null, null), out double anywhere) ? anywhere
        : of.IsZero ? 0 : null;

    private static IEnumerable<(string Operation, long Channels, int Stride, bool IsZero)> Places(SearchSpace space) =>
        from cell in space.Cells
        from placed in PlacesOf(space, cell)
        from edge in cell.Topology.Edges
        from k in cell.Allowed(edge)
        select Place(placed, edge, k);

    private static IEnumerable<CellPlacement> PlacesOf(SearchSpace space, CellSpecification cell) =>
        space.Layout.Layers.OfType<CellPlacement>().Where(placed => placed.Cell.Name == cell.Name);

    /// <summary>The operation of a column, under the name that it has in genotypes.</summary>
    private static (string Operation, long Channels, int Stride, bool IsZero) Place(CellPlacement placed, CellEdge edge, int k) =>
        (placed.Cell.Operations[k].DerivesAs, placed.Channels, placed.Place(edge).Stride, placed.Cell.Operations[k].IsZero);

    private static string? Fault(OperationLatency? row) =>
        row is null ? "A row of the table of latencies is null; expected an operation and its seconds."
        : !Gene.IsName(row.Operation)
            ? $"The table of latencies has a row for {Quoted.Of(row.Operation)}; expected the name of an operation."
        : !IsDuration(row.Seconds) ? $"The operation '{row.Operation}' takes {row.Seconds} seconds; expected a finite number, 0 or more."
        : row.Channels is null != row.Stride is null || row.Channels < 1 || row.Stride < 1
            ? $"The row of '{row.Operation}' is for {row.Channels?.ToString(CultureInfo.InvariantCulture) ?? "no"} channels and stride " +
                $"{row.Stride?.ToString(CultureInfo.InvariantCulture) ?? "none"}; expected both, at least 1, or none of them."
        : null;

    private static bool IsDuration(double seconds) => seconds >= 0 && double.IsFinite(seconds);
}
