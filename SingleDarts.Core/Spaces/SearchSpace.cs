using SingleDarts.Core.Operations;
using static TorchSharp.torch;

namespace SingleDarts.Core.Spaces;

/// <summary>
/// A search space: kinds of cells with their candidate operations, and the network that they are stacked into. Immutable; made by
/// <see cref="SearchSpaces"/> for the published spaces and by <see cref="Define"/> for one's own.
/// </summary>
public sealed class SearchSpace
{
    private readonly SearchSpaceBuilder builder;

    internal SearchSpace(SearchSpaceBuilder builder, IReadOnlyList<CellSpecification> cells, IReadOnlyList<LayerPlacement> layers)
    {
        this.builder = builder;
        Name = builder.Name;
        InputShape = [.. builder.InputShape];
        Classes = builder.ClassCount;
        Cells = cells;
        Layers = layers;
        Stem = new BlockPlacement(builder.StemFactory, builder.StemContext);
        Head = new BlockPlacement(builder.HeadFactory, new OperationContext(layers[^1].OutChannels, Classes));
        Preprocessing = builder.PreprocessingFactory;
        Derivation = builder.DerivationRule;
    }

    /// <summary>Name of the space in run records.</summary>
    public string Name { get; }

    /// <summary>Shape of one sample without the batch: channels first, then the spatial sizes, if any.</summary>
    public IReadOnlyList<long> InputShape { get; }

    /// <summary>Number of classes.</summary>
    public int Classes { get; }

    /// <summary>The kinds of cells, each with its own architecture parameters.</summary>
    public IReadOnlyList<CellSpecification> Cells { get; }

    /// <summary>First block: sample to the channels of the first layer.</summary>
    public BlockPlacement Stem { get; }

    /// <summary>Cells and fixed blocks, in order.</summary>
    public IReadOnlyList<LayerPlacement> Layers { get; }

    /// <summary>Last block: features to logits [N, Classes].</summary>
    public BlockPlacement Head { get; }

    /// <summary>Factory of what turns an earlier layer's output into an input node of a cell.</summary>
    public Func<OperationContext, nn.Module<Tensor, Tensor>> Preprocessing { get; }

    /// <summary>How architecture parameters become a genotype of this space, unless a search says otherwise.</summary>
    public IDerivation Derivation { get; }

    /// <summary>Whether somebody else's factories make modules, which may draw their first weights from the generator of the
    /// process.</summary>
    internal bool HasForeignFactories =>
        builder.HasForeignFactories || Cells.Any(cell => cell.Operations.Any(operation => !operation.IsOwn));

    /// <summary>Number of genotypes: the product over the edges of all cells of the operations that they allow.</summary>
    public double GenotypeCount =>
        Cells.Aggregate(1.0, (n, cell) => cell.Topology.Edges.Aggregate(n, (product, edge) => product * cell.Allowed(edge).Count));

    /// <summary>The space with fewer candidates on one edge, as by <see cref="SearchSpaceBuilder.Allowing"/>.</summary>
    /// <param name="kind">Name of the kind of cell.</param>
    /// <param name="edge">Index of the edge: its row in α.</param>
    /// <param name="operations">Names of the candidates that the edge has.</param>
    /// <exception cref="ArgumentException">There is no such kind, edge or candidate, or none is named.</exception>
    public SearchSpace Allowing(string kind, int edge, params IReadOnlyList<string> operations) => builder.Copy().Allowing(kind, edge, operations).Build();

    /// <summary>Begins the definition of a space.</summary>
    /// <param name="name">Name of the space in run records.</param>
    public static SearchSpaceBuilder Define(string name) => new(name);

    /// <summary>Derives a genotype from architecture parameters, one kind of cell after the other.</summary>
    /// <param name="derivation">The rule.</param>
    /// <param name="architecture">Parameters of every kind of cell.</param>
    public Genotype Derive(IDerivation derivation, IReadOnlyDictionary<string, CellSnapshot> architecture) =>
        new(Cells.ToDictionary(cell => cell.Name, cell => derivation.Derive(cell, architecture[cell.Name])));

    /// <summary>
    /// The layers in which the network of a genotype stands: those of the space, with the numbers of nodes and the outputs of the
    /// genotype's cells, which decide how many channels the cells give (sparse cells, NASNet, AmoebaNet).
    /// </summary>
    /// <param name="genotype">A genotype of the space, or of one with as many inputs and the same kinds of cells.</param>
    /// <exception cref="KeyNotFoundException">The genotype lacks a kind of cell of the space.</exception>
    /// <exception cref="ArgumentException">The output of a cell is made of nodes that it does not have.</exception>
    public SearchSpace FittedTo(Genotype genotype)
    {
        ArgumentNullException.ThrowIfNull(genotype);
        SearchSpace fitted = builder.BuildFor(genotype);
        return fitted.Cells.Zip(Cells).All(pair => pair.First.Topology.Equals(pair.Second.Topology)) ? this : fitted;
    }

    /// <summary>
    /// A random genotype, to compare a found one with: what <see cref="Derivation"/> makes of independent uniform numbers. In the published
    /// spaces every genotype that the rule can give is equally likely.
    /// </summary>
    /// <param name="seed">The same seed gives the same genotype on every machine.</param>
    public Genotype RandomGenotype(long seed)
    {
        var random = new Random(HashCode(seed));
        return Derive(Derivation, Cells.ToDictionary(cell => cell.Name, cell =>
        {
            var numbers = new double[cell.Topology.Edges.Count, cell.Operations.Count];
            for (int i = 0; i < numbers.Length; i++)
                numbers[i / cell.Operations.Count, i % cell.Operations.Count] = random.NextDouble();
            return new CellSnapshot(numbers, numbers);
        }));

        static int HashCode(long seed) => unchecked((int)(seed ^ (seed >> 32)));
    }

    /// <summary>The name of the space, its input and size.</summary>
    public override string ToString() =>
        $"{Name} ({string.Join("×", InputShape)} → {Classes} classes, {Layers.Count} layers, {GenotypeCount:G6} genotypes)";
}
