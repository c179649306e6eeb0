using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using SingleDarts.Core.Diagnostics;
using SingleDarts.Core.Genotypes;
using SingleDarts.Core.Operations;
using SingleDarts.Core.Spaces;

namespace PaperTables;

/// <summary>A recorded run with what its files say about it. Whatever is damaged is refused with a message.</summary>
internal sealed partial class RunFacts
{
    private RunFacts(RecordedRun recorded)
    {
        Recorded = recorded;
        Kinds = ReadKinds();
        Result = ReadResult();
        foreach (var epoch in recorded.Epochs)
            foreach (CellSpecification kind in Kinds)
            {
                Matrix(epoch.Architecture, kind);
                if (!epoch.Genotype.Cells.TryGetValue(kind.Name, out CellGenotype? cell))
                    throw Damaged("epochs.jsonl", $"epoch {epoch.Epoch} has no cell '{kind.Name}'");
                kind.Validate(cell);
            }
    }

    public RecordedRun Recorded { get; }

    /// <summary>The kinds of cells that were searched. Their operations have names and cannot be built.</summary>
    public IReadOnlyList<CellSpecification> Kinds { get; }

    /// <summary>Content of <c>genotype.json</c>; null while the run is not finished.</summary>
    public JsonObject? Result { get; }

    public bool IsFinished => Result is not null;

    /// <summary>Why a rule ended the search early; null where none did.</summary>
    public string? StopReason => Result?["stopReason"]?.ToString();

    /// <summary>The genotype after the last epoch done; null before the first.</summary>
    public Genotype? Genotype => Recorded.Epochs.Count > 0 ? Recorded.Epochs[^1].Genotype : null;

    /// <exception cref="IOException">The folder holds no run.</exception>
    /// <exception cref="InvalidDataException">A file is damaged.</exception>
    public static RunFacts Open(string folder) => new(RecordedRun.Open(folder));

    /// <summary>Refuses runs that cannot be averaged or compared. The number of samples may differ, as between schemes; what a run does not record is not compared.</summary>
    /// <exception cref="ArgumentException">They are of different spaces or data sets.</exception>
    public static void RequireSame(IReadOnlyList<RunFacts> runs)
    {
        string[][] parts =
        [
            .. new[] { "name", "input", "classes", "cells", "layers" }.Select(part => new[] { "space", part }),
            .. new[] { "name", "input", "classes", "classNames" }.Select(part => new[] { "data", part }),
        ];
        foreach (RunFacts run in runs.Skip(1))
            foreach (string[] part in parts)
                if (Value(runs[0].Recorded.Options, part) is { } first && Value(run.Recorded.Options, part) is { } other && !JsonNode.DeepEquals(first, other))
                    throw new ArgumentException($"Runs of one figure must be of one space and one data set, but {string.Join('.', part)} is " +
                        $"{first.ToJsonString()} in {runs[0].Recorded.Path} and {other.ToJsonString()} in {run.Recorded.Path}; draw them apart.");
    }

    /// <summary>A value of <c>options.json</c> as text.</summary>
    public string Option(params string[] path) => Value(Recorded.Options, path)?.ToString() ?? "not recorded";

    public CellSpecification Kind(string name) => Kinds.FirstOrDefault(k => k.Name == name) ?? throw new ArgumentException(
        $"There is no kind of cell '{name}' in {Recorded.Path}; it has {string.Join(", ", Kinds.Select(k => k.Name))}.");

    /// <summary>The matrix of a kind, [edges, operations].</summary>
    public double[,] Matrix(IReadOnlyDictionary<string, double[,]> matrices, CellSpecification kind) => matrices.TryGetValue(kind.Name, out double[,]? matrix)
        ? RequireShape(matrix, kind)
        : throw Damaged("a record", $"there is no matrix of the cell '{kind.Name}'");

    /// <summary>The operation weights of a kind, [edges, operations].</summary>
    public double[,] Matrix(IReadOnlyDictionary<string, CellSnapshot> snapshots, CellSpecification kind) => snapshots.TryGetValue(kind.Name, out CellSnapshot? snapshot)
        ? RequireShape(snapshot.OperationWeights, kind)
        : throw Damaged("epochs.jsonl", $"there is no α of the cell '{kind.Name}'");

    public double[,] RequireShape(double[,] matrix, CellSpecification kind) =>
        (matrix.GetLength(0), matrix.GetLength(1)) == (kind.Topology.Edges.Count, kind.Operations.Count) ? matrix : throw Damaged("a record",
            $"a matrix of the cell '{kind.Name}' is {matrix.GetLength(0)} × {matrix.GetLength(1)}, expected {kind.Topology.Edges.Count} × {kind.Operations.Count}");

    [GeneratedRegex(@"^(\d+) inputs, (\d+) nodes, (\w+)$")]
    private static partial Regex Topology();

    private static JsonNode? Value(JsonNode? node, params IEnumerable<string> path) =>
        path.Aggregate(node, (at, name) => (at as JsonObject)?[name]);

    private CellSpecification[] ReadKinds()
    {
        if (Value(Recorded.Options, "space", "cells") is not JsonObject { Count: > 0 } cells)
            throw Damaged("options.json", "it does not say which cells were searched (space.cells)");
        try
        {
            return [.. cells.Select(cell => Kind(cell.Key, cell.Value))];
        }
        catch (Exception e) when (e is ArgumentException or FormatException or OverflowException)
        {
            throw Damaged("options.json", $"space.cells cannot be read ({e.Message})");
        }
    }

    private CellSpecification Kind(string name, JsonNode? cell)
    {
        Match match = Topology().Match(Value(cell, "topology")?.ToString() ?? "");
        if (!match.Success)
            throw new FormatException($"topology of '{name}' is {Value(cell, "topology")?.ToJsonString() ?? "absent"}");
        string[]? learnable = Value(Recorded.Options, "learnable", name)?.ToString().Split(' ');
        return new CellSpecification(name,
            new CellTopology(int.Parse(match.Groups[1].Value), int.Parse(match.Groups[2].Value), Enum.Parse<CellOutput>(match.Groups[3].Value)),
            [.. (Value(cell, "operations")?.ToString() ?? "").Split(' ').Select(operation => new CandidateOperation(
                operation, _ => throw new NotSupportedException("An operation of a recorded run cannot be built."), learnable?.Contains(operation) ?? IsLearnable(operation)))]);
    }

    /// <summary>By its name, for runs that do not say it.</summary>
    private static bool IsLearnable(string operation) =>
        !new[] { "none", "zero", "skip", "identity", "pool" }.Any(part => operation.Contains(part, StringComparison.OrdinalIgnoreCase));

    private JsonObject? ReadResult()
    {
        string file = Path.Combine(Recorded.Path, "genotype.json");
        if (!File.Exists(file))
            return null;
        try
        {
            return JsonNode.Parse(File.ReadAllText(file)) as JsonObject ?? throw new JsonException("It is no object.");
        }
        catch (JsonException e)
        {
            throw Damaged("genotype.json", $"it is not JSON ({e.Message})");
        }
    }

    private InvalidDataException Damaged(string file, string fault) =>
        new($"The run in {Recorded.Path} is damaged: in {file}, {fault}. Restore the file, or read it with the library that wrote it.");
}
