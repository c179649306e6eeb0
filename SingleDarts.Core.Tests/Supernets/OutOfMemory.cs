using System.Runtime.InteropServices;
using SingleDarts.Core.Data;
using SingleDarts.Core.Schemes;
using SingleDarts.Core.Search;
using SingleDarts.Core.Spaces;
using SingleDarts.Core.Supernets;
using static TorchSharp.torch;

namespace SingleDarts.Core.Tests.Supernets;

/// <summary>
/// A search, in a process of its own, whose memory ends between the forward and the backward pass: large tensors no longer fit, the little
/// that .NET needs does. Then the limit is lifted and another search runs.
/// </summary>
internal static class OutOfMemory
{
    private const int Samples = 256;

    public static int Search(CellExecution execution)
    {
        using ClassificationDataset raw = GeneratedImages.Create(Samples, 3);
        using ClassificationDataset data = raw.Resize(32, 32);
        try
        {
            Run(new LimitedScheme());
            Console.WriteLine("finished");
        }
        catch (ExternalException e)
        {
            Console.WriteLine($"caught: {e.Message.Split('\n').First(line => line.Contains("memory"))}");
        }
        Console.WriteLine($"then {Run(OptimizationSchemes.SingleLevel)}");
        return 0;

        double Run(IOptimizationScheme scheme) => ArchitectureSearch.In(SearchSpaces.NasBench201(10, channels: 16, cellsPerStage: 1)).On(data)
            .Using(scheme).For(1, Samples).WithSeed(1).ComputingCells(execution).RunAsync().GetAwaiter().GetResult().Epochs[0].WeightLoss;
    }

    private sealed class LimitedScheme : IOptimizationScheme
    {
        private const int AddressSpace = 9;
        private const ulong LeftForSmallThings = 12 << 20;

        public string Name => "limited";

        public SampleAllocation Allocate(long samples, Generator generator) => new(SampleOrder.All(samples));

        public StepOutcome Step(SearchStep step)
        {
            BatchOutcome outcome = step.Evaluate(step.WeightBatch);
            step.WeightUpdater.ZeroGrad();
            step.ArchitectureUpdater.ZeroGrad();
            string used = File.ReadAllLines("/proc/self/status").First(line => line.StartsWith("VmSize"));
            Set((ulong.Parse(used.Split((char[])[' ', '\t'], StringSplitOptions.RemoveEmptyEntries)[1]) * 1024) + LeftForSmallThings);
            try
            {
                SearchStep.Backward(outcome.Loss, step.WeightUpdater, step.ArchitectureUpdater);
            }
            finally
            {
                Set(ulong.MaxValue);
            }
            return new StepOutcome(outcome, outcome);
        }

        private static void Set(ulong bytes) => _ = SetLimit(AddressSpace, [bytes, ulong.MaxValue]);

        [DllImport("libc", EntryPoint = "setrlimit")]
        private static extern int SetLimit(int resource, ulong[] limit);
    }
}
