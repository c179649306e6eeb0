using SingleDarts.Core.Schemes;
using static TorchSharp.torch;

namespace SingleDarts.Core.Tests.Fixtures;

/// <summary>Keeps what a scheme begins.</summary>
/// <typeparam name="TRun">Its type.</typeparam>
internal sealed class CapturedScheme<TRun>(IOptimizationScheme scheme) : IOptimizationScheme where TRun : class, IOptimizationScheme
{
    public TRun? Run { get; private set; }

    public string Name => scheme.Name;

    public SampleAllocation Allocate(long samples, Generator generator) => scheme.Allocate(samples, generator);

    public IOptimizationScheme Begin(StepContext step) => Run = (TRun)scheme.Begin(step);

    public StepOutcome Step(StepContext step) => throw new NotSupportedException();
}
