using TorchSharp.Modules;
using static TorchSharp.torch;

namespace SingleDarts.Core.Schemes;

/// <summary>Moves one group of parameters by an <see cref="UpdateRule"/>. The arithmetic is that of TorchSharp's optimisers.</summary>
public sealed class ParameterUpdater : IDisposable
{
    private readonly int epochs;
    private readonly OptimizerHelper optimizer;
    private readonly IList<OptimizerState> states;

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
        Parameter[] group = [.. parameters.Select(p => p.Parameter)];
        optimizer = rule.Optimizer switch
        {
            SgdOptions o => optim.SGD(group, o.LearningRate, o.Momentum, 0, o.WeightDecay, o.Nesterov),
            AdamOptions o => optim.Adam(group, o.LearningRate, o.Beta1, o.Beta2, o.Epsilon, o.WeightDecay),
            _ => throw new ArgumentException($"Unknown optimiser {rule.Optimizer}; expected SGD or Adam.", nameof(rule)),
        };
        states = optimizer.state_dict().State;
        LearningRate = rule.Optimizer.LearningRate;
    }

    /// <summary>The rule.</summary>
    public UpdateRule Rule { get; }

    /// <summary>Names and parameters.</summary>
    public IReadOnlyList<(string Name, Parameter Parameter)> Parameters { get; }

    /// <summary>The present learning rate.</summary>
    public double LearningRate { get; private set; }

    /// <summary>Sets the gradients to zero.</summary>
    public void ZeroGrad() => optimizer.zero_grad();

    /// <summary>Sets the learning rate of a moment.</summary>
    /// <param name="epoch">Epoch, counted from 0.</param>
    /// <param name="fraction">Share of the epoch that is done, within [0, 1).</param>
    public void MoveTo(int epoch, double fraction)
    {
        LearningRate = Rule.Schedule.At(Rule.Optimizer.LearningRate, epoch, fraction, epochs);
        foreach (var group in optimizer.ParamGroups)
            group.LearningRate = LearningRate;
    }

    /// <summary>Clips the gradient, then moves the parameters.</summary>
    public void Step()
    {
        using var scope = NewDisposeScope();
        if (Rule.MaxGradientNorm is { } norm)
            Clip(norm);
        optimizer.step();
    }

    /// <summary>Momentum buffer of SGD, of the parameter's shape; <see langword="null"/> before the first step and for other optimisers.</summary>
    /// <param name="index">Position in <see cref="Parameters"/>.</param>
    public Tensor? MomentumBuffer(int index) => (states[index] as SGD.State)?.momentum_buffer;

    /// <summary>Copies of the optimiser's state on the CPU, by parameter and quantity; the caller disposes them.</summary>
    public IReadOnlyDictionary<string, Tensor> SaveState()
    {
        var saved = new Dictionary<string, Tensor>();
        for (int i = 0; i < Parameters.Count; i++)
        {
            string name = Parameters[i].Name;
            if (states[i] is SGD.State { momentum_buffer: { } buffer })
                saved[$"{name}/momentum"] = buffer.detach().cpu().clone();
            if (states[i] is Adam.State adam)
            {
                saved[$"{name}/step"] = tensor(adam.step);
                saved[$"{name}/mean"] = adam.exp_avg.detach().cpu().clone();
                saved[$"{name}/square"] = adam.exp_avg_sq.detach().cpu().clone();
            }
        }
        return saved;
    }

    /// <summary>Puts a saved state back; the next steps are bit for bit those of the optimiser that it was saved from.</summary>
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
        for (int i = 0; i < Parameters.Count; i++)
        {
            var (name, parameter) = Parameters[i];
            if (states[i] is SGD.State sgd)
            {
                sgd.momentum_buffer?.Dispose();
                sgd.momentum_buffer = Find($"{name}/momentum", parameter, required: false)?.DetachFromDisposeScope();
            }
            if (states[i] is Adam.State adam)
            {
                adam.step = Find($"{name}/step", tensor(0L), required: true)!.item<long>();
                adam.exp_avg.copy_(Find($"{name}/mean", parameter, required: true)!);
                adam.exp_avg_sq.copy_(Find($"{name}/square", parameter, required: true)!);
            }
        }
        if (unread.Count > 0)
            throw new InvalidDataException(
                $"The saved optimiser has '{unread.First()}', which this one does not know; it was saved for other parameters.");
    }

    /// <summary>Releases the optimiser's state, not the parameters.</summary>
    public void Dispose() => optimizer.Dispose();

    /// <summary>Scales all gradients by min(1, norm / (‖g‖₂ + 1e-6)), without waiting for the device.</summary>
    private void Clip(double norm)
    {
        using var _ = no_grad();
        Tensor[] gradients = [.. Parameters.Select(p => p.Parameter.grad).OfType<Tensor>()];
        if (gradients.Length == 0)
            return;
        Tensor total = stack([.. gradients.Select(g => g.norm())]).norm();
        Tensor scale = (norm / (total + 1e-6)).clamp_max(1);
        foreach (Tensor gradient in gradients)
            gradient.mul_(scale);
    }
}
