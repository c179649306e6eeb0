using SingleDarts.Core.Training;

namespace SingleDarts.Core.Tests.Training;

/// <summary>Progress that is seen on the thread of the training, after each step.</summary>
internal sealed class TrainingImmediately(Action<TrainingProgress> report) : IProgress<TrainingProgress>
{
    public void Report(TrainingProgress value) => report(value);
}
