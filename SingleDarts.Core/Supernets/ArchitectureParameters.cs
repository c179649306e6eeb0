using SingleDarts.Core.Runtime;
using SingleDarts.Core.Spaces;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace SingleDarts.Core.Supernets;

/// <summary>
/// The architecture parameters α of a supernet: one tensor [edges, operations] for each kind of cell, shared by all its copies. They
/// are not among the supernet's <c>parameters()</c>, so an optimiser of the weights never moves them.
/// </summary>
public sealed class ArchitectureParameters : IDisposable
{
    private readonly Dictionary<string, Parameter> alphas = [];
    private readonly Dictionary<string, Tensor> excluded = [], allowed = [];

    /// <summary>Makes α at its start values.</summary>
    /// <param name="cells">The kinds of cells.</param>
    /// <param name="relaxation">Gives the start values and the operation weights.</param>
    /// <param name="streams">Random streams; α draws from the stream <c>"alpha"</c>.</param>
    /// <param name="device">Device of α; the CPU if <see langword="null"/>.</param>
    /// <param name="dtype">Floating type of α.</param>
    /// <exception cref="ArgumentException">
    /// The start values are not finite numbers of float64 on the CPU, one for each edge and operation.
    /// </exception>
    public ArchitectureParameters(
        IReadOnlyList<CellSpecification> cells, IRelaxation relaxation, RandomStreams streams,
        Device? device = null, ScalarType dtype = ScalarType.Float32)
    {
        using var kept = new BuildScope();
        Cells = cells;
        Relaxation = relaxation;
        for (int i = 0; i < cells.Count; i++)
        {
            using var generator = streams.CreateGenerator("alpha", i);
            using Tensor? start = relaxation.Initialize(cells[i].Topology.Edges.Count, cells[i].Operations.Count, generator);
            if (StartFault(cells[i], start) is { } fault)
                throw new ArgumentException(fault, nameof(relaxation));
            var alpha = new Parameter(start!.to(dtype, device ?? CPU, copy: true));
            alpha.DetachFromDisposeScope();
            alphas[cells[i].Name] = alpha;
            Exclude(cells[i]);
        }
    }

    /// <summary>The kinds of cells.</summary>
    public IReadOnlyList<CellSpecification> Cells { get; private set; }

    /// <summary>Turns α into operation weights.</summary>
    public IRelaxation Relaxation { get; }

    /// <summary>
    /// α of a kind of cell, [edges, operations]; its <c>grad</c> is ∂L/∂α after a backward pass. What it holds for candidates that an
    /// edge does
    /// not allow is read by nobody: its gradient is 0, and only weight decay moves it.
    /// </summary>
    /// <param name="cell">Name of the kind.</param>
    /// <exception cref="ArgumentException">There is no such kind.</exception>
    public Parameter this[string cell] => alphas.TryGetValue(cell, out Parameter? alpha) ? alpha : throw new ArgumentException(
        $"There is no kind of cell '{cell}'; the space has {string.Join(", ", Cells.Select(c => c.Name))}.", nameof(cell));

    /// <summary>Names and parameters, in the order of <see cref="Cells"/>.</summary>
    public IReadOnlyList<(string Name, Parameter Parameter)> Named => [.. Cells.Select(cell => (cell.Name, alphas[cell.Name]))];

    /// <summary>α of the candidates that the edges of a kind of cell allow, [their number], edge by edge, differentiable in α: for
    /// penalties.</summary>
    /// <param name="cell">Name of the kind.</param>
    /// <exception cref="ArgumentException">There is no such kind.</exception>
    public Tensor AllowedAlpha(string cell)
    {
        Tensor all = this[cell].flatten();
        if (!allowed.TryGetValue(cell, out Tensor? places))
            return all;
        using (all)
            return all.gather(0, places);
    }

    /// <summary>
    /// Operation weights p of a kind of cell, [edges, operations], differentiable in α; exactly 0 for candidates that an edge does not
    /// allow,
    /// for which the relaxation is given −∞.
    /// </summary>
    /// <param name="cell">Name of the kind.</param>
    /// <param name="context">The moment, for sampled relaxations.</param>
    /// <exception cref="ArgumentException">There is no such kind, or p has another shape, type or device than α.</exception>
    public Tensor OperationWeights(string cell, RelaxationContext context)
    {
        if (!excluded.TryGetValue(cell, out Tensor? mask))
            return Checked(cell, Relaxation.OperationWeights(this[cell], context));
        using var scope = NewDisposeScope();
        Tensor alpha = this[cell].Masked(mask, double.NegativeInfinity);
        return Checked(cell, Relaxation.OperationWeights(alpha, context)).Masked(mask, 0).MoveToOuterDisposeScope();
    }

