using SingleDarts.Core.Runtime;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace SingleDarts.Core.Optimizers;

/// <summary>Moves one group of parameters by an <see cref="OptimizerSettings"/>.</summary>
public sealed class ScheduledOptimizer : IResumable, IDisposable
{
    private readonly FlatParameters flat;
    private readonly Optimizer optimizer;
    private readonly BackwardState[] backward;
    private readonly HashSet<Parameter> own;
    private bool isDisposed;

    /// <summary>Makes the optimiser that some settings describe.</summary>
    /// <param name="settings">Optimiser, schedule and clipping.</param>
    /// <param name="parameters">Names and parameters; the names address the state in checkpoints.</param>
    /// <param name="sharesParameters">Whether other optimisers move some of the parameters, too, each with a state of its own, as the
    /// stem that two networks share. If not, they are taken over from an optimiser before, which then refuses to step.</param>
    /// <exception cref="ArgumentException">The settings are invalid.</exception>
    public ScheduledOptimizer(
        OptimizerSettings settings, IReadOnlyList<(string Name, Parameter Parameter)> parameters, bool sharesParameters = false)
    {
        ArgumentNullException.ThrowIfNull(settings);
        if (settings.Faults("given").FirstOrDefault() is { } fault)
            throw new ArgumentException(fault, nameof(settings));
        Settings = settings;
        Parameters = parameters;
        Parameter[] parts = [.. parameters.Select(p => p.Parameter)];
        own = parts.ToHashSet<Parameter>(ReferenceEqualityComparer.Instance);
        flat = sharesParameters ? FlatParameters.CopyOf(parts) : FlatParameters.Of(parts);
        backward = BackwardState.Of(parameters.Select(p => p.Parameter));
        optimizer = Optimizer.Of(settings.Optimizer, flat.All);
        LearningRate = settings.Optimizer.LearningRate;
    }

    /// <summary>Optimiser, schedule and clipping.</summary>
    public OptimizerSettings Settings { get; }

    /// <summary>Names and parameters.</summary>
    public IReadOnlyList<(string Name, Parameter Parameter)> Parameters { get; }

    /// <summary>The present learning rate; at first that of the start.</summary>
    public double LearningRate { get; private set; }

    /// <summary>Whether <see cref="Step"/> moves the parameters: false in the epochs of a freeze and between the steps of an interval
    /// (<see cref="OptimizerSettings.FreezeFor"/>, <see cref="OptimizerSettings.EverySteps"/>).</summary>
    public bool IsMoving { get; private set; } = true;

    /// <summary>Sets all gradients to null, which TorchSharp treats as zero. Throws what a backward pass before kept.</summary>
    public void ZeroGrad()
    {
        ThrowBackwardFault();
        foreach (var (_, parameter) in Parameters)
            parameter.grad = null;
    }

    /// <summary>Goes to a moment, which decides the learning rate and whether the next step moves the parameters.</summary>
    /// <param name="position">Epoch, fraction of it that is done, and number of epochs.</param>
    /// <param name="step">Step of the epoch, counted from 0.</param>
    public void MoveTo(EpochPosition position, long step)
    {
        LearningRate = Settings.LearningRateAt(position);
        IsMoving = Settings.IsMovingAt(position, step);
    }

    /// <summary>
    /// Clips the gradient, then moves the parameters; their own <c>grad</c> stays as it was. Does nothing while not
    /// <see cref="IsMoving"/>: momentum, moments and the number of steps stay, too.
    /// </summary>
    /// <exception cref="InvalidOperationException">
    /// A later updater has taken some of the parameters over, or none of the parameters has a gradient.
    /// </exception>
    /// <remarks>
    /// If the backward pass of a merged cell failed, its exception is thrown here (or by <see cref="ZeroGrad"/> or the supernet's next
    /// forward pass), and nothing moves.
    /// </remarks>
    public void Step()
    {
        EngineGradients.Release();
        KeptForBackward.Release();
        ThrowBackwardFault();
        if (!IsMoving)
            return;
        if (Parameters.All(p => p.Parameter.grad is null))
            throw new InvalidOperationException(
                $"None of the {Parameters.Count} parameters ('{Parameters[0].Name}' first) has a gradient, so that there is nothing to " +
                "step by; run the backward pass to these parameters before it, or leave the step out.");
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        Tensor gradient = flat.GatherGradients();
        if (Settings.MaxGradientNorm is { } norm)
            Clip(gradient, norm);
        flat.Read();
        optimizer.Step(flat.All, gradient, LearningRate);
        flat.Write();
    }

    /// <summary>Forgets momentum, moments and the number of steps, as if the optimiser were new.</summary>
    public void Restart()
    {
        using var _ = no_grad();
        optimizer.Restart();
    }

    /// <summary>Forgets momentum and moments of some numbers, so that those without a gradient stand still.</summary>
    /// <param name="kept">By name of a parameter, a mask of its shape of the numbers that are not forgotten; null for all.</param>
    internal void Forget(Func<string, Tensor?> kept)
    {
        using var _ = no_grad();
        for (int i = 0; i < Parameters.Count; i++)
            if (kept(Parameters[i].Name) is { } mask)
                foreach (var (_, all) in optimizer.State)
                    if (all is not null)
                        flat.Part(all, i).mul_(mask);
    }

