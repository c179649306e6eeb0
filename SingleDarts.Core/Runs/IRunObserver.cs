namespace SingleDarts.Core.Runs;

/// <summary>
/// Watches a search or a training. Methods are called on the run's thread, in order; tensors that they are given live only during the call.
/// Whatever an observer draws, the run draws the same. An observer that must know something after a resume also implements
/// <see cref="Runtime.IResumable"/>.
/// </summary>
public interface IRunObserver
{
    /// <summary>Name of its records and of its state in checkpoints.</summary>
    /// <value>The name of the type.</value>
    string Name => GetType().Name;

    /// <summary>The moments that it needs.</summary>
    internal Type MomentType => typeof(RunMoment);

    /// <summary>What is wrong with its settings; a run with faults is rejected before any work.</summary>
    /// <returns>Sentences that name what was found, what was expected and the remedy.</returns>
    IEnumerable<string> Faults() => [];

    /// <summary>Before the first step, also after a resume.</summary>
    /// <param name="moment">The moment.</param>
    void OnStarted(RunMoment moment) { }

    /// <summary>Before the first step of a stage after the first, in a search.</summary>
    /// <param name="moment">The moment.</param>
    internal void OnStageStarted(RunMoment moment) { }

    /// <summary>Before a step: its batches are made, and nothing has moved yet.</summary>
    /// <param name="moment">The moment.</param>
    void OnStepStarting(RunMoment moment) { }

    /// <summary>After a step; its gradients are still in the parameters' <c>grad</c>.</summary>
    /// <param name="moment">The moment.</param>
    void OnStep(RunMoment moment) { }

    /// <summary>After an epoch, before its checkpoint.</summary>
    /// <param name="moment">The moment.</param>
    /// <param name="report">What the epoch gave: a search's <c>EpochReport</c> or a training's <c>TrainingEpochReport</c>.</param>
    void OnEpoch(RunMoment moment, RunReport report) { }

    /// <summary>After the last epoch, when the results are saved.</summary>
    /// <param name="moment">The moment.</param>
    void OnCompleted(RunMoment moment) { }
}
