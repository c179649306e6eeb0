using SingleDarts.Core.Optimizers;
using SingleDarts.Core.Runtime;
using SingleDarts.Core.Spaces;
using TorchSharp.Modules;
using TorchSharp;
using static TorchSharp.torch;

namespace SingleDarts.Core.Supernets;

/// <summary>
/// The network that holds every genotype of a space at once: stem, searched cells and fixed blocks, head. Its weights w are
/// <c>named_parameters()</c>; its architecture parameters α are <see cref="Architecture"/>, and stand in its <c>state_dict()</c> as
/// <c>alpha.&lt;cell&gt;</c>.
/// </summary>
public sealed partial class Supernet : nn.Module<Tensor, Tensor>
{
    private readonly nn.Module<Tensor, Tensor> stem;
    private readonly ModuleList<nn.Module> layers;
    private readonly nn.Module<Tensor, Tensor> head;
    private readonly LayerStack<SupernetCell> stack;
    private readonly RandomStreams streams;
    private readonly Generator relaxationGenerator;
    private readonly IScheduledModule[] scheduled;
    private EpochPosition position = new(0, 0, 1);
    private readonly BackwardState backward = new();
    private CellExecution execution;

    /// <summary>
    /// Builds the network and its architecture parameters, both drawn from the options' seed alone.
    /// </summary>
    /// <param name="space">The search space.</param>
    /// <param name="relaxation">α to operation weights; the paper's sigmoid if <see langword="null"/>.</param>
    /// <param name="options">Seed, device, types; the defaults if <see langword="null"/>.</param>
    /// <exception cref="ArgumentException">
    /// A factory fails or gives one module twice, a candidate that is declared learnable has no weights, or the relaxation's start values
    /// do not
    /// fit; the message names the part.
    /// </exception>
    public Supernet(SearchSpace space, IRelaxation? relaxation = null, SupernetOptions? options = null) : base(nameof(Supernet))
    {
        TorchRuntime.EnsureLoaded();
        ArgumentNullException.ThrowIfNull(space);
        options ??= new SupernetOptions();
        using var kept = new BuildScope();
        Space = space;
        streams = new RandomStreams(options.Seed);
        Device = options.Device ?? CPU;
        DataType = options.DataType;
        using (new RunRandom.Draw(streams.Derive("weights"), space.HasForeignFactories))
        {
            stack = new LayerStack<SupernetCell>(
                space.Layout, cell => new SupernetCell(cell, space.Layout.Preprocessing, options, backward));
        }
        stem = stack.Stem;
        layers = stack.Layers;
        head = stack.Head;
        RegisterComponents();
        if (SupernetPart.Faults([.. SupernetPart.Of(this)]).ToList() is { Count: > 0 } faults)
            throw new ArgumentException($"The supernet of '{space.Name}' cannot be built: {string.Join(" ", faults)}", nameof(space));
        this.to(Device, DataType);
        Architecture = new ArchitectureParameters(
            space.Cells, relaxation ?? Relaxations.Sigmoid, streams, Device, DataType);
        WatchParameters();
        Execution = options.Execution;
        relaxationGenerator = streams.CreateGenerator("relaxation");
        scheduled = [.. modules().OfType<IScheduledModule>()];
        foreach (IScheduledModule module in scheduled)
            module.MoveTo(position);
    }

    /// <summary>The search space.</summary>
    public SearchSpace Space { get; private set; }

    /// <summary>The architecture parameters α.</summary>
    public ArchitectureParameters Architecture { get; }

    /// <summary>Device of weights and α.</summary>
    public Device Device { get; private set; }

    /// <summary>Floating type of weights and α.</summary>
    public ScalarType DataType { get; private set; }

    /// <summary>The weights w by name, in a fixed order.</summary>
    public IReadOnlyList<(string Name, Parameter Parameter)> Weights => [.. named_parameters()];

    /// <summary>The searched cells, from the first to the last.</summary>
    public IEnumerable<SupernetCell> Cells => stack.Cells;

    /// <summary>The first block.</summary>
    internal nn.Module<Tensor, Tensor> Stem => stem;

    /// <summary>Cells and fixed blocks, as in the layout of the space.</summary>
    internal IReadOnlyList<nn.Module> Layers => [.. layers];

    /// <summary>The last block.</summary>
    internal nn.Module<Tensor, Tensor> Head => head;

    /// <summary>How the searched cells are computed in training mode; it can be changed at any time, the weights stay what they
    /// are.</summary>
    public CellExecution Execution
    {
        get => execution;
        set
        {
            execution = value;
            foreach (SupernetCell cell in Cells)
                cell.Execution = value;
        }
    }

    /// <summary>
    /// Tells the supernet which moment of the search it is in: sampled relaxations anneal and draw by it, so that a resumed search
    /// repeats the uninterrupted one, and so do modules that are <see cref="IScheduledModule"/>. Random operations draw from
    /// <see cref="RunRandom"/>.
    /// </summary>
    /// <param name="position">The moment.</param>
    /// <param name="step">Step within the epoch, counted from 0.</param>
    public void MoveTo(EpochPosition position, long step)
    {
        relaxationGenerator.manual_seed(streams.Derive("relaxation", position.Epoch, step));
        this.position = position;
        foreach (IScheduledModule module in scheduled)
            module.MoveTo(position);
    }