    /// <summary>Copies α and p as numbers.</summary>
    /// <param name="context">The moment, for sampled relaxations.</param>
    public IReadOnlyDictionary<string, CellSnapshot> Snapshot(RelaxationContext context)
    {
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        return Cells.ToDictionary(
            cell => cell.Name, cell => new CellSnapshot(Host.Matrix(this[cell.Name]), Host.Matrix(OperationWeights(cell.Name, context))));
    }

    /// <summary>Takes candidates away; α stays.</summary>
    /// <param name="cells">The same kinds of cells with fewer candidates.</param>
    internal void Restrict(IReadOnlyList<CellSpecification> cells)
    {
        Cells = cells;
        foreach (Tensor made in excluded.Values.Concat(allowed.Values))
            made.Dispose();
        excluded.Clear();
        allowed.Clear();
        foreach (CellSpecification cell in cells)
            Exclude(cell);
    }

    /// <summary>Replaces every α by a new parameter of the same values; who keeps an α has to fetch it again.</summary>
    internal void MoveTo(Device device, ScalarType dtype)
    {
        using var _ = no_grad();
        foreach (var (name, alpha) in Named)
        {
            using (alpha)
                alphas[name] = new Parameter(alpha.detach().to(dtype, device, copy: true));
            alphas[name].DetachFromDisposeScope();
        }
        foreach (Dictionary<string, Tensor> places in new[] { excluded, allowed })
            foreach (var (name, tensor) in places.ToArray())
                using (tensor)
                    places[name] = tensor.to(device, copy: true).DetachFromDisposeScope();
    }

    /// <summary>Releases α.</summary>
    public void Dispose()
    {
        foreach (Tensor made in alphas.Values.Concat(excluded.Values).Concat(allowed.Values))
            made.Dispose();
    }

    private string? StartFault(CellSpecification cell, Tensor? start)
    {
        long[] expected = [cell.Topology.Edges.Count, cell.Operations.Count];
        if (start is null || !start.shape.SequenceEqual(expected) || start.dtype != ScalarType.Float64
            || start.device_type != DeviceType.CPU)
            return $"The start values of α that the relaxation '{Relaxation.Name}' gives for cell '{cell.Name}' are {Describe(start)}; " +
                "expected " +
                $"[{string.Join(", ", expected)}] (edges, operations) of Float64 on cpu. Make them in Initialize(edges, operations, " +
                "generator) with dtype: ScalarType.Float64.";
        return Host.Number<bool>(start.isfinite().all()) ? null
            : $"The start values of α that the relaxation '{Relaxation.Name}' gives for " +
            $"cell '{cell.Name}' are not all finite; expected finite numbers.";
    }

    private Tensor Checked(string cell, Tensor? p)
    {
        Tensor alpha = this[cell];
        return p is not null && p.shape.SequenceEqual(alpha.shape) && p.dtype == alpha.dtype && p.device_type == alpha.device_type &&
            p.device_index == alpha.device_index ? p : throw new ArgumentException(
            $"The operation weights p that the relaxation '{Relaxation.Name}' gives for cell '{cell}' are {Describe(p)}; expected " +
            $"{Describe(alpha)}, as α is: edges, operations. Normalise over the last dimension, and keep shape, type and device of α.");
    }

    private static string Describe(Tensor? tensor) =>
        tensor is null ? "null" : $"[{string.Join(", ", tensor.shape)}] of {tensor.dtype} on {tensor.device}";

    private void Exclude(CellSpecification cell)
    {
        if (cell.IsEverythingAllowed)
            return;
        using var scope = NewDisposeScope();
        Device device = this[cell.Name].device;
        Tensor mask = Excluded(cell);
        excluded[cell.Name] = mask.to(device, copy: true).DetachFromDisposeScope();
        allowed[cell.Name] = mask.flatten().logical_not().nonzero().flatten().to(device, copy: true).DetachFromDisposeScope();
    }

    private static Tensor Excluded(CellSpecification cell) => tensor(
        [.. cell.Topology.Edges.SelectMany(edge => Enumerable.Range(0, cell.Operations.Count).Select(k => !cell.IsAllowed(edge, k)))],
        [cell.Topology.Edges.Count, cell.Operations.Count]);
}