    /// <summary>Momentum buffer of SGD, of the parameter's shape; <see langword="null"/> before the first step and for other
    /// optimisers.</summary>
    /// <param name="index">Position in <see cref="Parameters"/>.</param>
    public Tensor? MomentumBuffer(int index) => Momentum is { } buffer ? flat.Part(buffer, index) : null;

    /// <summary>All parameters one after another, [sum of sizes]: what is written here moves them, unless they are shared.</summary>
    internal Tensor Values => flat.All;

    /// <summary>The momentum buffer of SGD as <see cref="Values"/>; null before the first step and for other optimisers.</summary>
    internal Tensor? Momentum => (optimizer as SgdOptimizer)?.Momentum;

    /// <summary>The gradients as <see cref="Values"/>, zero for parameters that have none: a new tensor.</summary>
    internal Tensor GatherGradients() => flat.GatherGradients();

    /// <summary>
    /// Copies of the optimiser's state on the CPU, by parameter and quantity, in the current dispose scope or else the caller's to dispose.
    /// </summary>
    public IReadOnlyDictionary<string, Tensor> SaveState()
    {
        var saved = new Dictionary<string, Tensor>();
        using var scope = NewDisposeScope();
        (string Quantity, Tensor? All)[] states = [.. optimizer.State.Select(state => (state.Name, state.All?.cpu()))];
        for (int i = 0; i < Parameters.Count; i++)
        {
            string name = Parameters[i].Name;
            if (optimizer.Steps is { } steps)
                saved[$"{name}/step"] = tensor(steps).MoveToOuterDisposeScope();
            foreach (var (quantity, all) in states)
                if (all is not null)
                    saved[$"{name}/{quantity}"] = flat.Part(all, i).clone().MoveToOuterDisposeScope();
        }
        return saved;
    }

    /// <summary>Puts a saved state back; the next steps are those of the saved optimiser (on the CPU bit for bit).</summary>
    /// <param name="saved">What <see cref="SaveState"/> gave.</param>
    /// <exception cref="InvalidDataException">An entry is missing, unknown, or of another shape; the message names it.</exception>
    public void LoadState(IReadOnlyDictionary<string, Tensor> saved)
    {
        ArgumentNullException.ThrowIfNull(saved);
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        var unread = saved.Keys.ToHashSet();
        Tensor? Find(string key, Tensor like, bool required)
        {
            if (!unread.Remove(key))
                return required ? throw new InvalidDataException(
                    $"The saved optimiser lacks '{key}'; it was saved by another optimiser or for other parameters.") : null;
            if (!saved[key].shape.SequenceEqual(like.shape))
                throw new InvalidDataException(
                    $"The saved optimiser has '{key}' of shape [{string.Join(", ", saved[key].shape)}]; " +
                    $"expected [{string.Join(", ", like.shape)}].");
            return saved[key].to(like.dtype, like.device, copy: true);
        }
        long? steps = optimizer.Steps;
        if (steps is not null)
            foreach (var (name, _) in Parameters)
                steps = Host.Number<long>(Find($"{name}/step", tensor(0L), required: true)!);
        var loaded = new List<(string Quantity, Tensor? All)>();
        foreach (var (quantity, _) in optimizer.State)
        {
            Tensor?[] parts = [.. Parameters.Select(p => Find($"{p.Name}/{quantity}", p.Parameter, required: steps is not null))];
            loaded.Add((quantity, parts.All(part => part is null) ? null
                : cat([.. parts.Select((part, i) => (part ?? zeros_like(Parameters[i].Parameter)).reshape(-1))])));
        }
        if (unread.Count > 0)
            throw new InvalidDataException(
                $"The saved optimiser has {Quoted.Of(unread.First())}, which this one does not know; it was saved for other parameters.");
        foreach (var (quantity, all) in loaded)
            optimizer.Load(quantity, all);
        optimizer.Steps = steps;
    }

    /// <summary>Releases the optimiser's state, not the parameters.</summary>
    public void Dispose()
    {
        if (isDisposed)
            return;
        isDisposed = true;
        flat.Release();
        optimizer.Dispose();
    }

    /// <summary>Adds the gradients of a loss to the <c>grad</c> of the parameters of some optimisers and of no others.</summary>
    /// <param name="loss">A scalar.</param>
    /// <param name="optimizers">Whose parameters.</param>
    internal static void Backward(Tensor loss, IReadOnlyList<ScheduledOptimizer> optimizers)
    {
        BackwardState[] states = [.. optimizers.SelectMany(optimizer => optimizer.backward).Distinct()];
        IReadOnlySet<Parameter>[] groups = [.. optimizers.Select(optimizer => optimizer.own)];
        try
        {
            foreach (BackwardState state in states)
                state.Ask(groups);
            autograd.backward([loss], inputs: [.. groups.SelectMany(group => group)]);
        }
        finally
        {
            foreach (BackwardState state in states)
                state.Ask(null);
            // The first cause comes out instead of what followed from it.
            foreach (BackwardState state in states)
                state.Throw();
        }
    }

    private void ThrowBackwardFault()
    {
        foreach (BackwardState state in backward)
            state.Throw();
    }

    /// <summary>Scales the gradient by min(1, norm / (‖g‖₂ + 1e-6)), without waiting for the device.</summary>
    private static void Clip(Tensor gradient, double norm) =>
        gradient.mul_(gradient.norm().Plus(1e-6).reciprocal().Times(norm).AtMost(1));
}
