using SingleDarts.Core.Genotypes;

namespace SingleDarts.Core.Spaces;

/// <summary>Whether a cell of a genotype is of the kind.</summary>
partial class CellSpecification
{
    /// <summary>Checks that a cell is of this kind: its nodes, sources and operations exist.</summary>
    /// <param name="cell">A cell.</param>
    /// <param name="allowRepeatedEdges">Whether a node may read another one twice, as in NASNet's cells; derived cells do not.</param>
    /// <exception cref="ArgumentException">The cell is not of this kind; the message lists every fault.</exception>
    public void Validate(CellGenotype cell, bool allowRepeatedEdges = false)
    {
        List<string> faults = [.. Faults(cell, allowRepeatedEdges)];
        if (faults.Count > 0)
            throw new ArgumentException(
                $"The genotype '{cell}' is not a '{Name}' cell of {Topology.Inputs} input(s): " +
                $"{string.Join("; ", faults)}. Use the space that it was derived in, or correct the text.");
    }

    /// <summary>What keeps a cell from being of this kind; empty if nothing does.</summary>
    /// <inheritdoc cref="Validate"/>
    public IEnumerable<string> Faults(CellGenotype cell, bool allowRepeatedEdges = false)
    {
        ArgumentNullException.ThrowIfNull(cell);
        var faults = new List<string>();
        if (cell.Nodes.Count != Topology.ComputedNodes)
            faults.Add($"it has {cell.Nodes.Count} computed nodes, expected {Topology.ComputedNodes}");
        for (int i = 0; i < cell.Nodes.Count; i++)
        {
            int node = Topology.Inputs + i;
            foreach (Gene gene in cell.Nodes[i])
                if (Fault(gene, node) is { } fault)
                    faults.Add(fault);
            foreach (var genes in cell.Nodes[i].GroupBy(gene => gene.Source))
                if (genes.Count() > 1 && !allowRepeatedEdges)
                    faults.Add(
                        $"node {node} reads node {genes.Key} {genes.Count()} times ({string.Join(", ", genes)}), expected at most once " +
                        "(a network takes it with AllowRepeatedEdges)");
        }
        if (cell.OutputNodes is not null && !cell.OutputNodes.SequenceEqual(Topology.OutputNodes))
            faults.Add(
                $"its output is made of nodes {string.Join(", ", cell.OutputNodes)}, expected {string.Join(", ", Topology.OutputNodes)}");
        string[] unknown = [.. cell.Nodes.SelectMany(genes => genes).Select(gene => gene.Operation).Distinct()
            .Except(Operations.Select(operation => operation.Name))];
        if (unknown.Length > 0)
            faults.Add($"unknown operation '{string.Join("', '", unknown)}', expected one of {string.Join(", ", Operations)}");
        return faults;
    }

    /// <summary>What is wrong with a gene of a node; null if nothing is, or if its operation is unknown.</summary>
    private string? Fault(Gene gene, int node)
    {
        if (gene.Source >= node)
            return $"gene '{gene}' of node {node} reads node {gene.Source}, expected an earlier one (0 to {node - 1})";
        bool isKnown = node < Topology.Nodes && Operations.Any(operation => operation.Name == gene.Operation);
        if (!isKnown)
            return null;
        string[] names = [.. Allowed(Topology.Edge(gene.Source, node)).Select(k => Operations[k].Name)];
        return names.Contains(gene.Operation) ? null
            : $"gene '{gene}' of node {node} has an operation that its edge does not allow, expected one of {string.Join(", ", names)}";
    }
}
