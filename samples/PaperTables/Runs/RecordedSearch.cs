using System.Text.Json.Nodes;
using SingleDarts.Core.Diagnostics;
using SingleDarts.Core.Genotypes;
using SingleDarts.Core.Runtime;
using SingleDarts.Core.Spaces;

namespace PaperTables.Runs;

/// <summary>The run folder of a search to read: options, kinds of cells, epochs, records, result. A damaged file is rejected with a
/// message.</summary>
internal sealed class RecordedSearch
{
    private RecordedSearch(RecordedRun recorded)
    {
        Recorded = recorded;
        Options = EarlierOptions.Upgrade(recorded.Options);
        Kinds = RecordedCells.Read(Options, fault => Damaged("options.json", fault));
        Result = File.Exists(new GuardedFolder(recorded.Path).PathOf("genotype.json"))
            ? RunFile.Read(recorded.Path, "genotype.json", "restore the file, or read it with the library that wrote it")
            : null;
        foreach (var epoch in recorded.Epochs)
            foreach (CellSpecification kind in Kinds)
            {
                Matrix(epoch.Architecture, kind);
                if (!epoch.Genotype.Cells.TryGetValue(kind.Name, out CellGenotype? cell))
                    throw Damaged("epochs.jsonl", $"epoch {epoch.Epoch} has no cell {Quoted.Of(kind.Name)}");
                try
                {
                    kind.Validate(cell, allowRepeatedEdges: true);
                }
                catch (ArgumentException e)
                {
                    throw Damaged("epochs.jsonl", $"epoch {epoch.Epoch} does not fit options.json: {e.Message.TrimEnd('.')}");
                }
            }
    }

    public RecordedRun Recorded { get; }

    /// <summary>Content of <c>options.json</c>, that of earlier versions as the present one writes it.</summary>
    public JsonNode Options { get; }

    /// <summary>The kinds of cells that were searched. Their operations have names and cannot be built.</summary>
    public IReadOnlyList<CellSpecification> Kinds { get; }

    /// <summary>Content of <c>genotype.json</c>; null until the run is finished.</summary>
    public JsonObject? Result { get; }

    public bool IsFinished => Result is not null;

    /// <summary>Why a rule ended the search early; null if none did.</summary>
    public string? StopReason => Result?["stopReason"]?.ToString();

    /// <summary>The genotype after the last epoch done; null before the first.</summary>
    public Genotype? Genotype => Recorded.Epochs.Count > 0 ? Recorded.Epochs[^1].Genotype : null;

    /// <exception cref="IOException">The folder holds no run.</exception>
    /// <exception cref="InvalidDataException">A file is damaged.</exception>
    public static RecordedSearch Open(string folder) => new(RecordedRun.Open(folder));

    /// <summary>Rejects runs that cannot be averaged or compared. The number of samples may differ, as between schemes; what a run does
    /// not record is not compared.</summary>
    /// <exception cref="ArgumentException">They are of different spaces or data sets.</exception>
    public static void RequireSame(IReadOnlyList<RecordedSearch> runs)
    {
        string[][] parts =
        [
            .. new[] { "name", "input", "classes", "cells", "layers" }.Select(part => new[] { "space", part }),
            .. new[] { "name", "input", "classes", "classNames" }.Select(part => new[] { "data", part }),
        ];
        foreach (RecordedSearch run in runs.Skip(1))
            foreach (string[] part in parts)
                if (runs[0].Options.At(part) is { } first && run.Options.At(part) is { } other && !JsonNode.DeepEquals(first, other))
                    throw new ArgumentException(
                        $"Runs of one figure must be of one space and one data set, but {string.Join('.', part)} is " +
                        $"{Quoted.Shorten(first.ToJsonString())} in {runs[0].Recorded.Path} and {Quoted.Shorten(other.ToJsonString())} " +
                        $"in {run.Recorded.Path}; draw them apart.");
    }

    /// <summary>A value of <c>options.json</c> as text.</summary>
    public string Option(params string[] path) => Options.At(path) is { } value ? PartText.Of(value) : "not recorded";

    /// <summary>A shape of <c>options.json</c>, for example <c>3x32x32</c>.</summary>
    public string Shape(params string[] path) => Options.At(path) is JsonArray sizes ? string.Join('x', sizes) : Option(path);

    public CellSpecification Kind(string name) => Kinds.FirstOrDefault(k => k.Name == name) ?? throw new ArgumentException(
        $"There is no kind of cell '{name}' in {Recorded.Path}; it has {string.Join(", ", Kinds.Select(k => k.Name))}.");

    /// <summary>The matrix of a kind, [edges, operations].</summary>
    public double[,] Matrix(IReadOnlyDictionary<string, double[,]> matrices, CellSpecification kind) =>
        matrices.TryGetValue(kind.Name, out double[,]? matrix)
        ? RequireShape(matrix, kind)
        : throw Damaged("a record", $"there is no matrix of the cell {Quoted.Of(kind.Name)}");

    /// <summary>The operation weights of a kind, [edges, operations].</summary>
    public double[,] Matrix(IReadOnlyDictionary<string, CellSnapshot> snapshots, CellSpecification kind) =>
        snapshots.TryGetValue(kind.Name, out CellSnapshot? snapshot)
        ? RequireShape(snapshot.OperationWeights, kind, "epochs.jsonl")
        : throw Damaged("epochs.jsonl", $"there is no α of the cell {Quoted.Of(kind.Name)}");

    public double[,] RequireShape(double[,] matrix, CellSpecification kind, string file = "a record") =>
        (matrix.GetLength(0), matrix.GetLength(1)) == (kind.Topology.Edges.Count, kind.Operations.Count) ? matrix
            : throw Damaged(file,
            $"a matrix of the cell {Quoted.Of(kind.Name)} is {matrix.GetLength(0)} × {matrix.GetLength(1)}, expected " +
            $"{kind.Topology.Edges.Count} × {kind.Operations.Count}");

    private InvalidDataException Damaged(string file, string fault) =>
        new($"The run in {Recorded.Path} is damaged: in {file}, {fault}. Restore the file, or read it with the library that wrote it.");
}
