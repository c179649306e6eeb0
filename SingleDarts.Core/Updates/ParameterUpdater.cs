using SingleDarts.Core.Runtime;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace SingleDarts.Core.Updates;

/// <summary>Moves one group of parameters by an <see cref="UpdateRule"/>. The arithmetic is that of TorchSharp's optimisers.</summary>
public sealed class ParameterUpdater : IDisposable
{
    private readonly int epochs;
    private readonly FlatParameters flat;
    private readonly OptimizerHelper optimizer;
    private readonly OptimizerState state;

    /// <summary>Makes the optimiser of a rule.</summary>
    /// <param name="rule">Optimiser, schedule and clipping.</param>
    /// <param name="parameters">Names and parameters; the names address the state in checkpoints.</param>
    /// <param name="epochs">Number of epochs that schedules count to.</param>
    /// <exception cref="ArgumentException">The rule cannot be.</exception>
    public ParameterUpdater(UpdateRule rule, IReadOnlyList<(string Name, Parameter Parameter)> parameters, int epochs)
    {
        if (rule.Validate("given").FirstOrDefault() is { } fault)
            throw new ArgumentException(fault, nameof(rule));
        Rule = rule;
        Parameters = parameters;
        this.epochs = epochs;
        flat = FlatParameters.Of([.. parameters.Select(p => p.Parameter)]);
        Parameter[] group = [flat.All];
        optimizer = rule.Optimizer switch
        {
            SgdOptions o => optim.SGD(group, o.LearningRate, o.Momentum, 0, o.WeightDecay, o.Nesterov),
            AdamOptions o => optim.Adam(group, o.LearningRate, o.Beta1, o.Beta2, o.Epsilon, o.WeightDecay),
            _ => throw new ArgumentException($"Unknown optimiser {rule.Optimizer}; expected SGD or Adam.", nameof(rule)),
        };
        state = optimizer.state_dict().State[0];
        LearningRate = rule.Optimizer.LearningRate;
    }

    /// <summary>The rule.</summary>
    public UpdateRule Rule { get; }

    /// <summary>Names and parameters.</summary>
    public IReadOnlyList<(string Name, Parameter Parameter)> Parameters { get; }

    /// <summary>The present learning rate.</summary>
    public double LearningRate { get; private set; }

    /// <summary>Takes the gradients away, which counts as zero.</summary>
    public void ZeroGrad()
    {
        foreach (var (_, parameter) in Parameters)
            parameter.grad = null;
        flat.All.grad = null;
    }

    /// <summary>Sets the learning rate of a moment.</summary>
    /// <param name="epoch">Epoch, counted from 0.</param>
    /// <param name="fraction">Share of the epoch that is done, within [0, 1).</param>
    public void MoveTo(int epoch, double fraction)
    {
        LearningRate = Rule.Schedule.At(Rule.Optimizer.LearningRate, epoch, fraction, epochs);
        foreach (var group in optimizer.ParamGroups)
            group.LearningRate = LearningRate;
    }

    /// <summary>Clips the gradient, then moves the parameters; their own <c>grad</c> stays as it was.</summary>
    /// <exception cref="InvalidOperationException">A later updater has taken some of the parameters over.</exception>
    public void Step()
    {
        using var scope = NewDisposeScope();
        flat.GatherGradients();
        if (Rule.MaxGradientNorm is { } norm)
            Clip(norm);
        optimizer.step();
        flat.All.grad = null;
    }

    /// <summary>Momentum buffer of SGD, of the parameter's shape; <see langword="null"/> before the first step and for other optimisers.</summary>
    /// <param name="index">Position in <see cref="Parameters"/>.</param>
    public Tensor? MomentumBuffer(int index) => (state as SGD.State)?.momentum_buffer is { } buffer ? flat.Part(buffer, index) : null;

    /// <summary>Copies of the optimiser's state on the CPU, by parameter and quantity; the caller disposes them.</summary>
    public IReadOnlyDictionary<string, Tensor> SaveState()
    {
        var saved = new Dictionary<string, Tensor>();
        using var scope = NewDisposeScope();
        Tensor? momentum = (state as SGD.State)?.momentum_buffer?.detach().cpu();
        var (mean, square) = state is Adam.State moments ? (moments.exp_avg.detach().cpu(), moments.exp_avg_sq.detach().cpu()) : default;
        for (int i = 0; i < Parameters.Count; i++)
        {
            string name = Parameters[i].Name;
            Tensor Copy(Tensor all) => flat.Part(all, i).clone().MoveToOuterDisposeScope();
            if (momentum is not null)
                saved[$"{name}/momentum"] = Copy(momentum);
            if (state is Adam.State adam)
            {
                saved[$"{name}/step"] = tensor(adam.step).MoveToOuterDisposeScope();
                saved[$"{name}/mean"] = Copy(mean!);
                saved[$"{name}/square"] = Copy(square!);
            }
        }
        return saved;
    }

    /// <summary>Puts a saved state back; the next steps are those of the saved optimiser (on the CPU bit for bit).</summary>
    /// <param name="saved">What <see cref="SaveState"/> gave.</param>
    /// <exception cref="InvalidDataException">An entry is missing, unknown, or of another shape; the message names it.</exception>
    public void LoadState(IReadOnlyDictionary<string, Tensor> saved)
    {
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
        var momentum = new Tensor?[Parameters.Count];
        for (int i = 0; i < Parameters.Count; i++)
        {
            var (name, parameter) = Parameters[i];
            if (state is SGD.State)
                momentum[i] = Find($"{name}/momentum", parameter, required: false);
            if (state is Adam.State adam)
            {
                adam.step = Host.Number<long>(Find($"{name}/step", tensor(0L), required: true)!);
                flat.Part(adam.exp_avg, i).copy_(Find($"{name}/mean", parameter, required: true)!);
                flat.Part(adam.exp_avg_sq, i).copy_(Find($"{name}/square", parameter, required: true)!);
            }
        }
        if (state is SGD.State sgd)
        {
            sgd.momentum_buffer?.Dispose();
            sgd.momentum_buffer = momentum.All(m => m is null) ? null : cat([.. momentum.Select((m, i) =>
                (m ?? zeros_like(Parameters[i].Parameter)).reshape(-1))]).DetachFromDisposeScope();
        }
        if (unread.Count > 0)
            throw new InvalidDataException(
                $"The saved optimiser has '{unread.First()}', which this one does not know; it was saved for other parameters.");
    }

    /// <summary>Releases the optimiser's state, not the parameters.</summary>
    public void Dispose() => optimizer.Dispose();

    /// <summary>Scales the gradient by min(1, norm / (‖g‖₂ + 1e-6)), without waiting for the device.</summary>
    private void Clip(double norm)
    {
        using var _ = no_grad();
        Tensor gradient = flat.All.grad!;
        gradient.mul_((norm / (gradient.norm() + 1e-6)).clamp_max(1));
    }
}
