namespace SingleDarts.Core.Genotypes;

/// <summary>Cells that somebody published.</summary>
/// <param name="Name">Name of the method, and of the dataset or the run if there are several.</param>
/// <param name="Genotype">The cells <c>normal</c> and <c>reduction</c>.</param>
/// <param name="Source">Repository and file.</param>
public sealed record PublishedGenotype(string Name, Genotype Genotype, string Source)
{
    /// <summary>Whether a node reads another one twice, as in the cells of NASNet, AmoebaNet and ENAS.</summary>
    public bool HasRepeatedEdges => Genotype.Cells.Values.SelectMany(cell => cell.Nodes)
        .Any(genes => genes.DistinctBy(gene => gene.Source).Count() < genes.Count);
}
