using SingleDarts.Core.Data;
using SingleDarts.Core.Runtime;
using SingleDarts.Core.Supernets;
using static TorchSharp.torch;

namespace SingleDarts.Core.Schemes;

/// <summary>
/// The adversary (SDARTS-ADV): every step of w looks for the p within ε of the relaxation's at which the loss of w's batch is largest. From
/// uniform noise of (−ε, ε), it goes n times 2ε/n along the sign of ∂L/∂p, back to the ball of radius ε, and onto the simplex, which may
/// leave the ball a little. If the loss did not rise, p stays as it was. The supernet is in evaluation mode meanwhile.
/// </summary>
/// <remarks>A step costs n + 2 forward and n backward passes more. The published code keeps running statistics, which evaluation mode then
/// reads: <c>TrackRunningStatistics</c> of the search.</remarks>
public sealed record AdversarialPerturbation : MixturePerturbation
{
    /// <summary>Steps of the ascent, n.</summary>
    /// <value>7.</value>
    public int Steps { get; init; } = 7;

    /// <inheritdoc/>
    public override string Name => "adversarial";

    /// <inheritdoc/>
    public override IEnumerable<string> Faults() => base.Faults().Concat(Steps >= 1 ? []
        : new[] { $"The adversary of the perturbation takes {Steps} steps; expected at least 1." });

    private protected override Tensor[] Move(
        StepContext step, LabeledBatch batch, IReadOnlyDictionary<string, MixingWeights> weights, Tensor[] p, double radius)
    {
        bool isTraining = step.Supernet.training;
        try
        {
            step.Supernet.eval();
            double before = Loss(step, batch, weights, p);
            Tensor[] moved = AddNoise(step, p, radius);
            for (int i = 0; i < Steps; i++)
                moved = Ascend(step, batch, weights, p, moved, radius);
            return before > Loss(step, batch, weights, moved) ? p : moved;
        }
        finally
        {
            step.Supernet.train(isTraining);
        }
    }

    private static double Loss(StepContext step, LabeledBatch batch, IReadOnlyDictionary<string, MixingWeights> weights, Tensor[] p)
    {
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        return Host.Doubles(step.Evaluate(batch, With(weights, p)).Loss)[0];
    }

    private Tensor[] Ascend(
        StepContext step, LabeledBatch batch, IReadOnlyDictionary<string, MixingWeights> weights, Tensor[] start, Tensor[] p, double radius)
    {
        using var scope = NewDisposeScope();
        Tensor[] leaves = [.. p.Select(of => of.detach().requires_grad_())];
        Tensor[] gradients = step.Supernet.Gradients(step.Evaluate(batch, With(weights, leaves)).Loss, leaves);
        using var _ = no_grad();
        return [.. step.Supernet.Space.Cells.Select((cell, i) =>
        {
            Tensor away = p[i].Plus(gradients[i].sign(), 2 * radius / Steps) - start[i];
            return Clip(start[i].Plus(away.AtLeast(-radius).AtMost(radius)), cell).MoveToOuterDisposeScope();
        })];
    }
}
