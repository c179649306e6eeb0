using SingleDarts.Core.Optimizers;
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
    private readonly Dictionary<string, SortedDictionary<string, Parameter>> further = [];
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
        ArgumentNullException.ThrowIfNull(cells);
        ArgumentNullException.ThrowIfNull(relaxation);
        using var kept = new BuildScope();
        Cells = cells;
        Relaxation = relaxation;
        for (int i = 0; i < cells.Count; i++)
        {
            using var generator = streams.CreateGenerator("alpha", i);
            using Tensor? start = relaxation.Initialize(cells[i].Topology.Edges.Count, cells[i].Operations.Count, generator);
            if (StartFault(cells[i], start) is { } fault)
                throw new ArgumentException(fault, nameof(relaxation));
            alphas[cells[i].Name] = Made(start!, dtype, device);
            further[cells[i].Name] = new(relaxation.FurtherParameters(cells[i], generator).ToDictionary(
                entry => FurtherFault(cells[i], entry.Key, entry.Value) is { } fault
                    ? throw new ArgumentException(fault, nameof(relaxation)) : entry.Key,
                entry => Made(entry.Value, dtype, device)), StringComparer.Ordinal);
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
    /// not allow is ignored: its gradient is 0, and only weight decay moves it.
    /// </summary>
    /// <param name="cell">Name of the kind.</param>
    /// <exception cref="ArgumentException">There is no such kind.</exception>
    public Parameter this[string cell] => alphas.TryGetValue(cell, out Parameter? alpha) ? alpha
        : throw new ArgumentException(NoSuchKind(cell), nameof(cell));

    /// <summary>
    /// Names and parameters, in the order of <see cref="Cells"/>: α under the name of the kind, and behind it the further parameters of
    /// the relaxation under <c>kind.name</c>.
    /// </summary>
    public IReadOnlyList<(string Name, Parameter Parameter)> Named => [.. Cells.SelectMany(cell =>
        further[cell.Name].Select(entry => ($"{cell.Name}.{entry.Key}", entry.Value)).Prepend((cell.Name, alphas[cell.Name])))];

    /// <summary>The further parameters of the relaxation for a kind of cell, by name
    /// (<see cref="IRelaxation.FurtherParameters"/>).</summary>
    /// <param name="cell">Name of the kind.</param>
    /// <exception cref="ArgumentException">There is no such kind.</exception>
    public IReadOnlyDictionary<string, Parameter> Further(string cell) =>
        further.GetValueOrDefault(cell) ?? throw new ArgumentException(NoSuchKind(cell), nameof(cell));

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
    /// How a kind of cell mixes its candidates at a moment, differentiable in α; p is exactly 0 for candidates that an edge does not
    /// allow, for which the relaxation is given −∞.
    /// </summary>
    /// <param name="cell">Name of the kind.</param>
    /// <param name="position">The moment.</param>
    /// <param name="generator">CPU generator that sampled relaxations draw from.</param>
    /// <exception cref="ArgumentException">There is no such kind, or p has another shape, type or device than α.</exception>
    public MixingWeights Relax(string cell, EpochPosition position, Generator generator)
    {
        using var scope = NewDisposeScope();
        MixingWeights given = UserPart.Call(Relaxation, () => $"The relaxation '{Relaxation.Name}' of cell '{cell}'",
            () => Relaxation.Relax(Alpha(cell), Context(cell, position, generator)));
        Tensor p = Allowed(cell, Checked(cell, given?.P));
        if (given!.Computed is { } computed && (computed.GetLength(0) != p.shape[0] || computed.GetLength(1) != p.shape[1]))
            throw new ArgumentException($"The relaxation '{Relaxation.Name}' says for [{computed.GetLength(0)}, {computed.GetLength(1)}] " +
                $"candidates of cell '{cell}' whether they are computed; expected [{string.Join(", ", p.shape)}] (edges, operations).");
        if (given.EdgeFactors is { } factors && (!factors.shape.SequenceEqual([p.shape[0]]) || factors.dtype != p.dtype))
            throw new ArgumentException($"The factors of edges that the relaxation '{Relaxation.Name}' gives for cell '{cell}' are " +
                $"{Describe(factors)}; expected [{p.shape[0]}] of {p.dtype}, one for each edge.");
        p.MoveToOuterDisposeScope();
        given.EdgeFactors?.MoveToOuterDisposeScope();
        return given with { P = p };
    }

    /// <summary>What derivations and records read of a kind of cell, [edges, operations]: the expectation of the relaxation.</summary>
    /// <inheritdoc cref="Relax"/>
    public Tensor Expectation(string cell, EpochPosition position, Generator generator)
    {
        using var scope = NewDisposeScope();
        Tensor expectation = UserPart.Call(Relaxation, () => $"Expectation of the relaxation '{Relaxation.Name}' of cell '{cell}'",
            () => Relaxation.Expectation(Alpha(cell), Context(cell, position, generator)));
        return Allowed(cell, Checked(cell, expectation)).MoveToOuterDisposeScope();
    }

    /// <summary>Copies α and its expectation as numbers.</summary>
    /// <param name="position">The moment.</param>
    /// <param name="generator">CPU generator for relaxations whose expectation draws.</param>
    public IReadOnlyDictionary<string, CellSnapshot> Snapshot(EpochPosition position, Generator generator)
    {
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        return Cells.ToDictionary(cell => cell.Name, cell => new CellSnapshot(
            Host.Matrix(this[cell.Name]), Host.Matrix(Expectation(cell.Name, position, generator))));
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
        foreach (CellSpecification cell in Cells)
        {
            alphas[cell.Name] = Moved(alphas[cell.Name], dtype, device);
            foreach (var (name, parameter) in further[cell.Name].ToArray())
                further[cell.Name][name] = Moved(parameter, dtype, device);
        }
        foreach (Dictionary<string, Tensor> places in new[] { excluded, allowed })
            foreach (var (name, tensor) in places.ToArray())
                using (tensor)
                    places[name] = tensor.to(device, copy: true).DetachFromDisposeScope();
    }

    /// <summary>Releases α.</summary>
    public void Dispose()
    {
        foreach (Tensor made in Named.Select(entry => entry.Parameter).Concat(excluded.Values).Concat(allowed.Values))
            made.Dispose();
    }

    private static Parameter Made(Tensor start, ScalarType dtype, Device? device)
    {
        var parameter = new Parameter(start.to(dtype, device ?? CPU, copy: true));
        parameter.DetachFromDisposeScope();
        return parameter;
    }

    private static Parameter Moved(Parameter parameter, ScalarType dtype, Device device)
    {
        using (parameter)
        using (Tensor values = parameter.detach())
            return Made(values, dtype, device);
    }

    private RelaxationContext Context(string cell, EpochPosition position, Generator generator) =>
        new(Cells.First(kind => kind.Name == cell), position, generator)
        {
            Parameters = further[cell].ToDictionary(entry => entry.Key, entry => (Tensor)entry.Value),
        };

    /// <summary>Which numbers of a named parameter matter, [edges, operations]; null if all do.</summary>
    internal Tensor? AllowedMask(string name) => excluded.TryGetValue(name, out Tensor? mask) ? mask.logical_not() : null;

    /// <summary>α of a kind of cell, −∞ for candidates that an edge does not allow: what relaxations are given.</summary>
    internal Tensor Alpha(string cell) =>
        excluded.TryGetValue(cell, out Tensor? mask) ? this[cell].Masked(mask, double.NegativeInfinity) : this[cell];

    private Tensor Allowed(string cell, Tensor p) => excluded.TryGetValue(cell, out Tensor? mask) ? p.Masked(mask, 0) : p;

    private string NoSuchKind(string cell) =>
        $"There is no kind of cell '{cell}'; the space has {string.Join(", ", Cells.Select(c => c.Name))}.";

    private string? FurtherFault(CellSpecification cell, string name, Tensor? start) =>
        start is null || start.dtype != ScalarType.Float64 || start.device_type != DeviceType.CPU
        || !Host.Number<bool>(start.isfinite().all())
            ? $"The start values of '{name}' that the relaxation '{Relaxation.Name}' gives for cell '{cell.Name}' are {Describe(start)}; " +
                "expected finite numbers of Float64 on cpu. Make them with dtype: ScalarType.Float64."
            : null;

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