    /// <summary>Takes candidates away: they are not computed any more and their p is 0. Weights and α stay.</summary>
    /// <param name="space">The present space with fewer candidates.</param>
    internal void Restrict(SearchSpace space)
    {
        Space = space;
        Architecture.Restrict(space.Cells);
        foreach (var (cell, placement) in Cells.Zip(space.Layout.Layers.OfType<CellPlacement>()))
            cell.Restrict(placement);
    }

    /// <summary>How every kind of cell mixes its candidates at this moment, differentiable in α; sampled relaxations draw again.</summary>
    /// <exception cref="ObjectDisposedException">The supernet has been disposed.</exception>
    public IReadOnlyDictionary<string, MixingWeights> Relax()
    {
        stack.ThrowIfDisposed();
        return Space.Cells.ToDictionary(cell => cell.Name, cell => Architecture.Relax(cell.Name, position, relaxationGenerator));
    }

    /// <summary>Gradients of a scalar that came out of this supernet, without touching anybody's <c>grad</c>; zeros if it does not depend
    /// on an input.</summary>
    /// <param name="output">A scalar.</param>
    /// <param name="inputs">Leaves of its history.</param>
    /// <param name="retainGraph">Whether the graph can be walked again.</param>
    /// <param name="createGraph">Whether the gradients can be differentiated again; needs <see cref="CellExecution.PerEdge"/>.</param>
    internal Tensor[] Gradients(Tensor output, Tensor[] inputs, bool retainGraph = false, bool createGraph = false)
    {
        HashSet<Tensor> alpha = [.. Architecture.Named.Select(named => named.Parameter)];
        try
        {
            if (inputs.All(alpha.Contains))
                backward.Ask([]);
            return [.. Runtime.Gradients.Of(output, inputs, retainGraph, createGraph)
                .Zip(inputs, (gradient, input) => gradient ?? zeros_like(input))];
        }
        finally
        {
            backward.Ask(null);
            if (!retainGraph && !createGraph)
                KeptForBackward.Release();
            backward.Throw();
        }
    }

    /// <summary>Parameters and buffers by name, and α as <c>alpha.&lt;cell&gt;</c>.</summary>
    /// <param name="destination">Receives the entries; a new dictionary if <see langword="null"/>.</param>
    /// <param name="prefix">Stands before every name, with a dot.</param>
    public override Dictionary<string, Tensor> state_dict(Dictionary<string, Tensor>? destination = null, string? prefix = null)
    {
        Dictionary<string, Tensor> state = base.state_dict(destination, prefix);
        foreach (var (name, alpha) in Architecture.Named)
            state.Add(string.IsNullOrEmpty(prefix) ? $"alpha.{name}" : $"{prefix}.alpha.{name}", alpha);
        return state;
    }

    /// <inheritdoc/>
    protected override nn.Module _to(Device device, ScalarType dtype, bool non_blocking) =>
        Moved(() => base._to(device, dtype, non_blocking), device, dtype);

    /// <inheritdoc/>
    protected override nn.Module _to(DeviceType deviceType, int deviceIndex, bool non_blocking) =>
        Moved(() => base._to(deviceType, deviceIndex, non_blocking), new Device(deviceType, deviceIndex), DataType);

    /// <inheritdoc/>
    protected override nn.Module _to(ScalarType dtype, bool non_blocking) =>
        Moved(() => base._to(dtype, non_blocking), Device, dtype);

    /// <summary>Random numbers of sampled relaxations.</summary>
    internal Generator RelaxationGenerator => relaxationGenerator;

    /// <summary>α and its expectation as numbers. Sampled relaxations draw nothing.</summary>
    /// <exception cref="ObjectDisposedException">The supernet has been disposed.</exception>
    public IReadOnlyDictionary<string, CellSnapshot> Snapshot()
    {
        stack.ThrowIfDisposed();
        return Architecture.Snapshot(position, relaxationGenerator);
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            stack.IsDisposed = true;
            Architecture.Dispose();
            relaxationGenerator.Dispose();
        }
        base.Dispose(disposing);
    }

    /// <summary>Moving replaces weights and α by new tensors, which optimisers made before would not know.</summary>
    private Supernet Moved(Func<nn.Module> moveWeights, Device device, ScalarType dtype)
    {
        if (Architecture is null)
        {
            moveWeights();
            return this;
        }
        if (Architecture.Named.Concat(named_parameters()).Any(p => FlatParameters.IsHeld(p.Item2)))
            throw new InvalidOperationException(
                $"The supernet of '{Space.Name}' is to be moved to {dtype} on {device}, but optimisers hold its parameters, which a move " +
                "replaces. Move the supernet before the optimisers are made, or dispose them first.");
        moveWeights();
        Architecture.MoveTo(device, dtype);
        Device = device;
        DataType = dtype;
        WatchParameters();
        return this;
    }

    private void WatchParameters() => backward.Watch(parameters().Concat(Architecture.Named.Select(alpha => alpha.Parameter)));
}
