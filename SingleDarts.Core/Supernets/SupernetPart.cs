using SingleDarts.Core.Operations;
using SingleDarts.Core.Spaces;
using static TorchSharp.torch;

namespace SingleDarts.Core.Supernets;

/// <summary>A module of a supernet that a factory of the space made.</summary>
/// <param name="Name">What it is and where, at the beginning of a sentence.</param>
/// <param name="Module">The module.</param>
/// <param name="Candidate">The candidate, or null for stem, blocks, preprocessing and head.</param>
internal sealed record SupernetPart(string Name, nn.Module Module, CandidateOperation? Candidate = null)
{
    /// <summary>All parts, from the stem to the head; of an edge the candidates that it allows.</summary>
    public static IEnumerable<SupernetPart> Of(Supernet supernet)
    {
        yield return new("The stem", supernet.Stem);
        foreach (nn.Module layer in supernet.Layers)
            if (layer is not SupernetCell cell)
                yield return new("The block between stages", layer);
            else
                foreach (SupernetPart part in Of(cell))
                    yield return part;
        yield return new("The head", supernet.Head);
    }

    /// <summary>The name of a candidate on an edge.</summary>
    public static string NameOf(CellSpecification cell, CellEdge edge, CandidateOperation candidate) =>
        $"Candidate '{candidate.Name}' on edge {edge.Source}->{edge.Target} of cell '{cell.Name}'";

    /// <summary>The name of what makes an input node.</summary>
    public static string NameOf(CellSpecification cell, int input) => $"The preprocessing of input {input} of cell '{cell.Name}'";

    /// <summary>Sentences that say which parts share modules and which candidates lack the weights that they are said to have.</summary>
    /// <param name="parts">All parts of a supernet.</param>
    public static IEnumerable<string> Faults(IReadOnlyList<SupernetPart> parts) =>
        SharedModules.Faults(parts.Select(part => (part.Name, part.Module)))
        .Concat(parts.Where(part => part.Candidate is { IsLearnable: true }).GroupBy(part => part.Candidate)
            .Where(copies => !copies.Any(part => part.Module.parameters().Any()))
            .Select(copies => $"{copies.First().Name} is declared learnable but has no parameters; expected some. Keep its modules and " +
                "parameters in fields, " +
                "lists of modules in a ModuleList, so that they are registered, or declare it with isLearnable: false."));

    private static IEnumerable<SupernetPart> Of(SupernetCell cell)
    {
        CellSpecification kind = cell.Placement.Cell;
        for (int i = 0; i < cell.Preprocessing.Count; i++)
            yield return new(NameOf(kind, i), cell.Preprocessing[i]);
        foreach (CellEdge edge in kind.Topology.Edges)
            foreach (int k in kind.Allowed(edge))
                yield return new(NameOf(kind, edge, kind.Operations[k]), cell[edge.Index][k], kind.Operations[k]);
    }
}
