using SingleDarts.Core.Genotypes;
using SingleDarts.Core.Runtime;
using SingleDarts.Core.Spaces;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace SingleDarts.Core.Schemes;

/// <summary>
/// The controller of ENAS in NAS-Bench-201: an LSTM of two layers and 32 hidden numbers that chooses one operation for each edge, in edge
/// order. The first input is learnt, every other one is the embedding of the operation before; z = 2.5 tanh(linear(h) / 5) and the
/// operation is drawn from softmax(z). 17,253 parameters for five operations. It lives on the CPU.
/// </summary>
/// <remarks>
/// <c>D-X-Y/AutoDL-Projects</c>, <c>search_model_enas_utils.py</c>. First numbers there: U(−0.1, 0.1) for the first input, the embedding,
/// the matrices of the first layer and of the linear one; PyTorch's own for all others.
/// </remarks>
internal sealed class EnasController : nn.Module
{
    private const int Hidden = 32, LayerCount = 2;
    private const double Temperature = 5, Range = 2.5, Bound = 0.1;
    private readonly SearchSpace space;
    private readonly Parameter start, embedding, weight, bias;
    private readonly Layer[] layers;

    /// <summary>Makes a controller.</summary>
    /// <param name="space">Its kinds of cells have one list of operations.</param>
    /// <param name="generator">CPU generator of the first numbers.</param>
    public EnasController(SearchSpace space, Generator generator) : base(nameof(EnasController))
    {
        this.space = space;
        int operations = space.Cells[0].Operations.Count;
        double natural = 1 / Math.Sqrt(Hidden);
        Parameter Uniform(double bound, params long[] shape)
        {
            using var scope = NewDisposeScope();
            Tensor numbers = rand(shape, ScalarType.Float32, generator: generator).Times(2 * bound).Plus(-bound);
            var made = new Parameter(numbers.DetachFromDisposeScope());
            made.DetachFromDisposeScope();
            return made;
        }
        start = Uniform(Bound, 1, Hidden);
        layers = [.. Enumerable.Range(0, LayerCount).Select(layer => new Layer(
            Uniform(layer == 0 ? Bound : natural, 4 * Hidden, Hidden), Uniform(layer == 0 ? Bound : natural, 4 * Hidden, Hidden),
            Uniform(natural, 4 * Hidden), Uniform(natural, 4 * Hidden)))];
        embedding = Uniform(Bound, operations, Hidden);
        weight = Uniform(Bound, operations, Hidden);
        bias = Uniform(natural, operations);
        for (int i = 0; i < LayerCount; i++)
            foreach (var (name, parameter) in layers[i].Named)
                register_parameter($"lstm_{name}_l{i}", parameter);
        RegisterComponents();
    }

    /// <summary>Draws a genotype, with the gradient of its probability.</summary>
    /// <param name="generator">CPU generator of the choices.</param>
    public ControllerSample Sample(Generator generator) => Walk((_, logProbabilities) => Draw(logProbabilities, generator));

    /// <summary>The same for a genotype that is given.</summary>
    /// <param name="genotype">A genotype with one operation on every edge.</param>
    public ControllerSample Of(Genotype genotype) => Walk((place, _) =>
    {
        var (cell, edge) = place;
        Gene gene = genotype[cell.Name].Nodes[edge.Target - cell.Topology.Inputs].Single(gene => gene.Source == edge.Source);
        return cell.Column(gene.Operation);
    });

    private ControllerSample Walk(Func<(CellSpecification Cell, CellEdge Edge), Tensor, int> choose)
    {
        using var scope = NewDisposeScope();
        Tensor input = start;
        (Tensor Hidden, Tensor Memory)[] states = [.. layers.Select(_ => (zeros(1, Hidden), zeros(1, Hidden)))];
        Tensor probability = zeros(1), entropy = zeros(1);
        var cells = new Dictionary<string, CellGenotype>();
        foreach (CellSpecification cell in space.Cells)
        {
            var columns = new List<int>();
            foreach (CellEdge edge in cell.Topology.Edges)
            {
                for (int i = 0; i < LayerCount; i++)
                {
                    states[i] = layers[i].Step(input, states[i]);
                    input = states[i].Hidden;
                }
                Tensor z = nn.functional.linear(input, weight, bias).Over(Temperature).tanh().Times(Range);
                Tensor logs = nn.functional.log_softmax(Derivable(z, cell, edge), 1);
                int choice = choose((cell, edge), logs);
                probability = probability.Plus(logs[0, choice]);
                entropy = entropy - (logs.exp() * logs.nan_to_num(0, 0, 0)).sum();
                columns.Add(choice);
                input = embedding[choice].unsqueeze(0);
            }
            cells[cell.Name] = cell.Path(columns);
        }
        return new ControllerSample(
            new Genotype(cells), probability.squeeze().MoveToOuterDisposeScope(), entropy.squeeze().MoveToOuterDisposeScope());
    }

    /// <summary>Scores in which candidates that no genotype may have on an edge have no probability.</summary>
    private static Tensor Derivable(Tensor scores, CellSpecification cell, CellEdge edge)
    {
        IReadOnlyList<int> columns = cell.Derivable(edge);
        if (columns.Count == cell.Operations.Count)
            return scores;
        Tensor mask = tensor([.. Enumerable.Range(0, cell.Operations.Count).Select(k => !columns.Contains(k))]).unsqueeze(0);
        return scores.Masked(mask, double.NegativeInfinity);
    }

    private static int Draw(Tensor logProbabilities, Generator generator) =>
        generator.Categorical(Host.Doubles(logProbabilities.detach().exp().flatten()));

    /// <summary>One layer of an LSTM, with the parameters and gates of PyTorch: input, forget, cell, output.</summary>
    private sealed record Layer(Parameter OfInput, Parameter OfHidden, Parameter InputBias, Parameter HiddenBias)
    {
        public IEnumerable<(string Name, Parameter Parameter)> Named =>
            [("weight_ih", OfInput), ("weight_hh", OfHidden), ("bias_ih", InputBias), ("bias_hh", HiddenBias)];

        public (Tensor Hidden, Tensor Memory) Step(Tensor input, (Tensor Hidden, Tensor Memory) state)
        {
            Tensor[] gates = nn.functional.linear(input, OfInput, InputBias)
                .Plus(nn.functional.linear(state.Hidden, OfHidden, HiddenBias)).chunk(4, 1);
            Tensor memory = (gates[1].sigmoid() * state.Memory).Plus(gates[0].sigmoid() * gates[2].tanh());
            return (gates[3].sigmoid() * memory.tanh(), memory);
        }
    }
}
