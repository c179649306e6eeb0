using SingleDarts.Core.Runs;

namespace SingleDarts.Core.Tests.Fixtures;

/// <summary>Progress that is seen on the thread of the run, after each step.</summary>
internal sealed class Immediately(Action<RunProgress> report) : IProgress<RunProgress>
{
    public static Immediately At(int step, Action reached)
    {
        int steps = 0;
        return new(_ =>
        {
            if (++steps == step)
                reached();
        });
    }

    public void Report(RunProgress value) => report(value);
}
